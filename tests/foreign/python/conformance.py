"""Runs the client's codec behind the contract of `cargo xtask conformance`: a case a line in, an answer a line out."""

import base64
import json
import sys

from client import ApiError, Definition, FormatError, Media, Tensor, read_event, read_result, wire

FLOATS = ("f32", "f64")
MEDIA = ("image", "audio", "video")


def parse(value):
    """A value from its notation."""
    try:
        return parse_any(value)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"a value is not in the notation: {error!r}") from None


def parse_any(value):
    if isinstance(value, list):
        return [parse_any(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$bytes"}:
        return base64.b64decode(value["$bytes"])
    if value.keys() == {"type", "shape", "data"}:
        return Tensor(value["type"], value["shape"], [parse_element(value["type"], item) for item in value["data"]])
    return {name: parse_any(member) for name, member in value.items()}


def parse_element(type, item):
    if type == "binary":
        return base64.b64decode(item)
    if type in MEDIA:
        return Media(item["format"], base64.b64decode(item["data"]))
    if isinstance(item, str) and type != "string":
        return float(item) if type in FLOATS else int(item)
    return item


def show(value):
    """A value in its notation."""
    if isinstance(value, bytes):
        return {"$bytes": text(value)}
    if isinstance(value, Tensor):
        data = [show_element(value.type, item) for item in value.data]
        return {"type": value.type, "shape": value.shape, "data": data}
    if isinstance(value, list):
        return [show(item) for item in value]
    return {name: show(member) for name, member in value.items()} if isinstance(value, dict) else value


def show_element(type, item):
    if type == "binary":
        return text(item)
    if type in MEDIA:
        return {"format": item.format, "data": text(item.data)}
    if type in ("i64", "u64"):
        return str(item)
    if type in FLOATS and (item != item or item in (float("inf"), float("-inf")) or str(item) == "-0.0"):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "-0.0": "-0"}[str(item)]
    return item


def text(data):
    return base64.b64encode(data).decode()


class Program:
    """The operations of the contract. Requests are read by servers only."""

    def __init__(self, definition):
        self.definition = definition

    def answer(self, case):
        operation = getattr(self, case["operation"], None)
        if operation is None:
            return {"unsupported": "this client has no such operation"}
        try:
            return operation(case)
        except FormatError as error:
            return {"rejected": str(error)}

    def readVarint(self, case):
        return {"value": str(whole(case, wire.Cursor.varint))}

    def readTensor(self, case):
        return {"tensor": show(whole(case, wire.read_tensor))}

    def writeTensor(self, case):
        return {"hex": wire.write_tensor(parse(case["tensor"])).hex()}

    def writeRequest(self, case):
        return {"hex": wire.write_request(*self.params(case)).hex()}

    def writeCall(self, case):
        api_key = case.get("apiKey")
        return {"hex": wire.write_call(case["id"], name(case), *self.params(case), api_key).hex()}

    def params(self, case):
        return self.definition.write(self.definition.method(name(case))["params"], parse(case["params"]) or {})

    def readResponse(self, case):
        if not 200 <= case.get("status", 200) < 300:
            return {"rejected": f"the status is {case['status']}"}
        return {"value": self.value(name(case), bytes.fromhex(case["hex"]))}

    def readMessage(self, case):
        head, data = wire.read_message(bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode())
        if isinstance(head, str):
            event, params, _ = read_event(self.definition, head, data)
            return {"service": head, "event": event, "params": show(params)}
        if str(head) not in case.get("calls", {}):
            return {"rejected": f"no call waits for a response {head}"}
        return {"id": head, "value": self.value(case["calls"][str(head)], data)}

    def value(self, method, data):
        try:
            return {"result": show(read_result(self.definition, self.definition.method(method), data))}
        except ApiError as error:
            return {"error": {"code": error.code, **show(error.fields)}}


def name(case):
    return f"{case['service']}.{case['method']}"


def whole(case, read):
    """What all bytes of a case are."""
    cursor = wire.Cursor(bytes.fromhex(case["hex"]))
    value = read(cursor)
    cursor.end()
    return value


def main(path):
    program = Program(Definition(path))
    for line in sys.stdin:
        print(json.dumps(program.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
