//! A server that records what it gets and answers what it is told.

#![allow(dead_code)] // Each of the tests uses its share.

pub mod socket;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use decthings::{ApiError, Error};
use decthings_tests::codec;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A request as it arrived.
pub struct Sent {
    pub path: String,
    pub content_type: Option<String>,
    pub content_length: Option<usize>,
    pub authorization: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Tape {
    answer: Vec<u8>,
    sent: Option<Sent>,
}

/// A server on loopback; it ends with the test's runtime.
pub struct Recorder {
    address: SocketAddr,
    tape: Arc<Mutex<Tape>>,
}

impl Recorder {
    pub async fn start() -> Self {
        decthings_tests::keep_log();
        let tape = Arc::new(Mutex::new(Tape::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let limit = axum::extract::DefaultBodyLimit::disable();
        let app = Router::new().fallback(record).layer(limit).with_state(Arc::clone(&tape));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, tape }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// Sets the answer to the requests from now on, and forgets what was sent.
    pub fn answer(&self, frame: Vec<u8>) {
        *self.tape.lock().unwrap() = Tape { answer: frame, sent: None };
    }

    /// What was sent since the answer was set.
    pub fn take(&self) -> Option<Sent> {
        self.tape.lock().unwrap().sent.take()
    }
}

async fn record(State(tape): State<Arc<Mutex<Tape>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Vec<u8> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut tape = tape.lock().unwrap();
    tape.sent = Some(Sent {
        path: uri.path().to_owned(),
        content_type: header("content-type"),
        content_length: header("content-length").and_then(|length| length.parse().ok()),
        authorization: header("authorization"),
        body: body.to_vec(),
    });
    tape.answer.clone()
}

/// The JSON and the blobs of a request's body.
pub fn split_request(body: &[u8]) -> (Value, Vec<Vec<u8>>) {
    let (json, blobs) = codec::split_request(body).unwrap();
    (serde_json::from_slice(json).unwrap(), blobs)
}

/// The JSON of an answer's body, where it has some.
pub fn split_answer(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(codec::split_response(body).ok()?.0).ok()
}

/// Blobs in hex, shortened.
pub fn hex(blobs: &[Vec<u8>]) -> String {
    let one = |blob: &Vec<u8>| {
        let digits: String = blob.iter().take(200).map(|byte| format!("{byte:02x}")).collect();
        if blob.len() > 200 { format!("{digits}… ({} bytes)", blob.len()) } else { digits }
    };
    blobs.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Whether two JSON values mean the same; 1 and 1.0 do, and so do text and its bytes.
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

/// Tensors and bytes in one spelling, where the notation allows several.
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

/// Of names that are read in two spellings, the one that is written.
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

/// Dataset entries in the order in which the wire has them: by key.
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

/// Bytes as the cases write them.
pub fn bytes(base64_text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64_text).unwrap()
}

/// Fails if a case did, showing the first of them.
pub fn report(file: &str, tried: usize, failures: &[String]) {
    println!("{file}: {} of {tried} cases passed", tried - failures.len());
    let shown: Vec<&String> = failures.iter().take(10).collect();
    assert!(failures.is_empty(), "{file}: {} of {tried} cases failed:\n{shown:#?}", failures.len());
}

/// Compares what came of an answer with what a case expects.
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
            let sent = split_answer(frame).and_then(|json| json.get("error").cloned()).unwrap_or_default();
            if same(&with_code(error), &sent) { Ok(()) } else { complain() }
        }
        ("decode-error", Err(error @ Error::Decode { message, .. })) => {
            if message.is_empty() || error.to_string().len() > 2000 { complain() } else { Ok(()) }
        }
        _ => complain(),
    }
}

/// An error as the API spells it.
fn with_code(error: &ApiError) -> Value {
    let mut members = error.fields().clone();
    members.insert("code".into(), error.code().into());
    members.into()
}
