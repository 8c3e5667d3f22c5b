"""Bytes: varints, tensors, JSON, and the frames of requests, responses and WebSocket messages."""

import json
import math
import struct
from typing import NamedTuple

TYPES = "f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 string binary boolean image audio video".split()
_CODES = dict(zip(TYPES, "fdbhiqBHIQ"), boolean="?")
_WIDTHS = {253: 2, 254: 4, 255: 8}
_MAX_DEPTH = 128


class FormatError(ValueError):
    """Params, or bytes of a server, that are not what the definition says."""


class Media(NamedTuple):
    """An image, a sound or a video."""
    format: str
    data: bytes


class Tensor(NamedTuple):
    """A tensor: `data` is a flat list, row by row, of int, float, bool, str, bytes (`binary`) or Media."""
    type: str
    shape: list
    data: list


class Cursor:
    """Takes pieces off the front of bytes."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def left(self):
        return len(self._data) - self._at

    def take(self, count):
        if count > self.left():
            raise FormatError(f"{count} bytes should follow, but there are {self.left()}")
        self._at += count
        return self._data[self._at - count:self._at]

    def varint(self):
        first = self.take(1)[0]
        return int.from_bytes(self.take(_WIDTHS[first]), "big") if first in _WIDTHS else first

    def chunk(self):
        """The bytes behind their length."""
        return self.take(self.varint())

    def text(self, count):
        try:
            return self.take(count).decode()
        except UnicodeDecodeError as error:
            raise FormatError(f"text is not UTF-8: {error}") from None

    def all(self, read):
        """What a function reads, again and again to the end."""
        return list(iter(lambda: read(self) if self.left() else None, None))

    def end(self):
        if self.left():
            raise FormatError(f"{self.left()} bytes too many")


def varint(value):
    """The shortest form."""
    if value < 253:
        return bytes([value])
    first, width = next((first, width) for first, width in _WIDTHS.items() if value < 256**width)
    return bytes([first]) + value.to_bytes(width, "big")


def write_tensor(tensor):
    try:
        if _count(tensor.shape) != len(tensor.data):
            raise FormatError(f"{len(tensor.data)} elements are not of the shape {tensor.shape}")
        head = bytes([TYPES.index(tensor.type) + 1, len(tensor.shape)]) + b"".join(map(varint, tensor.shape))
        if tensor.type not in _CODES:
            return head + _chunk(b"".join(_chunk(_element_bytes(tensor.type, element)) for element in tensor.data))
        if any(isinstance(element, bool) != (tensor.type == "boolean") for element in tensor.data):
            raise FormatError(f"an element is not of the type {tensor.type}")
        return head + struct.pack(f"<{len(tensor.data)}{_CODES[tensor.type]}", *tensor.data)
    except (struct.error, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise FormatError(f"not a tensor of the type {tensor.type}: {error}") from None


def read_tensor(cursor):
    """Takes one tensor off the front."""
    tag, rank = cursor.take(2)
    if not 1 <= tag <= len(TYPES):
        raise FormatError(f"no tensor has the type {tag}")
    type, shape = TYPES[tag - 1], [cursor.varint() for _ in range(rank)]
    count, code = _count(shape), _CODES.get(type)
    if code:
        data = cursor.take(count * struct.calcsize(f"<{code}"))
        return Tensor(type, shape, list(struct.unpack(f"<{count}{code}", data)))
    elements = Cursor(cursor.chunk())
    data = [_element(type, Cursor(elements.chunk())) for _ in range(count)]
    elements.end()
    return Tensor(type, shape, data)


def _count(shape):
    if math.prod(dimension or 1 for dimension in shape) >= 2**63:
        raise FormatError(f"the shape {shape} is too large")
    return math.prod(shape)


def _chunk(data):
    return varint(len(data)) + data


def _element_bytes(type, element):
    if type == "string":
        return element.encode()
    if type == "binary":
        return bytes(memoryview(element))
    name = element.format.encode()
    return bytes([len(name)]) + name + element.data


def _element(type, cursor):
    if type == "string":
        return cursor.text(cursor.left())
    format = None if type == "binary" else cursor.text(cursor.take(1)[0])
    data = cursor.take(cursor.left())
    return data if type == "binary" else Media(format, data)


def write_request(json, blobs):
    if len(blobs) > 255:
        raise FormatError(f"a request has at most 255 blobs, not {len(blobs)}")
    text = dumps(json)
    lengths = map(varint, map(len, [text, *blobs]))
    return b"".join([bytes([len(blobs)]), *lengths, text, *blobs])


def write_call(id, name, params, blobs, api_key):
    """A WebSocket message."""
    call = dict(zip(("api", "method"), name.split("."))) | {"params": params} | ({"apiKey": api_key} if api_key else {})
    return id.to_bytes(4, "big") + write_request(call, blobs)


def read_response(data):
    """The JSON and the blobs of a response, or of an event without its head."""
    cursor = Cursor(data)
    return loads(cursor.chunk()), cursor.all(Cursor.chunk)


def read_message(data):
    """The id of a call or the service of an event, and the rest of the message: a response."""
    cursor = Cursor(data)
    kind = cursor.take(1)[0]
    if kind > 1:
        raise FormatError(f"a message begins with 0 or 1, not {kind}")
    head = cursor.text(cursor.take(1)[0]) if kind else int.from_bytes(cursor.take(4), "big")
    return head, cursor.take(cursor.left())


def dumps(value):
    """JSON in UTF-8, without spaces."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise FormatError(f"cannot be written as JSON: {error}") from None


def loads(data):
    """Reads JSON without the liberties that the standard library takes."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_object, parse_int=_integer, parse_float=_float,
                           parse_constant=_float)
        if _depth(value) > _MAX_DEPTH:
            raise FormatError(f"nested more than {_MAX_DEPTH} deep")
        # Half of a surrogate pair can be escaped, but it cannot be written.
        dumps(value)
        return value
    except (ValueError, RecursionError) as error:
        raise FormatError(f"malformed JSON: {error}") from None


def _object(members):
    found = dict(members)
    if len(found) < len(members) or "__proto__" in found:
        raise FormatError("an object has a name twice, or the name __proto__")
    return found


def _integer(digits):
    # -0 is a float: it is not accepted for an integer.
    return -0.0 if digits == "-0" else int(digits)


def _float(digits):
    if not math.isfinite(value := float(digits)):
        raise FormatError(f"{digits} is out of range")
    return value


def _depth(value):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(_depth, inside), default=0)
