//! Every method over HTTP, with recorded requests and responses.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use decthings_tests::codec::Codec;
use decthings_tests::repository;
use decthings_tests::server::{Reply, Server, ok};
use serde_json::Value;

use super::program::Program;

/// The first recorded success of each method over HTTP.
fn cases() -> BTreeMap<(String, String), Value> {
    let text = std::fs::read_to_string(repository("tests/data/cases/responses.jsonl")).unwrap();
    let mut cases = BTreeMap::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = |member: &str| case[member].as_str().unwrap().to_owned();
        if case["transport"] == "http" && case["kind"] == "success" {
            cases.entry((name("api"), name("method"))).or_insert(case);
        }
    }
    cases
}

fn kebab(name: &str) -> String {
    if name.chars().all(char::is_uppercase) {
        return name.to_lowercase();
    }
    let separate = |(index, letter): (usize, char)| match letter.is_uppercase() && index > 0 {
        true => format!("-{}", letter.to_lowercase()),
        false => letter.to_lowercase().to_string(),
    };
    name.chars().enumerate().map(separate).collect()
}

/// The value with whole numbers as integers: JSON writes 1.0 as well as 1.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => (float as i64).into(),
            _ => number.into(),
        },
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, normal(value))).collect(),
        other => other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_sends_and_prints_what_was_recorded() {
    let codec = Codec::new(&std::fs::read_to_string(repository("schema/decthings.json")).unwrap());
    let server = Server::always(Reply::Respond(ok(b""))).await;
    let cases = cases();
    for ((service, method), case) in &cases {
        let frame = STANDARD.decode(case["frame_b64"].as_str().unwrap()).unwrap();
        server.reset_to(Reply::Respond(ok(&frame)));
        let arguments = format!("{} {} --input - --output json", kebab(service), kebab(method));
        let (url, input) = (server.url(), case["params"].to_string());
        let run = tokio::task::spawn_blocking(move || Program::at(&url).run_on(&arguments, input)).await.unwrap().ok();
        let sent = server.requests();
        let body = &sent.first().unwrap_or_else(|| panic!("{service}.{method} was not called: {run:?}")).body;
        let expected = codec.read_request(service, method, &codec.request(service, method, &case["params"]));
        assert_eq!(codec.read_request(service, method, body).unwrap(), expected.unwrap(), "{service}.{method}");
        let printed = codec.read_response(service, method, &codec.response(service, method, &run.json()));
        let expected = codec.read_response(service, method, &frame).unwrap();
        assert_eq!(normal(printed.unwrap()), normal(expected), "{service}.{method}");
    }
    assert!(cases.len() > 60, "only {} methods were recorded", cases.len());
}
