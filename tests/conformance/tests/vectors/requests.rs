//! Requests over HTTP.

use decthings_conformance::hex;
use decthings_tests::codec::{join_request, split_request};
use serde_json::{Value, json};

use crate::build::{bytes, codec, split, tensor};

pub fn requests() -> Vec<Value> {
    [written(), rejected_params(), rejected_bodies()].concat()
}

/// A launcher, which several methods need.
pub fn location() -> Value {
    json!({ "type": "temporaryLauncher", "spec": { "cpus": 2, "memoryMebibytes": 4096 } })
}

fn entry(key: &str, data: &str) -> Value {
    json!({ "key": key, "data": bytes(data) })
}

fn column(key: &str, kind: &str, values: &[Value]) -> Value {
    json!({ "key": key, "data": values.iter().map(|value| tensor(kind, json!([value]))).collect::<Vec<_>>() })
}

fn train(params: Value) -> Value {
    json!({ "modelId": "m", "newStateName": "s", "params": params, "executionLocation": location() })
}

fn create(options: Value) -> Value {
    json!({ "name": "n", "description": "", "options": options })
}

/// Requests, with the JSON and the blobs of their frames.
fn written() -> Vec<Value> {
    let dataset = json!({ "type": "dataset", "datasetId": "d", "datasetKey": "k" });
    let write = |data: Value| json!({ "modelId": "m", "inode": 2, "offset": 0, "data": data });
    let based = |initial: Value| {
        create(json!({ "type": "basedOnModelSnapshot", "modelId": "b", "snapshotId": "p", "initialState": initial }))
    };
    let all = [
        ("no parameters", "User.getQuotas", json!({})),
        ("no blobs", "Model.deleteModel", json!({ "modelId": "m" })),
        ("JSON with a length of three bytes", "Model.deleteModel", json!({ "modelId": "m".repeat(250) })),
        ("bytes", "FS.write", write(bytes("AP8="))),
        ("bytes, none", "FS.write", write(bytes(""))),
        ("bytes given as text", "Spawned.writeToSpawnedCommand", json!({ "spawnedCommandId": "s", "data": "é" })),
        (
            "bytes of a variant",
            "Model.createModel",
            create(json!({ "type": "upload", "format": "onnx", "data": bytes("AQ==") })),
        ),
        ("another variant, without bytes", "Model.createModel", create(json!({ "type": "code", "language": "go" }))),
        ("base64 in the JSON, given as text", "FS.lookup", json!({ "modelId": "m", "parent": 1, "name": "é" })),
        (
            "base64 in the JSON, of any bytes",
            "FS.lookup",
            json!({ "modelId": "m", "parent": 1, "name": bytes("/w==") }),
        ),
        (
            "bytes by name, the names beside them",
            "Model.uploadState",
            json!({ "modelId": "m", "name": "s", "data": [entry("weights", "AQI="), entry("bias", "")] }),
        ),
        ("bytes by name, none", "Model.uploadState", json!({ "modelId": "m", "name": "s", "data": [] })),
        (
            "bytes by name, the names at the top",
            "Debug.callInstantiateModel",
            json!({ "debugSessionId": "s", "stateData": { "type": "data", "data": [entry("weights", "AQI=")] } }),
        ),
        (
            "bytes by name, in a variant",
            "Model.createModel",
            based(json!({ "method": "upload", "name": "s", "data": [entry("w", "AQ==")] })),
        ),
        (
            "tensors of a provider, and a provider without a blob",
            "Model.train",
            train(json!([
                { "name": "x", "data": [tensor("f32", json!([0.5, 1.5])), tensor("u8", json!([1]))] },
                { "name": "y", "data": dataset },
                { "name": "z", "data": [] }
            ])),
        ),
        (
            "dataset entries, keys sorted, entry by entry",
            "Dataset.addEntries",
            json!({
                "datasetId": "d",
                "keys": [
                    column("label", "string", &[json!("a"), json!("b")]),
                    column("image", "u8", &[json!(1), json!(2)])
                ]
            }),
        ),
        (
            "dataset entries, keys sorted by UTF-16",
            "Dataset.addEntries",
            json!({ "datasetId": "d", "keys": [column("\u{ff5a}", "u8", &[json!(1)]), column("😀", "u8", &[json!(2)])] }),
        ),
        ("a list or an object, the list", "Dataset.getEntries", json!({ "datasetId": "d", "entries": [3, 1] })),
        (
            "a list or an object, the object",
            "Dataset.getEntries",
            json!({ "datasetId": "d", "entries": { "start": 0, "end": 2 } }),
        ),
        ("null for an optional parameter", "Model.getModels", json!({ "limit": null, "offset": 1 })),
        ("64 bits", "FS.getattr", json!({ "modelId": "m", "inode": u64::MAX })),
        (
            "64 bits, negative",
            "FS.setattr",
            json!({ "modelId": "m", "inode": 1, "atime": { "sec": i64::MIN, "nsec": 0 } }),
        ),
        ("text that JSON has to escape", "Model.deleteModel", json!({ "modelId": "\"\\\n\u{0}\u{2028}é😀" })),
        ("255 blobs", "Dataset.addEntries", json!({ "datasetId": "d", "keys": [column_of(255)] })),
    ];
    let codec = codec();
    let vectors = all.into_iter().map(|(name, method, params)| {
        let (service, method) = split(method);
        vector(name, (service, method), &params, &codec.request(service, method, &params), None)
    });
    vectors.collect()
}

