//! Calls on the WebSocket.

use decthings_tests::codec::{Codec, request_message, split_request};
use serde_json::{Value, json};

use crate::build::{bytes, codec, split};
use crate::requests::{location, vector};

/// Messages of calls on the WebSocket.
pub fn calls() -> Vec<Value> {
    let subscribe = json!({ "terminalSessionId": "t" });
    let launch = json!({ "modelId": "m", "executionLocation": location() });
    let mut launch_with_events = launch.clone();
    launch_with_events["subscribeToEvents"] = true.into();
    let write = json!({ "languageServerId": "l", "data": bytes("e30=") });
    let all = [
        (
            "the first call of a connection, with a key",
            0,
            Some("the-key"),
            "Terminal.subscribeToEvents",
            subscribe.clone(),
        ),
        ("a call without a key", 0, None, "Terminal.subscribeToEvents", subscribe.clone()),
        ("a key that is not ASCII", 0, Some("nyckel-å\"\\"), "Terminal.subscribeToEvents", subscribe.clone()),
        ("an id of two bytes, big-endian", 258, None, "Terminal.subscribeToEvents", subscribe.clone()),
        ("a blob on a socket", 1, Some("the-key"), "Language.writeToLanguageServer", write),
        ("a call on the socket by default", 0, None, "Terminal.launchTerminalSession", launch),
        ("a call on the socket by a parameter", 0, None, "Terminal.launchTerminalSession", launch_with_events),
        ("a call on an open socket", 1, None, "Terminal.unsubscribeFromEvents", subscribe),
    ];
    let codec = codec();
    let vectors = all.into_iter().map(|(name, id, key, method, params)| {
        let mut vector = call(&codec, method, (id, key), &params);
        vector["name"] = name.into();
        vector
    });
    vectors.collect()
}

/// A call with this id and key, named by its method.
pub fn call(codec: &Codec, path: &str, (id, key): (u32, Option<&str>), params: &Value) -> Value {
    let (service, method) = split(path);
    let request = codec.request(service, method, params);
    let (wire, blobs) = split_request(&request).expect("a request that was written");
    let wire: Value = serde_json::from_slice(wire).expect("JSON that was written");
    let mut json = json!({ "api": service, "method": method, "params": wire });
    if let Some(key) = key {
        json["apiKey"] = key.into();
    }
    let blobs: Vec<&[u8]> = blobs.iter().map(Vec::as_slice).collect();
    let message = request_message(id, &json, &blobs);
    let mut vector = vector(path, (service, method), params, &message[4..], Some(&message));
    vector["id"] = id.into();
    if let Some(key) = key {
        vector["apiKey"] = key.into();
    }
    vector
}
