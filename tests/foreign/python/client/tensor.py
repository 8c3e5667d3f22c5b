"""Tensors, and their bytes."""

import math
import struct
from dataclasses import dataclass
from typing import NamedTuple

from .errors import FormatError
from .frame import Cursor, varint

TYPES = "f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 string binary boolean image audio video".split()
_CODES = dict(zip(TYPES, "fdbhiqBHIQ"), boolean="?")


class Media(NamedTuple):
    """An image, a sound or a video."""

    format: str
    data: bytes


@dataclass
class Tensor:
    """A tensor: `data` is a flat list, row by row, of int, float, bool, str, bytes (`binary`) or Media."""

    type: str
    shape: list
    data: list

    def encode(self):
        try:
            if _count(self.shape) != len(self.data):
                raise FormatError(f"{len(self.data)} elements are not of shape {self.shape}")
            head = bytes([TYPES.index(self.type) + 1, len(self.shape)]) + b"".join(map(varint, self.shape))
            if self.type not in _CODES:
                return head + _chunk(b"".join(_chunk(self._element(element)) for element in self.data))
            if any(isinstance(element, bool) != (self.type == "boolean") for element in self.data):
                raise FormatError(f"an element is not of the type {self.type}")
            return head + struct.pack(f"<{len(self.data)}{_CODES[self.type]}", *self.data)
        except (struct.error, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise FormatError(f"not a tensor of the type {self.type}: {error}") from None

    def _element(self, element):
        if self.type == "binary":
            return bytes(memoryview(element))
        if self.type == "string":
            return element.encode()
        name = element.format.encode()
        return bytes([len(name)]) + name + element.data

    @classmethod
    def decode(cls, cursor):
        """Takes one tensor off the front."""
        tag, rank = cursor.byte(), cursor.byte()
        if not 1 <= tag <= len(TYPES):
            raise FormatError(f"no tensor has the type {tag}")
        type, shape = TYPES[tag - 1], [cursor.varint() for _ in range(rank)]
        count, code = _count(shape), _CODES.get(type)
        if code:
            data = cursor.take(count * struct.calcsize(f"<{code}"))
            return cls(type, shape, list(struct.unpack(f"<{count}{code}", data)))
        elements = Cursor(cursor.chunk())
        data = [_element_of(type, Cursor(elements.chunk())) for _ in range(count)]
        elements.end()
        return cls(type, shape, data)


def _count(shape):
    if math.prod(dimension or 1 for dimension in shape) >= 2**63:
        raise FormatError(f"the shape {shape} is too large")
    return math.prod(shape)


def _chunk(data):
    return varint(len(data)) + data


def _element_of(type, cursor):
    if type == "string":
        return cursor.text(cursor.left())
    format = None if type == "binary" else cursor.text(cursor.byte())
    data = cursor.take(cursor.left())
    return data if type == "binary" else Media(format, data)