/// A key with so many entries, the shortest tensors that there are.
fn column_of(entries: usize) -> Value {
    json!({ "key": "k", "data": vec![json!({ "type": "u8", "shape": [0], "data": [] }); entries] })
}

/// A request with the parts of its frame, which may be in a message.
pub fn vector(
    name: &str,
    (service, method): (&str, &str),
    params: &Value,
    body: &[u8],
    message: Option<&[u8]>,
) -> Value {
    let (json, blobs) = split_request(body).expect("a request that was written");
    let json: Value = serde_json::from_slice(json).expect("JSON that was written");
    let blobs: Vec<String> = blobs.iter().map(|blob| hex(blob)).collect();
    json!({
        "name": name, "service": service, "method": method, "params": params,
        "json": json, "blobs": blobs, "hex": hex(message.unwrap_or(body))
    })
}

/// Parameters that cannot be sent.
fn rejected_params() -> Vec<Value> {
    let provider = |name: &str| json!({ "name": name, "data": [] });
    let lookup = |parent: Value| json!({ "modelId": "m", "parent": parent, "name": "n" });
    let all = [
        ("a required parameter is missing", "Model.deleteModel", json!({}), "`modelId` is missing"),
        ("null for a required parameter", "Model.deleteModel", json!({ "modelId": null }), "`modelId` is missing"),
        (
            "an unknown parameter",
            "Model.deleteModel",
            json!({ "modelId": "m", "modelID": "m" }),
            "there is no `modelID`",
        ),
        (
            "an unknown parameter in an object",
            "Model.updateModel",
            json!({ "modelId": "m", "properties": { "title": "t" } }),
            "there is no `title`",
        ),
        ("a number for text", "Model.deleteModel", json!({ "modelId": 1 }), "it has another type"),
        ("text for an integer", "FS.lookup", lookup(json!("1")), "it has another type"),
        ("a fraction for an integer", "FS.lookup", lookup(json!(1.5)), "it is no integer"),
        ("a negative unsigned integer", "FS.lookup", lookup(json!(-1)), "it is out of range"),
        ("33 bits for 32", "Model.getModels", json!({ "limit": 4_294_967_296_u64 }), "it is out of range"),
        (
            "a list for an object",
            "Model.updateModel",
            json!({ "modelId": "m", "properties": [] }),
            "it has another type",
        ),
        (
            "text for a list",
            "Dataset.removeEntries",
            json!({ "datasetId": "d", "entries": "1" }),
            "it has another type",
        ),
        ("a variant without its tag", "Model.createModel", create(json!({ "language": "go" })), "`type` is missing"),
        (
            "a variant without a property",
            "Model.createModel",
            create(json!({ "type": "upload", "data": bytes("AQ==") })),
            "`format` is missing",
        ),
        (
            "two providers of one name",
            "Model.train",
            train(json!([provider("x"), provider("x")])),
            "the name is there twice",
        ),
        (
            "two entries of one name",
            "Model.uploadState",
            json!({ "modelId": "m", "name": "s", "data": [entry("w", "AQ=="), entry("w", "AQ==")] }),
            "the name is there twice",
        ),
        (
            "two keys of one name",
            "Dataset.addEntries",
            json!({ "datasetId": "d", "keys": [column("a", "u8", &[json!(1)]), column("a", "u8", &[json!(1)])] }),
            "the name is there twice",
        ),
        (
            "keys with unequal numbers of entries",
            "Dataset.addEntries",
            json!({ "datasetId": "d", "keys": [column("a", "u8", &[json!(1)]), column("b", "u8", &[json!(1), json!(2)])] }),
            "each entry has a tensor for each key",
        ),
        (
            "256 blobs",
            "Dataset.addEntries",
            json!({ "datasetId": "d", "keys": [column_of(256)] }),
            "their number has one byte",
        ),
    ];
    let vectors = all.into_iter().map(|(name, method, params, why)| {
        let (service, method) = split(method);
        json!({ "name": name, "service": service, "method": method, "params": params, "rejected": why })
    });
    vectors.collect()
}

