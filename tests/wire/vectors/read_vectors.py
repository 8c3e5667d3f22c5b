"""Reads every vector with the standard library alone: proof that schema/vectors/README.md is enough."""

import base64
import json
import struct
import sys
from pathlib import Path

NUMBERS = {1: ("f32", "f"), 2: ("f64", "d"), 3: ("i8", "b"), 4: ("i16", "h"), 5: ("i32", "i"), 6: ("i64", "q"),
           7: ("u8", "B"), 8: ("u16", "H"), 9: ("u32", "I"), 10: ("u64", "Q"), 13: ("boolean", "?")}
VARIABLE = {11: "string", 12: "binary", 14: "image", 15: "audio", 16: "video"}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at:self.at + count]
        assert len(piece) == count, "the bytes end too early"
        self.at += count
        return piece

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        first = self.byte()
        width = {253: 2, 254: 4, 255: 8}.get(first, 0)
        return int.from_bytes(self.take(width), "big") if width else first

    def rest(self):
        return self.at < len(self.data)


def text(data):
    return base64.b64encode(data).decode()


def number(kind, value):
    if kind in ("i64", "u64"):
        return str(value)
    if kind in ("f32", "f64"):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        if value == 0 and struct.pack(">d", value)[0]:
            return "-0"
    return value


def element(kind, data):
    if kind == "string":
        return data.decode()
    if kind == "binary":
        return text(data)
    size = data[0]
    return {"format": data[1:1 + size].decode(), "data": text(data[1 + size:])}


def tensor(reader):
    tag, rank = reader.byte(), reader.byte()
    shape = [reader.varint() for _ in range(rank)]
    count = 1
    for dimension in shape:
        count *= dimension
    if tag in NUMBERS:
        kind, code = NUMBERS[tag]
        data = reader.take(count * struct.calcsize("<" + code))
        values = [number(kind, value) for (value,) in struct.iter_unpack("<" + code, data)]
    else:
        kind = VARIABLE[tag]
        reader_of_elements = Reader(reader.take(reader.varint()))
        values = [element(kind, reader_of_elements.take(reader_of_elements.varint())) for _ in range(count)]
        assert not reader_of_elements.rest()
    return {"type": kind, "shape": shape, "data": values}


def tensors(data):
    reader, found = Reader(data), []
    while reader.rest():
        found.append(tensor(reader))
    return found


def request(reader):
    lengths = [None] * reader.byte()
    size = reader.varint()
    lengths = [reader.varint() for _ in lengths]
    body = json.loads(reader.take(size))
    blobs = [reader.take(length) for length in lengths]
    assert not reader.rest()
    return body, blobs


def response(reader):
    body, blobs = json.loads(reader.take(reader.varint())), []
    while reader.rest():
        blobs.append(reader.take(reader.varint()))
    return body, blobs


def leaves(value):
    """The bytes and tensors inside a value as callers have it, in their order."""
    if isinstance(value, dict):
        if set(value) == {"$bytes"}:
            return [base64.b64decode(value["$bytes"])]
        if set(value) == {"type", "shape", "data"}:
            return [value]
        return [leaf for member in value.values() for leaf in leaves(member)]
    if isinstance(value, list):
        return [leaf for member in value for leaf in leaves(member)]
    return []


def same(kind, blobs, value):
    """Whether the blobs hold the bytes and tensors of the value; dataset entries come in another order."""
    wanted = leaves(value)
    if kind == "bytes":
        found = blobs
        wanted = [leaf for leaf in wanted if isinstance(leaf, bytes)]
    else:
        found = [item for blob in blobs for item in tensors(blob)]
        wanted = [leaf for leaf in wanted if isinstance(leaf, dict)]
    order = lambda items: sorted(map(repr, items))
    assert order(found) == order(wanted), (found, wanted)


def kind_of(value):
    return "tensors" if any(isinstance(leaf, dict) for leaf in leaves(value)) else "bytes"


def main(folder):
    def vectors(name):
        found = json.loads((Path(folder) / name).read_text())
        assert found, name
        for vector in found:
            try:
                yield vector, Reader(bytes.fromhex(vector["hex"]))
            except AssertionError as error:
                raise AssertionError(f"{name}: {vector.get('name')}: {error}") from error

    count = 0
    for vector, reader in vectors("varints.json"):
        assert reader.varint() == int(vector["value"]) and not reader.rest()
        count += 1
    for vector, reader in vectors("tensors.json"):
        assert tensor(reader) == vector["tensor"] and not reader.rest(), vector["name"]
        count += 1
    for vector, reader in vectors("requests.json"):
        body, blobs = request(reader)
        assert body == vector["json"] and [blob.hex() for blob in blobs] == vector["blobs"], vector["name"]
        if blobs:
            same(kind_of(vector["params"]), blobs, vector["params"])
        count += 1
    for vector, reader in vectors("calls.json"):
        assert int.from_bytes(reader.take(4), "big") == vector["id"]
        body, blobs = request(reader)
        assert body == vector["json"] and [blob.hex() for blob in blobs] == vector["blobs"], vector["name"]
        assert (body["api"], body["method"]) == (vector["service"], vector["method"])
        count += 1
    for vector, reader in vectors("responses.json"):
        body, blobs = response(reader)
        assert set(body) == set(vector["value"]), vector["name"]
        if "error" in body:
            assert body == vector["value"] and not blobs
        elif blobs:
            same(kind_of(vector["value"]), blobs, vector["value"])
        count += 1
    for vector, reader in vectors("messages.json"):
        assert reader.byte() == 1
        assert reader.take(reader.byte()).decode() == vector["service"]
        body, blobs = response(reader)
        assert body["event"] == vector["event"], vector["name"]
        if blobs:
            same("bytes", blobs, vector["params"])
        count += 1
    print(f"{count} vectors read")


main(sys.argv[1])
