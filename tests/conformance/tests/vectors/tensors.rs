//! Varints and tensors.

use decthings_conformance::hex;
use decthings_tests::codec::{varint, write_tensor};
use serde_json::{Value, json};

pub fn varints() -> Vec<Value> {
    let numbers = [0, 1, 252, 253, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, i64::MAX as u64];
    let shortest = numbers.into_iter().map(|number| {
        let mut bytes = Vec::new();
        varint(usize::try_from(number).expect("a machine of 64 bits"), &mut bytes);
        json!({ "name": number.to_string(), "hex": hex(&bytes), "value": number.to_string() })
    });
    let longer = [("fd0001", "1"), ("fe000000fd", "253"), ("ff0000000000000000", "0")];
    let longer = longer.map(
        |(hex, value)| json!({ "name": format!("{value} in {} bytes", hex.len() / 2), "hex": hex, "value": value }),
    );
    let truncated = ["", "fd", "fd00", "fe000100", "ff00000000000000"];
    let truncated = truncated.map(|hex| {
        json!({ "name": format!("truncated after {} bytes", hex.len() / 2), "hex": hex, "rejected": "it is truncated" })
    });
    shortest.chain(longer).chain(truncated).collect()
}

pub fn tensors() -> Vec<Value> {
    [written(), read_only(), rejected_bytes(), rejected_values()].concat()
}

fn of(kind: &str, shape: Value, data: Value) -> Value {
    json!({ "type": kind, "shape": shape, "data": data })
}

/// Tensors of every type.
fn written() -> Vec<Value> {
    let media = |format: &str, data: &str| json!({ "format": format, "data": data });
    let long = "x".repeat(253);
    let all = [
        ("a scalar", "f32", json!([]), json!([1.5])),
        ("f32, special values", "f32", json!([4]), json!(["NaN", "Infinity", "-Infinity", "-0"])),
        ("f32, a number that is rounded", "f32", json!([1]), json!([0.1])),
        ("f64", "f64", json!([1]), json!([-2.0])),
        ("f64, special values", "f64", json!([4]), json!(["NaN", "Infinity", "-Infinity", "-0"])),
        ("i8", "i8", json!([2]), json!([-1, 2])),
        ("i16", "i16", json!([1]), json!([-2])),
        ("i32", "i32", json!([1]), json!([258])),
        ("i64", "i64", json!([1]), json!(["-3"])),
        ("u8, two dimensions, row by row", "u8", json!([2, 2]), json!([1, 2, 3, 4])),
        ("u16", "u16", json!([1]), json!([513])),
        ("u32", "u32", json!([1]), json!([4_294_967_295_u32])),
        ("u64, more than a double holds", "u64", json!([1]), json!(["9007199254740993"])),
        ("u64, the largest", "u64", json!([]), json!(["18446744073709551615"])),
        ("string, lengths in bytes", "string", json!([2]), json!(["é", "ab"])),
        ("string, the empty one", "string", json!([1]), json!([""])),
        ("string, a length of three bytes", "string", json!([1]), json!([long])),
        ("binary", "binary", json!([1]), json!(["AP8="])),
        ("boolean", "boolean", json!([3]), json!([true, false, true])),
        ("image", "image", json!([1]), json!([media("png", "YWJj")])),
        ("audio without data", "audio", json!([1]), json!([media("flac", "")])),
        ("video", "video", json!([1]), json!([media("mp4", "AQ==")])),
        ("a dimension of three bytes, big-endian", "u8", json!([258, 0]), json!([])),
        ("no elements", "u8", json!([0]), json!([])),
        ("no elements, of variable size", "string", json!([0]), json!([])),
        ("a zero among dimensions", "f32", json!([2, 0, 3]), json!([])),
    ];
    let vectors = all.into_iter().map(|(name, kind, shape, data)| {
        let tensor = of(kind, shape, data);
        json!({ "name": name, "tensor": tensor, "hex": hex(&write_tensor(&tensor)) })
    });
    vectors.collect()
}