/// Bodies that a server rejects.
fn rejected_bodies() -> Vec<Value> {
    let write = r#"{"modelId":"m","inode":2,"offset":0}"#;
    let whole = join_request(write, &[b"ab"]);
    let cut = |length: usize| whole[..length].to_vec();
    let json_end = whole.len() - 2;
    let providers = r#"{"modelId":"m","params":[{"name":"x"}]}"#;
    let entries = r#"{"datasetId":"d","keys":["a","b"]}"#;
    let u8 = [7, 0, 1].as_slice();
    let all = [
        ("an empty body", "FS.write", cut(0), "it is truncated"),
        ("truncated after the number of blobs", "FS.write", cut(1), "it is truncated"),
        ("truncated after a length", "FS.write", cut(2), "it is truncated"),
        ("truncated in the JSON", "FS.write", cut(json_end - 1), "it is truncated"),
        ("truncated in a blob", "FS.write", cut(json_end + 1), "it is truncated"),
        ("a byte too many", "FS.write", [whole.as_slice(), b"c"].concat(), "bytes are left over"),
        ("no blob where one is needed", "FS.write", join_request::<&[u8]>(write, &[]), "a blob is missing"),
        ("a blob too many", "FS.write", join_request(write, &[b"a", b"b"]), "a blob is left over"),
        (
            "a blob where none is needed",
            "Model.deleteModel",
            join_request(r#"{"modelId":"m"}"#, &[b"a"]),
            "a blob is left over",
        ),
        (
            "a blob of an unknown variant",
            "Model.createModel",
            join_request(r#"{"name":"n","description":"","options":{"type":"new"}}"#, &[b"a"]),
            "a blob is left over",
        ),
        ("bytes that are no tensor", "Model.evaluate", join_request(providers, &[b"\xff"]), "there is no such type"),
        ("fewer blobs than an entry has", "Dataset.addEntries", join_request(entries, &[u8]), "a blob is missing"),
        (
            "two tensors in an entry",
            "Dataset.addEntries",
            join_request(entries, &[&[u8, u8].concat(), u8]),
            "an entry has one tensor",
        ),
        ("JSON that is no object", "User.getQuotas", join_request::<&[u8]>("[]", &[]), "params are an object"),
        ("JSON that is not valid", "User.getQuotas", join_request::<&[u8]>("{", &[]), "it is no JSON"),
        (
            "a fraction in the JSON",
            "FS.getattr",
            join_request::<&[u8]>(r#"{"modelId":"m","inode":1.5}"#, &[]),
            "it is no integer",
        ),
    ];
    let vectors = all.into_iter().map(|(name, method, body, why)| {
        let (service, method) = split(method);
        json!({ "name": format!("server: {name}"), "service": service, "method": method, "hex": hex(&body), "rejected": why })
    });
    vectors.collect()
}
