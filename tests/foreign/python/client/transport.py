"""A WebSocket client: RFC 6455, without extensions."""

import base64
import hashlib
import os
import struct
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_MAX_MESSAGE = 1 << 30


class TransportError(OSError):
    """The service cannot be reached, or does not respond as HTTP or WebSocket servers do."""


class WebSocket:
    """A connection that sends and receives messages. After an error it can only be closed."""

    def __init__(self, url, timeout):
        url, key = urlsplit(url), base64.b64encode(os.urandom(16)).decode()
        self._connection = (HTTPSConnection if url.scheme == "wss" else HTTPConnection)(url.netloc, timeout=timeout)
        accept = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest())
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": key}
        try:
            self._connection.request("GET", url.path or "/", headers=headers)
            response = self._connection.getresponse()
            if response.status != 101 or response.getheader("Sec-WebSocket-Accept") != accept.decode():
                raise TransportError(f"the server does not open a WebSocket: {response.status} {response.reason}")
        except BaseException:
            self._connection.close()
            raise
        # It may have read more than the response.
        self._stream = response.fp

    def send(self, data, opcode=_BINARY):
        size, mask = len(data), os.urandom(4)
        kind, form = (size, "") if size < 126 else (126, "H") if size < 1 << 16 else (127, "Q")
        masked = int.from_bytes(data, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        head = struct.pack(f"!BB{form}", 128 | opcode, 128 | kind, *[size] * len(form))
        self._connection.sock.sendall(head + mask + masked.to_bytes(size, "big"))

    def receive(self, deadline):
        """The bytes of the next message, be it binary or text."""
        message, is_last, kind = b"", False, None
        while not is_last:
            is_last, opcode, data = self._frame(deadline)
            if opcode == _PING:
                self.send(data, _PONG)
            elif opcode == _CLOSE:
                raise TransportError("the server has closed the WebSocket")
            elif opcode != _PONG and ((kind is None) != (opcode in (_TEXT, _BINARY)) or len(message) > _MAX_MESSAGE):
                raise TransportError("the frames of a WebSocket message are out of order, or too many")
            elif opcode != _PONG:
                message, kind = message + data, opcode
            is_last = is_last and opcode < _CLOSE
        return message

    def close(self):
        with suppress(OSError):
            self.send(struct.pack("!H", 1000), _CLOSE)
        self._connection.close()

    def _frame(self, deadline):
        """Whether a frame is the last of its message, its opcode, and its data."""
        self._connection.sock.settimeout(max(deadline - time.monotonic(), 0.001))
        first, second = self._take(2)
        extended = {126: 2, 127: 8}.get(second & 127)
        size = int.from_bytes(self._take(extended), "big") if extended else second & 127
        if first & 112 or second & 128 or size > _MAX_MESSAGE:
            raise TransportError("a frame of the WebSocket is malformed or too large")
        return first >= 128, first & 15, self._take(size)

    def _take(self, count):
        data = self._stream.read(count)
        if len(data) < count:
            raise TransportError("the connection has been closed")
        return data


def post(url, body, headers, timeout):
    """The body of a response over HTTP."""
    url = urlsplit(url)
    connection = (HTTPSConnection if url.scheme == "https" else HTTPConnection)(url.netloc, timeout=timeout)
    try:
        connection.request("POST", url.path, body, headers)
        response = connection.getresponse()
        data = response.read()
    except HTTPException as error:
        raise TransportError(f"the response is malformed: {error!r}") from None
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise TransportError(f"the response has the status {response.status}")
    return data
