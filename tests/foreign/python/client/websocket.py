"""A WebSocket client: RFC 6455, without extensions."""

import base64
import hashlib
import os
import socket
import ssl
import struct
import time
from contextlib import suppress
from urllib.parse import urlsplit

from .errors import TransportError

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_OPCODES = (_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG)
_MAX_MESSAGE = 1 << 30


class WebSocket:
    """A connection that sends and receives messages."""

    def __init__(self, url, timeout):
        parts, self._deadline = urlsplit(url), time.monotonic() + timeout
        self._buffer, self._message, self._opcode = bytearray(), bytearray(), None
        is_secure = parts.scheme == "wss"
        self._socket = socket.create_connection((parts.hostname, parts.port or (443 if is_secure else 80)), timeout)
        try:
            if is_secure:
                self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=parts.hostname)
            self._open(parts)
        except BaseException:
            self._socket.close()
            raise

    def send(self, data, opcode=_BINARY):
        size, mask = len(data), os.urandom(4)
        kind, form = (size, "") if size < 126 else (126, "H") if size < 1 << 16 else (127, "Q")
        head = struct.pack(f"!BB{form}", 128 | opcode, 128 | kind, *[size] * len(form))
        masked = int.from_bytes(data, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        self._socket.sendall(head + mask + masked.to_bytes(size, "big"))

    def receive(self, deadline=None):
        """The bytes of the next message, be it binary or text. A timeout loses nothing."""
        self._deadline = deadline
        while True:
            is_last, opcode, data = self._frame()
            if opcode == _PING:
                self.send(data, _PONG)
            elif opcode == _CLOSE:
                self.send(data[:2], _CLOSE)
                raise TransportError("the server has closed the WebSocket")
            elif opcode != _PONG:
                if (opcode == _CONTINUATION) == (self._opcode is None):
                    raise TransportError("the frames of a WebSocket message are out of order")
                self._opcode = self._opcode or opcode
                self._message += data
                if is_last:
                    message, is_text = bytes(self._message), self._opcode == _TEXT
                    self._message, self._opcode = bytearray(), None
                    return _checked_text(message) if is_text else message

    def close(self):
        with suppress(OSError):
            self.send(struct.pack("!H", 1000), _CLOSE)
        self._socket.close()

    def _open(self, url):
        key = base64.b64encode(os.urandom(16)).decode()
        request = (f"GET {url.path or '/'} HTTP/1.1", f"Host: {url.netloc}", "Connection: Upgrade",
                   "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "")
        self._socket.sendall("\r\n".join(request).encode())
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        if status.split()[1:2] != ["101"] or headers.get("sec-websocket-accept") != base64.b64encode(accept).decode():
            raise TransportError(f"the server does not open a WebSocket: {status}")

    def _frame(self):
        """Takes a whole frame off the buffer: whether it is the last of a message, its opcode, and its data."""
        first, second = self._peek(2)
        opcode, start = first & 15, 2 + {126: 2, 127: 8}.get(second & 127, 0)
        size = int.from_bytes(self._peek(start)[2:], "big") if start > 2 else second & 127
        if first & 112 or second & 128 or opcode not in _OPCODES or size + len(self._message) > _MAX_MESSAGE:
            raise TransportError("a frame of the WebSocket is malformed or too large")
        data = self._peek(start + size)[start:]
        del self._buffer[:start + size]
        return first >= 128, opcode, data

    def _peek(self, count):
        while len(self._buffer) < count:
            self._fill()
        return bytes(self._buffer[:count])

    def _fill(self):
        left = None if self._deadline is None else self._deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("there was no message in time")
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(1 << 16)
        except ConnectionError as error:
            raise TransportError(f"the connection is lost: {error}") from None
        if not data:
            raise TransportError("the connection has been closed")
        self._buffer += data


def _checked_text(message):
    try:
        message.decode()
        return message
    except UnicodeDecodeError:
        raise TransportError("a text message is not UTF-8") from None
