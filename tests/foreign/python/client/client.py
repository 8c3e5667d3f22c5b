"""Calls of an API by name, as its definition describes them."""

import time
from collections import defaultdict, deque
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from . import frame
from .codec import Codec
from .errors import ApiError, FormatError, TransportError
from .waiter import Waiter
from .websocket import WebSocket


class Client:
    """A client, for one thread. `client.Service.method(param=…)` is `client.call("Service", "method", {"param": …})`."""

    def __init__(self, definition, api_key=None, http_url=None, websocket_url=None, timeout=60):
        self.definition, self._codec, self._timeout = definition, Codec(definition), timeout
        self._http_url = http_url or definition.endpoints["http"]
        self._websocket_url = websocket_url or definition.endpoints["websocket"]
        # A function does not show what it returns.
        self._api_key = lambda: api_key
        self._socket, self._next_id = None, 0
        # The sessions that keep the WebSocket open, and events that have not been delivered.
        self._held, self._events = set(), defaultdict(deque)

    def __getattr__(self, service):
        if service not in self.definition.services:
            raise AttributeError(service)
        return _Service(self, service)

    def call(self, service, method, params=None):
        """Makes a call, and gives its result."""
        method, params = self.definition.method(service, method), params or {}
        transport = method.facts.get("transport", "http")
        if isinstance(transport, dict):
            unless = transport.get("websocketUnless")
            if not unless and not self._socket:
                raise ApiError(transport["openWebsocketElse"])
            transport = "http" if unless and params.get(unless["param"]) == unless["equals"] else "websocket"
        deadline = method.facts.get("deadlineSeconds", self._timeout)
        if transport == "http":
            return self._codec.result(method, self._post(method, params, deadline))
        try:
            result = self._codec.result(method, self._send(method, params, time.monotonic() + deadline))
            for action, path in method.facts.get("subscription", {}).items():
                side, _, name = path.partition(".")
                session = service, (params if side == "params" else result)[name]
                (self._held.add if action == "opens" else self._held.discard)(session)
            return result
        finally:
            self._close_if_idle()

    def events(self, service, id, timeout=None):
        """The events of a session, as pairs of a name and params, to the last one."""
        queue = self._events[service, id]
        while queue or (service, id) in self._held:
            if not queue:
                self._receive(timeout and time.monotonic() + timeout)
            elif isinstance(event := queue.popleft(), FormatError):
                raise event
            else:
                yield event
        self._close_if_idle()

    def items(self, service, method, params=None):
        """The items of a list, page by page."""
        facts = self.definition.method(service, method).facts["paginated"]
        offset, total = facts.get("offset", "offset"), facts.get("total", "total")
        params = dict(params or {})
        while True:
            page = self.call(service, method, params)
            yield from page[facts["items"]]
            params[offset] = page[offset] + len(page[facts["items"]])
            if not page[facts["items"]] or params[offset] >= page[total]:
                return

    def start(self, service, method, params=None):
        """Starts work that continues after the call."""
        facts = self.definition.method(service, method).facts["waiter"]
        params = params or {}
        return Waiter(self, service, facts, {"params": params, "result": self.call(service, method, params)})

    def close(self):
        """Closes the WebSocket."""
        if self._socket:
            self._socket.close()
        self._socket, self._next_id = None, 0
        self._held.clear()

    def _close_if_idle(self):
        if not self._held:
            self.close()

    def _post(self, method, params, timeout):
        url = urlsplit(self._http_url)
        connection = (HTTPSConnection if url.scheme == "https" else HTTPConnection)(url.netloc, timeout=timeout)
        headers = {"Content-Type": "application/octet-stream"}
        if self._api_key() is not None:
            headers["Authorization"] = f"Bearer {self._api_key()}"
        body = self._codec.request(method, params)
        try:
            connection.request("POST", f"{url.path}/{method.service}/{method.name}", body, headers)
            response = connection.getresponse()
            data = response.read()
        except HTTPException as error:
            raise TransportError(f"malformed HTTP: {error!r}") from None
        finally:
            connection.close()
        if not 200 <= response.status < 300:
            raise TransportError(f"the server responded with the status {response.status}")
        return data

    def _send(self, method, params, deadline):
        message = self._codec.call(self._next_id, method, params, self._api_key())
        if not self._socket:
            self._socket = WebSocket(self._websocket_url, self._timeout)
        self._socket.send(message)
        id, self._next_id = self._next_id, self._next_id + 1
        opens = "opens" in method.facts.get("subscription", {})
        while True:
            head, data = self._receive(deadline, method.service if opens else None)
            if head == id:
                return data

    def _receive(self, deadline, opening=None):
        """Receives a message; an event goes to its session, or to any of a service that opens one."""
        try:
            head, data = frame.read_message(self._socket.receive(deadline))
        except (TransportError, FormatError):
            self.close()
            raise
        if isinstance(head, int):
            return head, data
        try:
            event, params, subscription = self._codec.event(head, data)
            session = head, params.get(subscription["id"])
            if session in self._held or head == opening:
                self._events[session].append((event, params))
            if subscription.get("ends"):
                self._held.discard(session)
        except FormatError as error:
            for session in self._held:
                self._events[session].append(error)
        return head, data


class _Service:
    """The methods of a service as functions."""

    def __init__(self, client, service):
        self._client, self._service = client, service

    def __getattr__(self, method):
        facts = self._client.definition.method(self._service, method).facts

        def call(**params):
            return self._client.call(self._service, method, params)
        call.__name__, call.__doc__ = method, facts["description"]
        return call
