"""Calls of an API by name, as its definition describes them."""

import time
from collections import defaultdict, deque

from . import wire
from .transport import TransportError, WebSocket, post


class ApiError(Exception):
    """An error of the API: its code, and its other fields."""

    def __init__(self, code, fields=None):
        super().__init__(f"{code} {fields}" if fields else code)
        self.code, self.fields = code, fields or {}


def read_result(definition, method, data):
    """The result of a response; an error of the API is raised."""
    json, blobs = wire.read_response(data)
    result, error = (json.get(name) if isinstance(json, dict) else None for name in ("result", "error"))
    if (result is None) == (error is None) or (blobs and result is None):
        raise wire.FormatError("a response has a result, or an error and no blobs")
    if result is not None:
        return definition.read(method["result"], result, blobs, "result")
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        raise wire.FormatError("an error has a code")
    fields = {"type": "object", "properties": {}} | definition.error(method, error["code"]).get("fields", {})
    raise ApiError(error["code"], error | definition.read(fields, error, [], "error"))


def read_event(definition, service, data):
    """The name, the params and the subscription of an event. Those of one that is unknown stay as they are."""
    json, blobs = wire.read_response(data)
    if not isinstance(json, dict) or not isinstance(json.get("params"), dict) or not isinstance(json.get("event"), str):
        raise wire.FormatError("an event has a name and params")
    event = definition.event(service, json["event"])
    if event is None:
        return json["event"], json["params"], {"id": None}
    return json["event"], definition.read(event["params"], json["params"], blobs, "params"), event["subscription"]


def _member(value, path):
    for name in path.split("."):
        value = value[name]
    return value


class Client:
    """A client, for one thread. `client.call("Service.method", param=value)` gives the result."""

    def __init__(self, definition, api_key=None, http_url=None, websocket_url=None, timeout=60):
        # A function does not show what it returns.
        self._api_key = lambda: api_key
        self._http_url = http_url or definition.endpoints["http"]
        self._websocket_url = websocket_url or definition.endpoints["websocket"]
        self._definition, self._timeout, self._socket, self._next_id = definition, timeout, None, 0
        # The sessions that keep the WebSocket open, and events that nobody has taken yet.
        self._sessions, self._events = set(), defaultdict(deque)

    def call(self, name, /, **params):
        service, method = name.partition(".")[0], self._definition.method(name)
        json, blobs = self._definition.write(method["params"], params)
        transport, timeout = method.get("transport", "http"), method.get("deadlineSeconds", self._timeout)
        if isinstance(transport, dict) and not self._socket and "openWebsocketElse" in transport:
            raise ApiError(transport["openWebsocketElse"])
        unless = transport.get("websocketUnless") if isinstance(transport, dict) else None
        if transport == "http" or (unless and params.get(unless["param"]) == unless["equals"]):
            key = {"Authorization": f"Bearer {self._api_key()}"} if self._api_key() else {}
            headers = {"Content-Type": "application/octet-stream"} | key
            data = post(f"{self._http_url}/{name.replace('.', '/')}", wire.write_request(json, blobs), headers, timeout)
            return read_result(self._definition, method, data)
        subscription = method.get("subscription", {})
        message = wire.write_call(self._next_id, name, json, blobs, self._api_key())
        try:
            data = self._send(message, time.monotonic() + timeout, service if "opens" in subscription else None)
            result = read_result(self._definition, method, data)
            for change, path in subscription.items():
                session = service, _member({"params": params, "result": result}, path)
                (self._sessions.add if change == "opens" else self._sessions.discard)(session)
            return result
        finally:
            self._close_if_idle()

    def events(self, service, id, timeout):
        """The events of a session, as pairs of a name and params, up to its last."""
        session = service, id
        while self._events[session] or session in self._sessions:
            if not self._events[session]:
                self._receive(time.monotonic() + timeout)
            elif isinstance(event := self._events[session].popleft(), Exception):
                raise event
            else:
                yield event
        self._close_if_idle()

    def wait(self, name, params, result, timeout, progress=lambda state: None):
        """Follows work that a call has started: its last status, or an error if it has failed."""
        facts, end = self._definition.method(name)["waiter"], time.monotonic() + timeout
        ids = {name: _member({"params": params, "result": result}, path) for name, path in facts["ids"].items()}
        polled = f"{name.partition('.')[0]}.{facts['method']}"
        while time.monotonic() < end:
            try:
                status = self.call(polled, **ids)
                state = _member(status, facts["path"]) if "path" in facts else next(iter(status))
                if state == facts["failed"]:
                    raise RuntimeError(f"{name} has failed: {status}")
                if state == facts["done"]:
                    return status
                progress(state)
            except ApiError as error:
                if error.code == facts.get("alreadyFinished"):
                    return None
                if not self._definition.error(self._definition.method(polled), error.code).get("retryable"):
                    raise
            time.sleep(0.1)
        raise TimeoutError(f"{name} is not done after {timeout} s")

    def _send(self, message, deadline, opening):
        self._socket = self._socket or WebSocket(self._websocket_url, self._timeout)
        self._socket.send(message)
        id, self._next_id = self._next_id, self._next_id + 1
        while True:
            # Events of a session may arrive before the response that opens it.
            head, data = self._receive(deadline, opening)
            if head == id:
                return data

    def _receive(self, deadline, opening=None):
        """The next message, which is delivered if it is an event."""
        head = None
        try:
            head, data = wire.read_message(self._socket.receive(deadline))
            if isinstance(head, str):
                name, params, subscription = read_event(self._definition, head, data)
                session = head, params.get(subscription["id"])
                if session in self._sessions or head == opening:
                    self._events[session].append((name, params))
                if subscription.get("ends"):
                    self._sessions.discard(session)
            return head, data
        except (OSError, wire.FormatError) as error:
            for session in self._sessions:
                self._events[session].append(error)
            if head is not None:
                # One event is malformed, but the connection is good.
                return None, None
            self._sessions.clear()
            self._close_if_idle()
            raise

    def _close_if_idle(self):
        if self._socket and not self._sessions:
            self._socket.close()
            self._socket, self._next_id = None, 0
