//! Requests of the client, over HTTP and on the WebSocket.

use std::time::Duration;

use decthings::Client;
use decthings_tests::codec::response_message;
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;
use serde_json::{Value, json};

use super::contents::hex;
use crate::recorded::split_request;

fn tensor(kind: &str, data: Value) -> Value {
    json!({ "type": kind, "shape": [data.as_array().map_or(0, Vec::len)], "data": data })
}

/// Requests, one for each feature of frames.
pub async fn requests() -> Vec<Value> {
    let location = json!({ "type": "temporaryLauncher", "spec": { "cpus": 2, "memoryMebibytes": 4096 } });
    let dataset = json!({ "type": "dataset", "datasetId": "d", "datasetKey": "k" });
    let entry = |key: &str, data: &str| json!({ "key": key, "data": { "$bytes": data } });
    let all = [
        ("no parameters", "User", "getQuotas", json!({})),
        ("no blobs", "Model", "deleteModel", json!({ "modelId": "m" })),
        ("JSON with a length of three bytes", "Model", "deleteModel", json!({ "modelId": "m".repeat(300) })),
        (
            "one blob of bytes",
            "FS",
            "write",
            json!({ "modelId": "m", "inode": 2, "offset": 0, "data": { "$bytes": "AP8=" } }),
        ),
        ("an empty blob", "FS", "write", json!({ "modelId": "m", "inode": 2, "offset": 0, "data": { "$bytes": "" } })),
        ("a name that is base64 in the JSON", "FS", "lookup", json!({ "modelId": "m", "parent": 1, "name": "é" })),
        (
            "bytes by name, the names beside them",
            "Model",
            "uploadState",
            json!({ "modelId": "m", "name": "s", "data": [entry("weights", "AQI="), entry("bias", "")] }),
        ),
        (
            "bytes by name, the names at the top",
            "Debug",
            "callInstantiateModel",
            json!({ "debugSessionId": "s", "stateData": { "type": "data", "data": [entry("weights", "AQI=")] } }),
        ),
        (
            "tensors of a provider, and a provider without a blob",
            "Model",
            "train",
            json!({
                "modelId": "m", "newStateName": "s", "executionLocation": location,
                "params": [
                    { "name": "x", "data": [tensor("f32", json!([0.5, 1.5])), tensor("u8", json!([1]))] },
                    { "name": "y", "data": dataset },
                    { "name": "z", "data": [] }
                ]
            }),
        ),
        (
            "dataset entries, keys sorted, entry by entry",
            "Dataset",
            "addEntries",
            json!({
                "datasetId": "d",
                "keys": [
                    { "key": "label", "data": [tensor("string", json!(["a"])), tensor("string", json!(["b"]))] },
                    { "key": "image", "data": [tensor("u8", json!([1])), tensor("u8", json!([2]))] }
                ]
            }),
        ),
    ];
    let server = Server::always(Reply::Respond(ok(b"\x0d{\"result\":{}}"))).await;
    let client = Client::builder().http_url(server.url()).build().unwrap();
    let mut vectors = Vec::new();
    for (name, service, method, params) in all {
        // The response is a dummy; only the request matters.
        let _ = soon(client.call_json(service, method, params.clone())).await;
        let sent = server.requests().pop().unwrap_or_else(|| panic!("{name}: nothing was sent"));
        vectors.push(vector(name, service, method, &params, &sent.body, &sent.body));
    }
    vectors
}

fn vector(name: &str, service: &str, method: &str, params: &Value, body: &[u8], whole: &[u8]) -> Value {
    let (json, blobs) = split_request(body);
    let blobs: Vec<String> = blobs.iter().map(|blob| hex(blob)).collect();
    json!({
        "name": name, "service": service, "method": method, "params": params,
        "json": json, "blobs": blobs, "hex": hex(whole)
    })
}

/// Consecutive calls on one WebSocket.
pub async fn calls() -> Vec<Value> {
    let all = [
        ("the first call of a connection", "Terminal", "subscribeToEvents", json!({ "terminalSessionId": "t" })),
        (
            "a blob on a socket",
            "Language",
            "writeToLanguageServer",
            json!({ "languageServerId": "l", "data": { "$bytes": "e30=" } }),
        ),
    ];
    let server = Server::messages(|request| vec![response_message(request.id, json!({ "result": {} }), &[])]).await;
    // Each call opens a connection.
    let builder = Client::builder().http_url(server.url()).api_key("the-key");
    let client = builder.websocket_idle_timeout(Duration::ZERO).build().unwrap();
    let mut vectors = Vec::new();
    for (name, service, method, params) in all {
        let call = client.call_json(service, method, params.clone());
        soon(call).await.unwrap();
        let message = server.take_message().unwrap();
        let mut vector = vector(name, service, method, &params, &message.bytes[4..], &message.bytes);
        vector["id"] = message.id.into();
        vector["apiKey"] = "the-key".into();
        vectors.push(vector);
    }
    vectors
}
