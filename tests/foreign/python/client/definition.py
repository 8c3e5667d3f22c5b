"""The definition of an API: its methods and events, and values of its types, as JSON and blobs."""

import base64
import json
import sys

from .wire import Cursor, FormatError, Tensor, read_tensor, write_tensor

_INTEGERS = {"int32": (-2**31, 2**31), "int64": (-2**63, 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64)}
_LARGEST = {"float": (2 - 2**-23) * 2.0**127, "double": sys.float_info.max}
_KINDS = {dict: "object", list: "array", str: "string", bytes: "string", bool: "boolean", int: "number",
          float: "number"}
_BYTES = (bytes, bytearray, memoryview)


class Definition:
    """The services, errors and types of an API."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self._document = json.load(file)
        self.endpoints, self.services = self._document["endpoints"], self._document["services"]

    def method(self, name):
        service, _, method = name.partition(".")
        facts = self.services.get(service, {}).get("methods", {}).get(method)
        if facts is None:
            raise FormatError(f"there is no method {name}")
        return facts

    def event(self, service, name):
        """An event; nothing if it is newer than the definition."""
        return self.services.get(service, {}).get("events", {}).get(name)

    def error(self, method, code):
        """An error of a method; nothing if it is newer than the definition."""
        sets = [self._document["errorSets"][name]["errors"] for name in method.get("errorSets", ())]
        errors = {name: self._document["errors"][name] for name in sum(sets, method.get("errors", []))}
        errors |= {name: self._document["errors"][name] for name in method.get("undeclaredErrors", ())}
        return next((error for name, error in errors.items() if error.get("code", name) == code), {})

    def resolve(self, schema):
        """The type itself, where this is a reference to one."""
        while "$ref" in schema:
            schema = self._document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return schema

    def read(self, schema, json, blobs, path):
        """What callers get, from JSON and blobs."""
        values = _Values(self, json, blobs[::-1])
        value = values.value(schema, json, path)
        if values.blobs:
            raise FormatError(f"{len(values.blobs)} blobs too many")
        return value

    def write(self, schema, value):
        """JSON and blobs, from what callers give."""
        values = _Values(self, {}, None)
        json = values.value(schema, value, "params")
        return json | values.root, values.blobs


class _Values:
    """Reads values where there are blobs, and writes them otherwise."""

    def __init__(self, definition, root, blobs):
        self.resolve, self.root, self.blobs, self.reads = definition.resolve, root, blobs or [], blobs is not None

    def value(self, schema, value, path):
        schema = self.resolve(schema)
        if "oneOf" in schema:
            return self._union(list(self._alternatives(schema)), value, path)
        if schema.get("type") == "array":
            return self._list(schema, value, path)
        if schema.get("type") == "object":
            return self._object(schema, _check(dict, value, path), path)
        return self._base64(schema, value, path) if "contentEncoding" in schema else _scalar(schema, value, path)

    def _list(self, schema, value, path):
        if schema.get("declared", {}).get("as") == "item" and not isinstance(value, list):
            value = [value]
        found = [self.value(schema["items"], item, f"{path}[{index}]")
                 for index, item in enumerate(_check(list, value, path))]
        properties = self.resolve(schema["items"]).get("properties", {})
        if not self.reads and any(one.get("blob") == "tensors" for one in properties.values()):
            name, = (name for name, one in properties.items() if one.get("type") == "string")
            _unique([item[name] for item in found], path)
        return found

    def _object(self, schema, value, path):
        required, found = schema.get("required", ()), {}
        spellings = {name: (name, *one.get("aliases", ())) for name, one in schema["properties"].items()}
        unknown = value.keys() - {each for all in spellings.values() for each in all}
        if unknown and not self.reads:
            raise FormatError(f"{path} has unknown members: {unknown}; there are {', '.join(spellings)}")
        for name, one in schema["properties"].items():
            given = [value[each] for each in spellings[name] if value.get(each) is not None]
            if not given and name in required:
                given = [one[keyword] for keyword in ("const", "default") if keyword in one]
            if len(given) > 1:
                raise FormatError(f"{path}.{name} is there twice")
            if "blob" in one:
                convert = self._read_blob if self.reads else self._write_blob
                convert(name, one, given[0] if given else None, value, found, f"{path}.{name}")
            elif given or "const" in one:
                found[name] = self.value(one, given[0] if given else one["const"], f"{path}.{name}")
            elif name in required:
                raise FormatError(f"{path}.{name} is missing")
        return found

    def _alternatives(self, schema):
        for one in map(self.resolve, schema["oneOf"]):
            yield from self._alternatives(one) if "oneOf" in one else [one]

    def _union(self, alternatives, value, path):
        if any(one["type"] != "object" for one in alternatives):
            kinds = {one["type"].replace("integer", "number"): one for one in alternatives}
            if (kind := _KINDS.get(type(value))) not in kinds:
                raise FormatError(f"{path} must be of the JSON type {' or '.join(kinds)}")
            return self.value(kinds[kind], value, path)
        tag = next((name for name, one in alternatives[0]["properties"].items() if "const" in one), None)
        if tag:
            name = _check(str, _check(dict, value, path).get(tag), f"{path}.{tag}")
            variants = {one["properties"][tag]["const"]: one for one in alternatives}
            # A variant that is newer than the definition stays as it is.
            return self.value(variants[name], value, path) if name in variants else value
        properties = {name: one for each in alternatives for name, one in each["properties"].items()}
        found = self.value({"type": "object", "properties": properties}, value, path)
        if len(found) != 1:
            raise FormatError(f"{path} must have one of: {', '.join(properties)}")
        return found

    def _base64(self, schema, value, path):
        if not self.reads:
            return base64.b64encode(_bytes(schema, value, path)).decode()
        try:
            return base64.b64decode(_check(str, value, path), validate=True)
        except ValueError as error:
            raise FormatError(f"{path} is malformed base64: {error}") from None

    def _parts(self, schema):
        """Of the objects in the list of a rule: the type, and the names of their key (or index) and of their data."""
        item = self.resolve(self.resolve(schema)["items"])
        types = {name: self.resolve(property) for name, property in item["properties"].items()}
        keys = (("integer", "uint32"), ("string", None))
        key, = (name for name, one in types.items() if (one["type"], one.get("format")) in keys)
        data, = types.keys() - {key}
        return item, key, data

    def _write_blob(self, name, property, value, _, json, path):
        rule = property["blob"]
        if value is None:
            raise FormatError(f"{path} is missing")
        if rule == "bytes":
            self.blobs.append(_bytes(property, value, path))
        elif rule == "tensor":
            self.blobs.append(_tensor(value, path))
        elif rule == "tensors" and isinstance(value, list):
            self.blobs.append(b"".join(_tensor(each, path) for each in value))
        elif rule == "tensors":
            json[name] = self.value(property, value, path)
        elif rule != "entries" and "keyed" not in rule:
            raise FormatError(f"{path}: only servers write the rule {rule}")
        else:
            type, key, data = self._parts(property)
            if any(_check(dict, each, path).keys() != {key, data} for each in _check(list, value, path)):
                raise FormatError(f"{path}: each item must have {key} and {data}")
            columns = dict(zip(_unique([each[key] for each in value], path), [each[data] for each in value]))
            if rule != "entries":
                (self.root if rule.get("at") == "root" else json)[rule["keyed"]] = list(columns)
                self.blobs += [_bytes(type["properties"][data], each, path) for each in columns.values()]
                return
            if len({len(_check(list, column, path)) for column in columns.values()}) != 1:
                raise FormatError(f"{path}: there must be a key, and as many tensors for each")
            json[name] = sorted(columns, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
            self.blobs += [_tensor(each, path) for row in zip(*map(columns.get, json[name])) for each in row]

    def _read_blob(self, name, property, json, object, found, path):
        rule = property["blob"]
        if rule == "bytes":
            found[name] = self._next(path)
        elif rule == "tensor":
            found[name] = self._read_tensor(path)
        elif rule == "tensors" and json is None:
            found[name] = Cursor(self._next(path)).all(read_tensor)
        elif rule == "tensors":
            # Tensors themselves are not in the JSON.
            found[name] = self.value(property, _check(dict, json, path), path)
        elif "keyed" in rule:
            _, key, data = self._parts(property)
            holder = self.root if rule.get("at") == "root" else object
            spellings = [name for name in (rule["keyed"], *rule.get("aliases", ())) if name in holder]
            if len(spellings) != 1:
                raise FormatError(f"{path}: the names are missing, or given twice")
            names = _unique(holder[spellings[0]], path)
            found[name] = [{key: each, data: self._next(path)} for each in names]
        else:
            item, key, data = self._parts(property)
            names = _unique(json, path)
            cell, index, tensor = self._parts(item["properties"][data])
            numbers = {"type": "array", "items": cell["properties"][index]}
            indexes = self.value(numbers, object.get(rule["entries"]), path)
            rows = [[{index: at, tensor: self._read_tensor(path)} for _ in names] for at in indexes]
            found[name] = [{key: each, data: [row[at] for row in rows]} for at, each in enumerate(names)]

    def _next(self, path):
        if not self.blobs:
            raise FormatError(f"the blob of {path} is missing")
        return self.blobs.pop()

    def _read_tensor(self, path):
        tensors = Cursor(self._next(path)).all(read_tensor)
        if len(tensors) != 1:
            raise FormatError(f"the blob of {path} must be one tensor, not {len(tensors)}")
        return tensors[0]


def _check(type, value, path):
    if not isinstance(value, type):
        raise FormatError(f"{path} must be of the type {type}")
    return value


def _unique(names, path):
    if len({_check(str, name, path) for name in _check(list, names, path)}) < len(names):
        raise FormatError(f"{path} has a name twice")
    return names


def _bytes(schema, value, path):
    is_text = isinstance(value, str) and schema.get("acceptsText")
    return value.encode() if is_text else bytes(_check(_BYTES, value, path))


def _tensor(value, path):
    return write_tensor(_check(Tensor, value, path))


def _scalar(schema, value, path):
    kind, format = schema.get("type"), schema.get("format")
    if schema.get("const", value) != value:
        raise FormatError(f"{path} must be {schema['const']!r}")
    if kind == "integer":
        low, high = _INTEGERS[format]
        if type(value) is not int or not low <= value < high:
            raise FormatError(f"{path} must be an integer from {low} to {high - 1}")
    elif kind == "number":
        if type(value) not in (int, float) or not abs(value) <= _LARGEST[format]:
            raise FormatError(f"{path} must be a finite number ({format})")
    else:
        _check(bool if kind == "boolean" else str, value, path)
    return value
