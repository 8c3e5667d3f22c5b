"""Bytes: varints, and the frames of requests, responses and WebSocket messages."""

from . import strict_json
from .errors import FormatError

_WIDTHS = {253: 2, 254: 4, 255: 8}


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

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        first = self.byte()
        return int.from_bytes(self.take(_WIDTHS[first]), "big") if first in _WIDTHS else first

    def chunk(self):
        """The bytes behind their length."""
        return self.take(self.varint())

    def text(self, count):
        try:
            return self.take(count).decode()
        except UnicodeDecodeError as error:
            raise FormatError(f"text is not UTF-8: {error}") from None

    def end(self):
        if self.left():
            raise FormatError(f"{self.left()} bytes too many")


def varint(value):
    """The shortest form."""
    if value < 253:
        return bytes([value])
    first, width = next((first, width) for first, width in _WIDTHS.items() if value < 256**width)
    return bytes([first]) + value.to_bytes(width, "big")


def write_request(json, blobs):
    if len(blobs) > 255:
        raise FormatError(f"a request has at most 255 blobs, not {len(blobs)}")
    text = strict_json.dumps(json)
    lengths = map(varint, map(len, [text, *blobs]))
    return b"".join([bytes([len(blobs)]), *lengths, text, *blobs])


def read_request(data):
    """The JSON and the blobs of a request."""
    cursor = Cursor(data)
    size, *lengths = [cursor.varint() for _ in range(cursor.byte() + 1)]
    json, blobs = cursor.take(size), [cursor.take(length) for length in lengths]
    cursor.end()
    return strict_json.loads(json), blobs


def read_response(data):
    """The JSON and the blobs of a response, or of an event without its head."""
    cursor = Cursor(data)
    json, blobs = cursor.chunk(), []
    while cursor.left():
        blobs.append(cursor.chunk())
    return strict_json.loads(json), blobs


def read_message(data):
    """The id of a call or the service of an event, and the rest of the message: a response."""
    cursor = Cursor(data)
    kind = cursor.byte()
    if kind > 1:
        raise FormatError(f"a message begins with 0 or 1, not {kind}")
    head = cursor.text(cursor.byte()) if kind else int.from_bytes(cursor.take(4), "big")
    return head, cursor.take(cursor.left())
