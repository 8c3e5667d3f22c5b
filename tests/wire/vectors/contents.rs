//! The content of the vectors.

use decthings::{Client, Tensor};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;
use serde_json::{Value, json};

use crate::recorded::{EVENTS, EventCase, RESPONSES, ResponseCase, cases, judge};

/// Bytes in the notation of the vectors.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Numbers around each change of width, as dimensions of an empty tensor.
pub fn varints() -> Vec<Value> {
    let numbers = [0, 1, 252, 253, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, i64::MAX as u64];
    let varint = |number: u64| {
        let tensor = Tensor::new([usize::try_from(number).unwrap(), 0], Vec::<u8>::new()).unwrap().to_bytes();
        hex(&tensor[2..tensor.len() - 1])
    };
    numbers.into_iter().map(|number| json!({ "value": number.to_string(), "hex": varint(number) })).collect()
}

/// Tensors of every type, with their notation.
pub fn tensors() -> Vec<Value> {
    let media = |format: &str, data: &str| json!({ "format": format, "data": data });
    let long = "x".repeat(253);
    let all = [
        ("a scalar", "f32", json!([]), json!([1.5])),
        ("f32, special values", "f32", json!([4]), json!(["NaN", "Infinity", "-Infinity", "-0"])),
        ("f64", "f64", json!([1]), json!([-2.0])),
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
        ("no elements", "u8", json!([0]), json!([])),
        ("no elements, of variable size", "string", json!([0]), json!([])),
        ("a zero among dimensions", "f32", json!([2, 0, 3]), json!([])),
    ];
    let vectors = all.into_iter().map(|(name, kind, shape, data)| {
        let tensor = json!({ "type": kind, "shape": shape, "data": data });
        let read: Tensor = serde_json::from_value(tensor.clone()).unwrap();
        let written = read.to_bytes();
        assert_eq!(Tensor::decode(written.clone()).unwrap(), read, "{name}");
        json!({ "name": name, "tensor": tensor, "hex": hex(&written) })
    });
    vectors.collect()
}

/// Methods, recorded cases, and what each one demonstrates.
const RESPONSES: &[(&str, &str, &str)] = &[
    ("FS.read", "ok_blob_0", "an empty blob"),
    ("FS.read", "ok_blob_252", "the longest blob with a length of one byte"),
    ("FS.read", "ok_blob_253", "a length of three bytes"),
    ("FS.read", "ok_nonminimal_blob_prefix_5", "a length that is written longer than needed"),
    ("FS.readdir", "ok_full", "names that are base64 in the JSON"),
    ("FS.mkdir", "err_invalid_parameter", "an error with fields"),
    ("Model.train", "err_access_denied", "an error without fields"),
    ("Model.evaluate", "ok_min__success", "tensors of each output"),
    ("Model.getModelState", "ok_full", "bytes by name"),
    ("Model.getTrainingMetrics", "ok_entry_data_null", "a tensor an entry, whatever stands in its place in the JSON"),
    ("Dataset.getEntries", "ok_full", "a tensor for each key and index"),
];

/// Responses over HTTP, each read by the client to the value beside it.
pub async fn responses() -> Vec<Value> {
    let server = Server::always(Reply::Respond(ok(b""))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let cases = cases::<ResponseCase>(RESPONSES);
    let mut vectors = Vec::new();
    for (method, case, name) in RESPONSES {
        let found = cases
            .iter()
            .find(|it| format!("{}.{}", it.api, it.method) == *method && it.case == *case && it.transport == "http");
        let found = found.unwrap_or_else(|| panic!("no case {method} {case}"));
        let frame = found.frame().unwrap();
        server.reset_to(Reply::Respond(ok(&frame)));
        let call = client.call_json(&found.api, &found.method, found.params.clone());
        let outcome = soon(call).await;
        judge(&found.expect, &outcome, &frame).unwrap();
        vectors.push(json!({
            "name": name, "service": found.api, "method": found.method,
            "value": found.expect["value"], "hex": hex(&frame)
        }));
    }
    vectors
}

/// Events that a subscription delivers with exactly these parameters.
pub fn events() -> Vec<Value> {
    let cases = cases::<EventCase>(EVENTS);
    let wanted = |case: &&EventCase| {
        case.expect == "delivered" && ["full", "text", "empty", "binary_not_utf8"].contains(&case.case.as_str())
    };
    let vectors = cases.iter().filter(wanted).map(|case| {
        json!({
            "name": case.case.replace('_', " "), "service": case.api, "event": case.event,
            "params": case.params, "hex": hex(&case.frame())
        })
    });
    vectors.collect()
}
