"""Requests, responses and events of an API, as bytes."""

from . import frame
from .errors import ApiError, FormatError, at
from .reader import Reader
from .types import expect
from .writer import Writer


class Codec:
    """Writes what a client sends, and reads what it gets."""

    def __init__(self, definition):
        self.definition = definition

    def request(self, method, params):
        """The body of an HTTP request."""
        return frame.write_request(*self._params(method, params))

    def call(self, id, method, params, api_key):
        """A WebSocket message."""
        json, blobs = self._params(method, params)
        call = {"api": method.service, "method": method.name, "params": json}
        if api_key is not None:
            call["apiKey"] = api_key
        return id.to_bytes(4, "big") + frame.write_request(call, blobs)

    def params(self, method, data):
        """Reads the body of an HTTP request, as a server does."""
        json, blobs = frame.read_request(data)
        return Reader(self.definition, blobs).read(method.facts["params"], json)

    def result(self, method, data):
        """Reads a response; an error of the API is raised."""
        json, blobs = frame.read_response(data)
        result, error = (expect(dict, json, "an object").get(name) for name in ("result", "error"))
        if (result is None) == (error is None) or (blobs and result is None):
            raise FormatError("a response has a result, or an error and no blobs")
        if result is not None:
            with at("result"):
                return Reader(self.definition, blobs).read(method.facts["result"], result)
        with at("error"):
            code = expect(str, expect(dict, error, "an object").get("code"), "an object with a code")
            fields = (self.definition.error(method, code) or {}).get("fields")
            known = Reader(self.definition, []).read({"type": "object"} | fields, error) if fields else {}
            raise ApiError(code, {name: value for name, value in error.items() if name != "code"} | known)

    def event(self, service, data):
        """The name, the params and the subscription of an event. Those of one that is unknown stay as they are."""
        json, blobs = frame.read_response(data)
        name = expect(str, expect(dict, json, "an object").get("event"), "an object with an event")
        event, params = self.definition.event(service, name), json.get("params")
        with at("params"):
            if event is None:
                return name, expect(dict, params, "an object"), {"id": None}
            return name, Reader(self.definition, blobs).read(event["params"], params), event["subscription"]

    def _params(self, method, params):
        writer = Writer(self.definition)
        json = writer.write(method.facts["params"], {} if params is None else params)
        return json, writer.blobs
