"""Reading values: from JSON and blobs to what callers get."""

import base64

from .errors import FormatError
from .frame import Cursor
from .tensor import Tensor
from .types import Types, expect, unique_names


class Reader(Types):
    """Gives the value of JSON and of its blobs."""

    def __init__(self, definition, blobs):
        super().__init__(definition)
        self._blobs, self._root = blobs[::-1], {}

    def read(self, schema, json):
        self._root = json
        value = self.value(schema, json)
        if self._blobs:
            raise FormatError(f"{len(self._blobs)} blobs too many")
        return value

    def base64(self, schema, text):
        try:
            return base64.b64decode(expect(str, text, "text"), validate=True)
        except ValueError as error:
            raise FormatError(f"malformed base64: {error}") from None

    def blob(self, name, property, json, object, value):
        rule = property["blob"]
        if rule == "bytes":
            value[name] = self._next()
        elif rule == "tensor":
            value[name] = self._tensor()
        elif rule == "tensors" and json is None:
            value[name] = self._tensors()
        elif rule == "tensors" and isinstance(json, list):
            raise FormatError("must be in a blob")
        elif rule == "tensors":
            value[name] = self.value(property, json)
        elif "keyed" in rule:
            _, key, data = self.parts(property)
            names = unique_names((self._root if rule.get("at") == "root" else object).get(rule["keyed"]))
            value[name] = [{key: each, data: self._next()} for each in names]
        else:
            value[name] = self._entries(property, unique_names(json), object)

    def _entries(self, property, names, object):
        type, key, data = self.parts(property)
        if property["blob"] == "entries":
            rows = [[self._tensor() for _ in names] for _ in range(len(self._blobs) // max(len(names), 1))]
        else:
            cell, index, tensor = self.parts(type["properties"][data])
            numbers = {"type": "array", "items": cell["properties"][index]}
            indexes = self.value(numbers, object.get(property["blob"]["entries"]))
            rows = [[{index: at, tensor: self._tensor()} for _ in names] for at in indexes]
        return [{key: name, data: [row[at] for row in rows]} for at, name in enumerate(names)]

    def _next(self):
        if not self._blobs:
            raise FormatError("its blob is missing")
        return self._blobs.pop()

    def _tensor(self):
        tensor, *others = self._tensors() or [None]
        if tensor is None or others:
            raise FormatError("its blob must be one tensor")
        return tensor

    def _tensors(self):
        cursor, tensors = Cursor(self._next()), []
        while cursor.left():
            tensors.append(Tensor.decode(cursor))
        return tensors
