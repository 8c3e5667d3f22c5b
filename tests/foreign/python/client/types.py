"""Types: what reading and writing their values have in common."""

import sys

from .errors import FormatError, at

_INTEGERS = {"int32": (-2**31, 2**31), "int64": (-2**63, 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64)}
_LARGEST = {"float": (2 - 2**-23) * 2.0**127, "double": sys.float_info.max}
_KINDS = {dict: "object", list: "array", str: "string", bytes: "string", bool: "boolean",
          int: "number", float: "number"}


def expect(type, value, words):
    if not isinstance(value, type):
        raise FormatError(f"must be {words}")
    return value


def text(value):
    if any("\ud800" <= character <= "\udfff" for character in expect(str, value, "text")):
        raise FormatError("has half of a surrogate pair")
    return value


def _scalar(schema, value):
    if "const" in schema:
        if value != schema["const"]:
            raise FormatError(f"must be {schema['const']!r}")
        return value
    kind, format = schema.get("type"), schema.get("format")
    if kind == "boolean":
        return expect(bool, value, "true or false")
    if kind == "integer":
        low, high = _INTEGERS[format]
        if type(value) is not int or not low <= value < high:
            raise FormatError(f"must be an integer from {low} to {high - 1}")
        return value
    if kind == "number":
        if type(value) not in (int, float) or not abs(value) <= _LARGEST[format]:
            raise FormatError(f"must be a finite number ({format})")
        return value
    return text(value)


def unique_names(names):
    if len(set(map(text, expect(list, names, "a list")))) < len(names):
        raise FormatError("must have no name twice")
    return names


def spellings_of(name, property):
    return name, *property.get("aliases", ())


class Types:
    """The way through a type, which is the same in both directions."""

    def __init__(self, definition):
        self.resolve = definition.resolve

    def value(self, schema, value):
        schema = self.resolve(schema)
        if "oneOf" in schema:
            return self._union([self.resolve(alternative) for alternative in schema["oneOf"]], value)
        if schema.get("type") == "array":
            return self.array(schema, value)
        if schema.get("type") == "object":
            return self.object(schema, expect(dict, value, "an object"))
        return self.base64(schema, value) if "contentEncoding" in schema else _scalar(schema, value)

    def array(self, schema, value):
        if schema.get("declared", {}).get("as") == "item" and not isinstance(value, list):
            value = [value]
        found = []
        for index, item in enumerate(expect(list, value, "a list")):
            with at(index):
                found.append(self.value(schema["items"], item))
        return found

    def object(self, schema, value):
        found, required = {}, schema.get("required", ())
        for name, property in schema["properties"].items():
            spellings = [each for each in spellings_of(name, property) if value.get(each) is not None]
            implied = property.get("const", property.get("default") if name in required else None)
            given = value[spellings[0]] if spellings else implied
            with at(name):
                if len(spellings) > 1:
                    raise FormatError(f"is there as {' and '.join(spellings)}")
                if "blob" in property:
                    self.blob(name, property, given, value, found)
                elif given is not None:
                    found[name] = self.value(property, given)
                elif name in required:
                    raise FormatError("is missing")
        return found

    def _union(self, alternatives, value):
        if any(one["type"] != "object" for one in alternatives):
            kinds = {one["type"].replace("integer", "number"): one for one in alternatives}
            if (kind := _KINDS.get(type(value))) not in kinds:
                raise FormatError(f"must be of the JSON type {' or '.join(kinds)}")
            return self.value(kinds[kind], value)
        properties = {name: one for each in alternatives for name, one in each["properties"].items()}
        for tag in properties:
            variants = {each["properties"].get(tag, {}).get("const"): each for each in alternatives}
            if None not in variants:
                with at(tag):
                    name = text(expect(dict, value, "an object").get(tag))
                # A variant that is newer than the definition stays as it is.
                return self.value(variants[name], value) if name in variants else value
        found = self.value({"type": "object", "properties": properties}, value)
        if len(found) != 1:
            raise FormatError(f"must have one of: {', '.join(properties)}")
        return found

    def parts(self, schema):
        """The type of the objects in the list of a rule, and the names of their key or index and of their data."""
        item = self.resolve(self.resolve(schema)["items"])
        types = {name: self.resolve(property) for name, property in item["properties"].items()}
        key, = (name for name, one in types.items()
                if one["type"] in ("string", "integer") and one.get("format") != "binary")
        data, = item["properties"].keys() - {key}
        return item, key, data
