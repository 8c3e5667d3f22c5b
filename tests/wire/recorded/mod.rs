//! Exchanges that were recorded from real clients and servers: requests, responses and events.

mod events;
mod http;
mod websocket;

use decthings::{ApiError, Error};
use decthings_tests::codec;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub const REQUESTS: &str = include_str!("../../data/cases/requests.jsonl");
pub const RESPONSES: &str = include_str!("../../data/cases/responses.jsonl");
pub const EVENTS: &str = include_str!("../../data/cases/events.jsonl");

/// A recorded request.
#[derive(Deserialize)]
pub struct RequestCase {
    pub api: String,
    pub method: String,
    pub case: String,
    pub transport: String,
    pub api_key: Option<String>,
    /// Calls that came before on the same connection.
    pub setup: Vec<SetupCall>,
    pub params: Value,
    pub wire_json: Value,
    wire_blobs_b64: Vec<String>,
}

#[derive(Deserialize)]
pub struct SetupCall {
    pub api: String,
    pub method: String,
    pub params: Value,
}

impl RequestCase {
    pub fn name(&self) -> String {
        format!("{}.{} {}", self.api, self.method, self.case)
    }

    pub fn blobs(&self) -> Vec<Vec<u8>> {
        self.wire_blobs_b64.iter().map(|blob| bytes(blob)).collect()
    }
}

/// A recorded response.
#[derive(Deserialize)]
pub struct ResponseCase {
    pub api: String,
    pub method: String,
    pub case: String,
    pub transport: String,
    pub params: Value,
    frame_b64: Option<String>,
    pub expect: Value,
}

impl ResponseCase {
    pub fn name(&self) -> String {
        format!("{}.{} {}", self.api, self.method, self.case)
    }

    /// The frame; `None` where no server is needed for the response.
    pub fn frame(&self) -> Option<Vec<u8>> {
        self.frame_b64.as_deref().map(bytes)
    }
}

/// A recorded event.
#[derive(Deserialize)]
pub struct EventCase {
    pub api: String,
    pub event: String,
    pub case: String,
    frame_b64: String,
    pub expect: String,
    pub params: Option<Value>,
}

impl EventCase {
    pub fn frame(&self) -> Vec<u8> {
        bytes(&self.frame_b64)
    }
}

/// The JSON and the blobs of a request's body.
pub fn split_request(body: &[u8]) -> (Value, Vec<Vec<u8>>) {
    let (json, blobs) = codec::split_request(body).unwrap();
    (serde_json::from_slice(json).unwrap(), blobs)
}

/// The JSON of a response's body, if it has any.
pub fn response_json(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(codec::split_response(body).ok()?.0).ok()
}

/// Blobs in hex, truncated.
pub fn hex(blobs: &[Vec<u8>]) -> String {
    let one = |blob: &Vec<u8>| {
        let digits: String = blob.iter().take(200).map(|byte| format!("{byte:02x}")).collect();
        if blob.len() > 200 { format!("{digits}… ({} bytes)", blob.len()) } else { digits }
    };
    blobs.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Whether two JSON values are equivalent: 1 and 1.0 are, and so are text and its bytes.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        (Value::Object(left), Value::String(right)) if left.contains_key("$bytes") => {
            left["$bytes"].as_str().map(bytes).as_deref() == Some(right.as_bytes())
        }
        _ => left == right,
    }
}

/// A value with tensors and names in their canonical notation.
pub fn normalize(value: &Value) -> Value {
    match value {
        Value::Object(members) if is_tensor(members) => {
            match serde_json::from_value::<decthings::Tensor>(value.clone()) {
                Ok(tensor) => serde_json::to_value(tensor).unwrap(),
                Err(error) => panic!("{error}: {value}"),
            }
        }
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| (spelling(key).to_owned(), normalize(member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements.iter().map(normalize).collect(),
        other => other.clone(),
    }
}

/// The canonical name of a property with an alias.
fn spelling(key: &str) -> &str {
    match key {
        "atimeNsec" => "atime_nsec",
        "ctimeNsec" => "ctime_nsec",
        "mtimeNsec" => "mtime_nsec",
        key => key,
    }
}

fn is_tensor(members: &Map<String, Value>) -> bool {
    members.len() == 3 && ["type", "shape", "data"].iter().all(|key| members.contains_key(*key))
}

/// Dataset entries in the order of the wire: by key.
pub fn sort_entry_keys(mut params: Value, wire: &Value) -> Value {
    let names: Option<Vec<&str>> =
        wire.get("keys").and_then(Value::as_array).map(|keys| keys.iter().filter_map(Value::as_str).collect());
    if let (Some(names), Some(keys)) = (names, params.get_mut("keys").and_then(Value::as_array_mut)) {
        keys.sort_by_key(|key| names.iter().position(|name| key.get("key").and_then(Value::as_str) == Some(name)));
    }
    params
}

/// The cases of a file.
pub fn cases<T: for<'de> Deserialize<'de>>(text: &'static str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Bytes in the notation of the cases.
pub fn bytes(base64_text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64_text).unwrap()
}

/// Fails if any case failed, and shows the first ones.
pub fn report(file: &str, tried: usize, failures: &[String]) {
    println!("{file}: {} of {tried} cases passed", tried - failures.len());
    let shown: Vec<&String> = failures.iter().take(10).collect();
    assert!(failures.is_empty(), "{file}: {} of {tried} cases failed:\n{shown:#?}", failures.len());
}

/// Compares the outcome of a response with what its case expects.
pub fn judge(expect: &Value, outcome: &Result<Value, Error<ApiError>>, frame: &[u8]) -> Result<(), String> {
    let complain = || Err(format!("expected {expect}, got {outcome:?}"));
    if let Some(wanted) = expect.get("value") {
        let actual = match outcome {
            Ok(result) => json!({ "result": result }),
            Err(Error::Api { error, .. }) => json!({ "error": with_code(error) }),
            Err(_) => return complain(),
        };
        return if same(&normalize(&actual), &normalize(wanted)) { Ok(()) } else { complain() };
    }
    match (expect.as_str().unwrap_or_default(), outcome) {
        ("any-but-no-panic-or-hang", _) | ("ok", Ok(_)) | ("api-error", Err(Error::Api { .. })) => Ok(()),
        ("api-error-with-this-code-and-payload-kept", Err(Error::Api { error, .. })) => {
            let sent = response_json(frame).and_then(|json| json.get("error").cloned()).unwrap_or_default();
            if same(&with_code(error), &sent) { Ok(()) } else { complain() }
        }
        ("decode-error", Err(error @ Error::Decode { message, .. })) => {
            if message.is_empty() || error.to_string().len() > 2000 { complain() } else { Ok(()) }
        }
        _ => complain(),
    }
}

/// The JSON of an error of the API.
fn with_code(error: &ApiError) -> Value {
    let mut members = error.fields().clone();
    members.insert("code".into(), error.code().into());
    members.into()
}
