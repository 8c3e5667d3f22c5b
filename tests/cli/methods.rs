//! Every method of both revisions, with what was recorded of it, or else with random values.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use decthings::runtime::{DynamicOperation, TransportKind};
use decthings::{api, weights};
use decthings_tests::codec::sample::{self, Choices};
use decthings_tests::codec::{Codec, join_request};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{Dice, repository};
use serde_json::Value;

use super::program::{Program, Run};

/// The parameters of a call, and the frame of the response.
type Case = (Value, Vec<u8>);

/// The first recorded success of each method over HTTP.
fn recorded() -> BTreeMap<(String, String), Case> {
    let text = std::fs::read_to_string(repository("tests/data/cases/responses.jsonl")).unwrap();
    let mut cases = BTreeMap::new();
    for line in text.lines() {
        let mut case: Value = serde_json::from_str(line).unwrap();
        if case["transport"] == "http" && case["kind"] == "success" {
            let name = |member: &str| case[member].as_str().unwrap().to_owned();
            let (names, frame) = ((name("api"), name("method")), STANDARD.decode(name("frame_b64")).unwrap());
            cases.entry(names).or_insert((case["params"].take(), frame));
        }
    }
    cases
}

/// Random values for a method.
fn sample(codec: &Codec, operation: &DynamicOperation, dice: &mut Dice) -> Case {
    let (service, method) = (operation.method().service, operation.method().name);
    let choices: Vec<u32> = (0..160).map(|_| dice.roll(1 << 16) as u32).collect();
    let mut params = sample::value(codec.params(service, method), &mut Choices::new(&choices));
    if let TransportKind::WebSocketUnless { param, equals } = operation.method().transport {
        params[param] = equals.into();
    }
    let result = sample::value(codec.result(service, method), &mut Choices::new(&choices));
    (params, codec.response(service, method, &result))
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

/// Calls a method with its whole request as JSON.
async fn call(url: String, operation: &DynamicOperation, revision: &str, params: &Value) -> Run {
    let names = format!("{} {}", kebab(operation.method().service), kebab(operation.method().name));
    let (arguments, input) = (format!("{names} --input - --output json --revision {revision}"), params.to_string());
    tokio::task::spawn_blocking(move || Program::at(&url).run_on(&arguments, input)).await.unwrap()
}

/// Checks what was sent and what was printed.
fn check(codec: &Codec, operation: &DynamicOperation, (params, frame): &Case, body: &[u8], run: &Run) {
    let (service, method) = (operation.method().service, operation.method().name);
    let expected = codec.read_request(service, method, &codec.request(service, method, params)).unwrap();
    let sent = codec.read_request(service, method, body).unwrap();
    assert_eq!(normal(sent), normal(expected), "{service}.{method}");
    let expected = codec.read_response(service, method, frame).unwrap();
    let printed = codec.read_response(service, method, &codec.response(service, method, &run.json())).unwrap();
    assert_eq!(normal(printed), normal(expected), "{service}.{method}");
}

/// Calls methods over HTTP or on the WebSocket; their number.
async fn call_all(
    operations: impl Iterator<Item = &'static DynamicOperation>,
    revision: &str,
    mut recorded: BTreeMap<(String, String), Case>,
) -> usize {
    let name = if revision == "first" { "decthings" } else { revision };
    let codec = Codec::new(&std::fs::read_to_string(repository(&format!("schema/{name}.json"))).unwrap());
    let response: Arc<Mutex<Vec<u8>>> = Arc::default();
    let frame = Arc::clone(&response);
    let messages = move |message: &decthings_tests::server::RequestMessage| {
        vec![[&[0], message.id.to_be_bytes().as_slice(), &frame.lock().unwrap()].concat()]
    };
    let server = Server::builder().messages(messages).start().await;
    let (mut dice, mut count) = (Dice::new(18), 0);
    for operation in operations {
        let method = operation.method();
        let case = recorded.remove(&(method.service.to_owned(), method.name.to_owned()));
        let case = case.unwrap_or_else(|| sample(&codec, operation, &mut dice));
        match method.transport {
            // Nothing is open, so nothing is sent.
            TransportKind::OpenWebSocketElse { error } => {
                let run = call(server.url(), operation, revision, &case.0).await.failed(3);
                assert!(run.errors.contains(error), "{}", run.errors);
            }
            TransportKind::WebSocket => {
                response.lock().unwrap().clone_from(&case.1);
                let run = call(server.url(), operation, revision, &case.0).await.ok();
                let message = server.take_message().unwrap_or_else(|| panic!("{method:?} was not called"));
                let body = join_request(&message.json["params"].to_string(), &message.blobs);
                check(&codec, operation, &case, &body, &run);
            }
            _ => {
                server.reset_to(Reply::Respond(ok(&case.1)));
                let run = call(server.url(), operation, revision, &case.0).await.ok();
                let sent = server.requests();
                let request = sent.first().unwrap_or_else(|| panic!("{method:?} was not called: {run:?}"));
                check(&codec, operation, &case, &request.body, &run);
            }
        }
        count += 1;
    }
    assert!(recorded.is_empty(), "{:?} is no method", recorded.keys());
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_the_first_revision_is_a_command() {
    assert_eq!(call_all(api::dynamic::methods(), "first", recorded()).await, 114);
}

/// Those that the first revision lacks or has in another form.
#[tokio::test(flavor = "multi_thread")]
async fn every_new_method_of_the_next_revision_is_a_command() {
    let operations = weights::dynamic::methods().filter(|operation| operation.method().revision.is_some());
    assert!(call_all(operations, "weights", BTreeMap::new()).await > 20);
}
