"""Calls of an API by name, as its definition describes them."""

import time
from collections import defaultdict, deque
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

from . import frame
from .codec import Codec
from .errors import ApiError, FormatError, TransportError
from .waiter import Waiter
from .websocket import WebSocket


class Client:
    """A client, for one thread. It has the methods as functions: `client.Service.method(param=value)`."""

    def __init__(self, definition, api_key=None, http_url=None, websocket_url=None, timeout=60):
        if api_key and not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("an API key has only printable characters of ASCII")
        # A function does not show what it returns. An empty key is none.
        self._api_key = lambda: api_key or None
        self._http_url = http_url or definition.endpoints.get("http")
        self._websocket_url = websocket_url or definition.endpoints.get("websocket")
        self.definition, self._codec, self._timeout = definition, Codec(definition), timeout
        self._socket, self._next_id = None, 0
        # The sessions that keep the WebSocket open, and events that nobody has taken yet.
        self._open_sessions, self._events = set(), defaultdict(deque)

    def __getattr__(self, service):
        methods = self.definition.services.get(service, {}).get("methods")
        if methods is None:
            raise AttributeError(f"there is no service {service}")
        return SimpleNamespace(**{name: self._function(service, name, facts) for name, facts in methods.items()})

    def _function(self, service, name, facts):
        def function(**params):
            return self.call(service, name, params)
        function.__name__, function.__doc__ = name, facts["description"]
        return function

    def call(self, service, name, params=None):
        """The result of a call."""
        method, params = self.definition.method(service, name), params or {}
        transport = method.facts.get("transport", "http")
        if isinstance(transport, dict):
            if "openWebsocketElse" in transport and not self._socket:
                raise ApiError(transport["openWebsocketElse"])
            unless = transport.get("websocketUnless")
            transport = "http" if unless and params.get(unless["param"]) == unless["equals"] else "websocket"
        timeout = method.facts.get("deadlineSeconds", self._timeout)
        if transport == "http":
            return self._codec.result(method, self._post(method, params, timeout))
        try:
            result = self._codec.result(method, self._send(method, params, time.monotonic() + timeout))
            for change, path in method.facts.get("subscription", {}).items():
                side, _, member = path.partition(".")
                session = service, (params if side == "params" else result)[member]
                (self._open_sessions.add if change == "opens" else self._open_sessions.discard)(session)
            return result
        finally:
            self._close_if_idle()

    def events(self, service, id, timeout=None):
        """The events of a session, as pairs of a name and params, up to its last."""
        session = service, id
        while self._events[session] or session in self._open_sessions:
            if not self._events[session]:
                # An error is among the events then.
                with suppress(TransportError, FormatError):
                    self._receive(None if timeout is None else time.monotonic() + timeout)
            elif isinstance(event := self._events[session].popleft(), Exception):
                raise event
            else:
                yield event
        self._events.pop(session)
        self._close_if_idle()

    def items(self, service, name, params=None):
        """The items of a list, of one page after the other."""
        facts = self.definition.method(service, name).facts["paginated"]
        offset, total, items = facts.get("offset", "offset"), facts.get("total", "total"), facts["items"]
        params = dict(params or {})
        while True:
            page = self.call(service, name, params)
            yield from page[items]
            params[offset] = page[offset] + len(page[items])
            if not page[items] or params[offset] >= page[total]:
                return

    def start(self, service, name, params=None):
        """Starts work that continues after the call."""
        return Waiter(self, self.definition.method(service, name), params or {}, self.call(service, name, params))

    def close(self):
        """Closes the WebSocket, and thereby all subscriptions."""
        if self._socket:
            self._socket.close()
        self._socket, self._next_id = None, 0
        self._open_sessions.clear()

    def _close_if_idle(self):
        if not self._open_sessions:
            self.close()

    def _post(self, method, params, timeout):
        url, body = urlsplit(self._http_url), self._codec.request(method, params)
        headers = {"Content-Type": "application/octet-stream"}
        if self._api_key() is not None:
            headers["Authorization"] = f"Bearer {self._api_key()}"
        connection = (HTTPSConnection if url.scheme == "https" else HTTPConnection)(url.netloc, timeout=timeout)
        try:
            connection.request("POST", f"{url.path}/{method.service}/{method.name}", body, headers)
            response = connection.getresponse()
            data = response.read()
        except HTTPException as error:
            raise TransportError(f"the response is malformed: {error!r}") from None
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise TransportError(f"the response has the status {response.status}")
        return data

    def _send(self, method, params, deadline):
        message = self._codec.call(self._next_id, method, params, self._api_key())
        self._socket = self._socket or WebSocket(self._websocket_url, self._timeout)
        self._socket.send(message)
        id, self._next_id = self._next_id, self._next_id + 1
        # Events of a session may arrive before the response that opens it.
        opening = method.service if "opens" in method.facts.get("subscription", {}) else None
        while True:
            head, data = self._receive(deadline, opening)
            if head == id:
                return data

    def _receive(self, deadline, opening=None):
        """The next message, which is delivered if it is an event."""
        try:
            head, data = frame.read_message(self._socket.receive(deadline))
        except (TransportError, FormatError) as error:
            self._report(error)
            # After a malformed message the connection is as good as before.
            if isinstance(error, TransportError):
                self.close()
            raise
        if isinstance(head, str):
            try:
                name, params, subscription = self._codec.event(head, data)
                session = head, params.get(subscription["id"])
                if session in self._open_sessions or head == opening:
                    self._events[session].append((name, params))
                if subscription.get("ends"):
                    self._open_sessions.discard(session)
            except FormatError as error:
                self._report(error)
        return head, data

    def _report(self, error):
        """Reports an error to all who wait for events."""
        for session in self._open_sessions:
            self._events[session].append(error)
