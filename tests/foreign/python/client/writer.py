"""Writing values: from what callers give to JSON and blobs."""

import base64

from .errors import FormatError, at
from .tensor import Tensor
from .types import Types, expect, spellings_of, text, unique_names


class Writer(Types):
    """Gives the JSON of a value, and collects its blobs."""

    def __init__(self, definition):
        super().__init__(definition)
        self.blobs, self._root = [], {}

    def write(self, schema, value):
        return self.value(schema, value) | self._root

    def object(self, schema, value):
        names = {each for name, property in schema["properties"].items() for each in spellings_of(name, property)}
        for name in expect(dict, value, "an object").keys() - names:
            with at(str(name)):
                raise FormatError(f"unknown; the names here are {', '.join(schema['properties'])}")
        return super().object(schema, value)

    def array(self, schema, value):
        json, item = super().array(schema, value), self.resolve(schema["items"])
        if any(property.get("blob") == "tensors" for property in item.get("properties", {}).values()):
            name, = (name for name in item["required"] if item["properties"][name].get("type") == "string")
            unique_names([each[name] for each in json])
        return json

    def base64(self, schema, value):
        return base64.b64encode(_bytes(value, schema)).decode()

    def blob(self, name, property, value, object, json):
        rule = property["blob"]
        if value is None:
            raise FormatError("is missing")
        if rule == "bytes":
            self.blobs.append(_bytes(value, property))
        elif rule == "tensor":
            self.blobs.append(_tensor(value))
        elif rule == "tensors" and isinstance(value, list):
            self.blobs.append(b"".join(map(_tensor, value)))
        elif rule == "tensors":
            json[name] = self.value(property, value)
        elif rule == "entries":
            json[name] = self._entries(*self._columns(property, value))
        elif "keyed" in rule:
            names, data, type = self._columns(property, value)
            (self._root if rule.get("at") == "root" else json)[rule["keyed"]] = names
            self.blobs += [_bytes(each, type) for each in data]
        else:
            raise FormatError(f"only servers write the rule {rule}")

    def _columns(self, property, value):
        """The keys of objects, their data, and its type."""
        type, key, data = self.parts(property)
        for index, each in enumerate(expect(list, value, "a list")):
            with at(index):
                if expect(dict, each, "an object").keys() != {key, data}:
                    raise FormatError(f"must have {key} and {data}")
        names = unique_names([each[key] for each in value])
        return names, [each[data] for each in value], type["properties"][data]

    def _entries(self, names, columns, _):
        if len({len(expect(list, column, "tensors")) for column in columns}) != 1:
            raise FormatError("there must be a key, and as many tensors for each")
        order = sorted(range(len(names)), key=lambda index: names[index].encode("utf-16-be"))
        self.blobs += [_tensor(row[index]) for row in zip(*columns) for index in order]
        return [names[index] for index in order]


def _bytes(value, property):
    if isinstance(value, str) and property.get("acceptsText"):
        return text(value).encode()
    return bytes(expect((bytes, bytearray, memoryview), value, "bytes"))


def _tensor(value):
    return expect(Tensor, value, "a tensor").encode()