/// Tensors as no client writes them.
fn read_only() -> Vec<Value> {
    let all = [
        ("a dimension that is longer than needed", of("u8", json!([2]), json!([1, 2])), "0701fd00020102"),
        ("a length that is longer than needed", of("string", json!([1]), json!(["a"])), "0b0101fd0004fd000161"),
        ("booleans other than 0 and 1", of("boolean", json!([3]), json!([false, true, true])), "0d01030002ff"),
    ];
    all.map(|(name, tensor, hex)| json!({ "name": name, "tensor": tensor, "hex": hex, "readOnly": true })).to_vec()
}

/// Bytes that are no tensor.
fn rejected_bytes() -> Vec<Value> {
    let all = [
        ("nothing", "", "it is truncated"),
        ("a type without a rank", "07", "it is truncated"),
        ("the type 0", "000001", "there is no such type"),
        ("the type 17", "110001", "there is no such type"),
        ("a dimension is missing", "070201", "it is truncated"),
        ("an element is missing", "07010201", "it is truncated"),
        ("half an element", "01000000c0", "it is truncated"),
        ("a byte too many", "0701010100", "bytes are left over"),
        (
            "a shape that overflows to zero",
            "0702ff8000000000000000ff0000000000000002",
            "the number of elements overflows",
        ),
        ("bytes that overflow", "0201ff2000000000000001", "the number of bytes overflows"),
        (
            "zero after a shape that overflows",
            "0702ffffffffffffffffff00",
            "the number of elements overflows without the zero",
        ),
        (
            "zero before a shape that overflows",
            "070200ffffffffffffffffff",
            "the number of elements overflows without the zero",
        ),
        ("far more elements than bytes", "0b01fe7fffffff020161", "it is truncated"),
        ("strings without a total length", "0b0101", "it is truncated"),
        ("a string that is longer than the total", "0b0101020261", "it is truncated"),
        ("a total that is shorter than the elements", "0b010101026162", "the total length is wrong"),
        ("a total that is longer than the elements", "0b0101030161ff", "the total length is wrong"),
        ("bytes without an element", "0b010001ff", "the total length is wrong"),
        ("a string that is not UTF-8", "0b01010201ff", "it is not UTF-8"),
        ("a surrogate in UTF-8", "0b01010403eda080", "it is not UTF-8"),
        ("an image without the length of its format", "0e01010100", "it is truncated"),
        ("a format that is longer than its image", "0e0101030202ff", "it is truncated"),
        ("a format that is not UTF-8", "0e0101030201ff", "it is not UTF-8"),
    ];
    all.map(|(name, hex, why)| json!({ "name": name, "hex": hex, "rejected": why })).to_vec()
}

/// Values that are no tensor.
fn rejected_values() -> Vec<Value> {
    let long = json!([{ "format": "f".repeat(256), "data": "" }]);
    let all = [
        ("an unknown type", of("f16", json!([1]), json!([1])), "there is no such type"),
        ("fewer elements than the shape has", of("u8", json!([3]), json!([1, 2])), "the shape has three"),
        ("more elements than the shape has", of("u8", json!([1]), json!([1, 2])), "the shape has one"),
        ("a number that is too large", of("u8", json!([1]), json!([256])), "it is out of range"),
        ("a negative number without a sign", of("u8", json!([1]), json!([-1])), "it is out of range"),
        ("a fraction for an integer", of("i32", json!([1]), json!([1.5])), "it is no integer"),
        ("64 bits that are too large", of("u64", json!([1]), json!(["18446744073709551616"])), "it is out of range"),
        ("a number for text", of("string", json!([1]), json!([1])), "it has another type"),
        ("a number for a boolean", of("boolean", json!([1]), json!([1])), "it has another type"),
        ("a negative dimension", of("u8", json!([-1]), json!([])), "it is out of range"),
        ("a format of more than 255 bytes", of("image", json!([1]), long), "its length has one byte"),
    ];
    all.map(|(name, tensor, why)| json!({ "name": name, "tensor": tensor, "rejected": why })).to_vec()
}
