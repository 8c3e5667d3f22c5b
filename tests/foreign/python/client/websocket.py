"""A WebSocket client: RFC 6455, without extensions."""

import base64
import hashlib
import os
import socket
import ssl
import struct
from urllib.parse import urlsplit

from .errors import TransportError

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_OPCODES = (_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG)
_MAX_MESSAGE = 1 << 30


class WebSocket:
    """A connection that sends and receives messages."""

    def __init__(self, url, timeout):
        parts, self._message, self._opcode = urlsplit(url), bytearray(), None
        is_secure = parts.scheme == "wss"
        self._socket = socket.create_connection((parts.hostname, parts.port or (443 if is_secure else 80)), timeout)
        if is_secure:
            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=parts.hostname)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall((f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                              f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self._buffer = bytearray()
        while b"\r\n\r\n" not in self._buffer and len(self._buffer) < 1 << 16:
            self._fill()
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        accept = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
        if status.split()[1:2] != ["101"] or headers.get("sec-websocket-accept") != accept:
            raise TransportError(f"the server does not accept a WebSocket: {status}")
        self._buffer = bytearray(rest)

    def send(self, data, opcode=_BINARY):
        size, mask = len(data), os.urandom(4)
        length = struct.pack("!B", size) if size < 126 else struct.pack("!BH", 126, size) if size < 1 << 16 else struct.pack("!BQ", 127, size)
        masked = int.from_bytes(data, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        self._socket.sendall(bytes([128 | opcode, 128 | length[0]]) + length[1:] + mask + masked.to_bytes(size, "big"))

    def receive(self, timeout):
        """The bytes of the next message, be it binary or text. A timeout loses nothing."""
        self._socket.settimeout(timeout)
        while True:
            is_last, opcode, data = self._frame()
            if opcode == _PING:
                self.send(data, _PONG)
            elif opcode == _CLOSE:
                self.send(data[:2], _CLOSE)
                raise TransportError("the server has closed the WebSocket")
            elif opcode <= _BINARY:
                if (opcode == _CONTINUATION) == (self._opcode is None):
                    raise TransportError("the frames of a WebSocket message are out of order")
                self._opcode = self._opcode or opcode
                self._message += data
                if len(self._message) > _MAX_MESSAGE:
                    raise TransportError("a WebSocket message is too large")
                if is_last:
                    message, opcode = bytes(self._message), self._opcode
                    self._message, self._opcode = bytearray(), None
                    return message.decode().encode() if opcode == _TEXT else message

    def close(self):
        try:
            self.send(struct.pack("!H", 1000), _CLOSE)
        except OSError:
            pass
        self._socket.close()

    def _frame(self):
        """The next frame, which is taken off the buffer as a whole."""
        first, second = self._peek(2)
        extended = {126: 2, 127: 8}.get(second & 127, 0)
        size = int.from_bytes(self._peek(2 + extended)[2:], "big") if extended else second & 127
        if first & 0x70 or second & 128 or first & 15 not in _OPCODES or size > _MAX_MESSAGE:
            raise TransportError("a frame of the WebSocket is malformed or too large")
        data = self._peek(2 + extended + size)[2 + extended:]
        del self._buffer[:2 + extended + size]
        return first >= 128, first & 15, data

    def _peek(self, count):
        while len(self._buffer) < count:
            self._fill()
        return bytes(self._buffer[:count])

    def _fill(self):
        data = self._socket.recv(1 << 16)
        if not data:
            raise TransportError("the connection has been closed")
        self._buffer += data
