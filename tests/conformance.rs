//! The wire cases: calls and answers as real clients exchange them, through the public client and a real socket.

mod conformance_support;

use std::time::Duration;

use conformance_support::{Recorder, hex, normalize, same, split_answer, split_request};
use decthings::{ApiError, Client, Error};
use serde::Deserialize;
use serde_json::{Value, json};

/// No case takes longer; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
struct RequestCase {
    api: String,
    method: String,
    case: String,
    transport: String,
    api_key: Option<String>,
    setup: Vec<Value>,
    params: Value,
    wire_json: Value,
    wire_blobs_b64: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseCase {
    api: String,
    method: String,
    case: String,
    transport: String,
    params: Value,
    /// None where the call is answered without a server.
    frame_b64: Option<String>,
    expect: Value,
}

fn cases<T: for<'de> Deserialize<'de>>(text: &'static str) -> Vec<T> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Services whose cases are run; the others' are kept for when they exist.
fn is_covered(api: &str, transport: &str) -> bool {
    transport == "http" && decthings::api::dynamic::services().contains(&api)
}

fn bytes(base64_text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64_text).unwrap()
}

fn client(recorder: &Recorder, key: Option<&str>) -> Client {
    let builder = Client::builder().http_url(recorder.url());
    let builder = match key {
        Some(key) => builder.api_key(key),
        None => builder,
    };
    builder.build().unwrap()
}

async fn call(client: &Client, api: &str, method: &str, params: Value) -> Result<Value, Error<ApiError>> {
    tokio::time::timeout(PATIENCE, client.call_json(api, method, params)).await.expect("the call hung")
}

fn report(file: &str, tried: usize, failures: &[String]) {
    println!("{file}: {} of {tried} cases passed", tried - failures.len());
    let shown: Vec<&String> = failures.iter().take(10).collect();
    assert!(failures.is_empty(), "{file}: {} of {tried} cases failed:\n{shown:#?}", failures.len());
}

#[tokio::test]
async fn requests_are_sent_as_recorded() {
    let recorder = Recorder::start().await;
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<RequestCase>(include_str!("cases/requests.jsonl")) {
        if !is_covered(&case.api, &case.transport) || !case.setup.is_empty() {
            continue;
        }
        tried += 1;
        recorder.answer(b"\x0d{\"result\":{}}".to_vec());
        let name = format!("{}.{} {}", case.api, case.method, case.case);
        let client = client(&recorder, case.api_key.as_deref());
        // The answer is a dummy; what counts is what was sent.
        let outcome = call(&client, &case.api, &case.method, case.params.clone()).await;
        let Some(sent) = recorder.take() else {
            failures.push(format!("{name}: nothing was sent: {outcome:?}"));
            continue;
        };
        let (json, blobs) = split_request(&sent.body);
        let wanted: Vec<Vec<u8>> = case.wire_blobs_b64.iter().map(|blob| bytes(blob)).collect();
        if sent.path != format!("/v0/{}/{}", case.api, case.method) {
            failures.push(format!("{name}: sent to {}", sent.path));
        }
        if sent.content_type.as_deref() != Some("application/octet-stream") {
            failures.push(format!("{name}: content type {:?}", sent.content_type));
        }
        if sent.authorization != case.api_key.map(|key| format!("Bearer {key}")) {
            failures.push(format!("{name}: authorization {:?}", sent.authorization));
        }
        if sent.content_length != Some(sent.body.len()) {
            failures.push(format!("{name}: content length {:?} of {}", sent.content_length, sent.body.len()));
        }
        if !same(&json, &case.wire_json) || blobs != wanted {
            failures.push(format!(
                "{name}:\nexpected {}\n{}\nactual   {json}\n{}",
                case.wire_json,
                hex(&wanted),
                hex(&blobs)
            ));
        }
    }
    assert!(tried >= 120, "only {tried} cases");
    report("requests.jsonl", tried, &failures);
}

/// The same requests, read by the other side: what arrives is what the caller gave.
#[tokio::test]
async fn requests_are_understood_by_the_router_side() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<RequestCase>(include_str!("cases/requests.jsonl")) {
        if !is_covered(&case.api, &case.transport) {
            continue;
        }
        tried += 1;
        let operation = decthings::api::dynamic::operation(&case.api, &case.method).unwrap();
        let name = format!("{}.{} {}", case.api, case.method, case.case);
        let frame = conformance_support::join_request(
            &case.wire_json,
            &case.wire_blobs_b64.iter().map(|blob| bytes(blob)).collect::<Vec<_>>(),
        );
        match operation.decode_request(frame.into()) {
            Ok(params) => {
                let wanted = conformance_support::sort_entry_keys(normalize(&case.params), &case.wire_json);
                if !same(&normalize(&params), &wanted) {
                    failures.push(format!("{name}:\nexpected {wanted}\nactual   {params}"));
                }
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    report("requests.jsonl (other side)", tried, &failures);
}

#[tokio::test]
async fn answers_are_read_as_expected() {
    let recorder = Recorder::start().await;
    let client = client(&recorder, None);
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<ResponseCase>(include_str!("cases/responses.jsonl")) {
        if !is_covered(&case.api, &case.transport) {
            continue;
        }
        let Some(frame) = case.frame_b64.as_deref().map(bytes) else { continue };
        tried += 1;
        recorder.answer(frame.clone());
        let outcome = call(&client, &case.api, &case.method, case.params.clone()).await;
        if let Err(complaint) = judge(&case.expect, &outcome, &frame) {
            let json = split_answer(&frame).map_or_else(|| "(no JSON)".to_owned(), |json| json.to_string());
            let frame = hex(&[frame]);
            failures.push(format!("{}.{} {}: {complaint}\nframe {json}\n{frame}", case.api, case.method, case.case));
        }
    }
    assert!(tried >= 700, "only {tried} cases");
    report("responses.jsonl", tried, &failures);
}

/// Compares what came of an answer with what a case expects.
fn judge(expect: &Value, outcome: &Result<Value, Error<ApiError>>, frame: &[u8]) -> Result<(), String> {
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
