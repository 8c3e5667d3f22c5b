//! Recorded requests, responses and events on the WebSocket.

use std::time::Duration;

use decthings::api::{debug, language, spawned, terminal};
use decthings::runtime::{Call, EventSet, RawEvent, Subscribable, Update};
use decthings::{ApiError, Client, Error, RetryPolicy};
use decthings_tests::codec::response_message;
use decthings_tests::server::{RequestMessage, Server};
use decthings_tests::soon;
use serde_json::{Value, json};

use super::{
    EVENTS, EventCase, REQUESTS, RESPONSES, RequestCase, ResponseCase, cases, hex, judge, normalize, report, same,
};

/// Responses that this client deliberately reads in another way than recorded, with the reason.
const DEVIATIONS: &[(&str, &str)] = &[
    ("bad_ws_error_unknown_code", "an unknown code reaches the caller with its fields, on a socket as over HTTP"),
    ("bad_ws_text_frame_big", "a text message with bytes that are not UTF-8, which the protocol forbids"),
];

fn client(server: &Server, key: Option<&str>) -> Client {
    // Where the server sends no response, the call's timeout ends it.
    let builder = Client::builder().http_url(server.url()).timeout(Duration::from_millis(1500));
    let builder = builder.retry(RetryPolicy::off());
    let builder = match key {
        Some(key) => builder.api_key(key),
        None => builder,
    };
    builder.build().unwrap()
}

async fn call(client: &Client, api: &str, method: &str, params: Value) -> Result<Value, Error<ApiError>> {
    soon(client.call_json(api, method, params)).await
}

/// A result that fits every method: an id of each kind, that of the parameters where they have one.
fn any_result(params: &Value) -> Value {
    let mut result = json!({});
    for name in ["debugSessionId", "languageServerId", "spawnedCommandId", "terminalSessionId"] {
        result[name] = params.get(name).cloned().unwrap_or_else(|| json!("id"));
    }
    result
}

fn success(id: u32, result: Value) -> Vec<u8> {
    response_message(id, json!({ "result": result }), &[])
}

#[tokio::test]
async fn requests_are_sent_as_recorded() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<RequestCase>(REQUESTS) {
        // One recording has `evaluate` on a WebSocket, which its definition does not allow.
        if case.transport != "ws" || case.api == "Model" {
            continue;
        }
        // This client treats an empty key as none.
        if case.api_key.as_deref() == Some("") {
            continue;
        }
        tried += 1;
        let name = case.name();
        let params = case.params.clone();
        let server = Server::messages(move |request| vec![success(request.id, any_result(&params))]).await;
        let client = client(&server, case.api_key.as_deref());
        let mut held = Vec::new();
        if case.method == "unsubscribeFromEvents" && case.setup.is_empty() {
            // Recorded on an open socket.
            held.push(subscribe(&client, "Debug", "subscribeToEvents", json!({ "debugSessionId": "other" })).await);
        }
        for before in &case.setup {
            held.push(subscribe(&client, &before.api, &before.method, before.params.clone()).await);
        }
        let outcome = call(&client, &case.api, &case.method, case.params.clone()).await;
        let Some(RequestMessage { id, json, blobs, .. }) = server.take_message() else {
            failures.push(format!("{name}: nothing was sent: {outcome:?}"));
            continue;
        };
        let wanted = case.blobs();
        let mut message = json!({ "api": case.api, "method": case.method, "params": case.wire_json });
        if let Some(key) = &case.api_key {
            message["apiKey"] = json!(key);
        }
        if !same(&json, &message) || blobs != wanted {
            failures.push(format!("{name}:\nexpected {message}\n{}\nactual   {json}\n{}", hex(&wanted), hex(&blobs)));
        }
        if usize::try_from(id).ok() != Some(held.len()) {
            failures.push(format!("{name}: the id is {id}"));
        }
    }
    assert!(tried >= 30, "only {tried} cases");
    report("requests.jsonl (WebSocket)", tried, &failures);
}

#[tokio::test]
async fn responses_are_read_as_expected() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<ResponseCase>(RESPONSES) {
        let Some(frame) = case.frame().filter(|_| case.transport == "ws") else { continue };
        if DEVIATIONS.iter().any(|(name, _)| *name == case.case) {
            continue;
        }
        tried += 1;
        let mut reply = frame.clone();
        let server = Server::messages(move |request| {
            if request.json["params"]["debugSessionId"] == "other" {
                return vec![success(request.id, json!({}))];
            }
            // Recorded as the response to the first or second message of a socket.
            if let Some(id) = reply.get_mut(1..5).filter(|id| **id == [0; 4] || **id == [0, 0, 0, 1]) {
                id.copy_from_slice(&request.id.to_be_bytes());
            }
            vec![reply.clone()]
        })
        .await;
        let client = client(&server, None);
        let mut held = Vec::new();
        if case.method == "unsubscribeFromEvents" {
            held.push(subscribe(&client, "Debug", "subscribeToEvents", json!({ "debugSessionId": "other" })).await);
        }
        let outcome = client.call_json(&case.api, &case.method, case.params.clone());
        let Ok(outcome) = tokio::time::timeout(Duration::from_secs(2), outcome).await else {
            failures.push(format!("{}: hung, expected {}", case.name(), case.expect));
            continue;
        };
        // After the type and the id, a message equals the body of a response over HTTP.
        let body = frame.get(5..).unwrap_or_default();
        if let Err(complaint) = judge(&case.expect, &outcome, body) {
            failures.push(format!("{}: {complaint}\n{}", case.name(), hex(&[frame])));
        }
    }
    assert!(tried >= 100, "only {tried} cases");
    report("responses.jsonl (WebSocket)", tried, &failures);
}

/// The first update of a subscription, without its type.
#[derive(Debug)]
enum Reached {
    Event(Box<RawEvent>, Value),
    Unrecognized,
    Other,
}

#[tokio::test]
async fn events_are_delivered_as_expected() {
    let mut failures = Vec::new();
    let mut tried = 0;
    for case in cases::<EventCase>(EVENTS) {
        tried += 1;
        let frame = case.frame();
        let event = frame.clone();
        let id = case.params.as_ref().and_then(|params| params.as_object()?.values().find_map(Value::as_str));
        let id = id.filter(|id| id.starts_with("id")).unwrap_or("id-1").to_owned();
        let named = any_result(&json!({ "languageServerId": id }));
        let server = Server::messages(move |request| vec![success(request.id, named.clone()), event.clone()]).await;
        let client = client(&server, None);
        let reached = match case.api.as_str() {
            "Debug" => {
                reach(client.debug().subscribe_to_events(&id), |event| {
                    matches!(event, debug::DebugEvent::Unrecognized(_))
                })
                .await
            }
            "Spawned" => {
                reach(client.spawned().subscribe_to_events(&id), |event| {
                    matches!(event, spawned::SpawnedEvent::Unrecognized(_))
                })
                .await
            }
            "Terminal" => {
                reach(client.terminal().subscribe_to_events(&id), |event| {
                    matches!(event, terminal::TerminalEvent::Unrecognized(_))
                })
                .await
            }
            _ => {
                let call = client.language().start_language_server("model", language::LanguageServerLanguage::Rust);
                reach(call, |event| matches!(event, language::LanguageEvent::Unrecognized(_))).await
            }
        };
        let fine = match (case.expect.as_str(), &reached) {
            ("delivered", Some(Reached::Event(raw, params))) => {
                raw.name() == case.event
                    && case.params.as_ref().is_some_and(|wanted| same(&normalize(params), &normalize(wanted)))
            }
            ("unrecognized-or-delivered", Some(Reached::Event(..) | Reached::Unrecognized)) => true,
            // An event of an unknown service reaches no subscription; the connection stays open.
            ("unrecognized-or-delivered", _) => case.case == "fc_unknown_api",
            ("reported-and-connection-kept-or-typed-error", Some(_)) => true,
            _ => false,
        };
        if !fine {
            failures.push(format!(
                "{} {} {}: expected {}, got {reached:?}\n{}",
                case.api,
                case.event,
                case.case,
                case.expect,
                hex(&[frame])
            ));
        }
    }
    assert!(tried >= 90, "only {tried} cases");
    report("events.jsonl", tried, &failures);
}

/// Subscribes; returns the first update, or `None` if there is none.
async fn reach<R: Subscribable>(call: Call<R>, is_unrecognized: impl Fn(&R::Events) -> bool) -> Option<Reached> {
    let mut subscription = soon(call.subscribe()).await.unwrap();
    match tokio::time::timeout(Duration::from_secs(1), subscription.next()).await.ok().flatten()? {
        Update::Event(event) if is_unrecognized(&event) => Some(Reached::Unrecognized),
        Update::Event(event) => {
            let raw = event.write().unwrap();
            let mut params = raw.json().unwrap();
            // The only blob of an event is its `data`.
            if let Some(blob) = raw.blobs().next() {
                params["data"] = serde_json::to_value(decthings::Blob::from(blob)).unwrap();
            }
            Some(Reached::Event(Box::new(raw), params))
        }
        _ => Some(Reached::Other),
    }
}

/// Makes a call that opens a subscription, which is returned.
async fn subscribe(client: &Client, api: &str, method: &str, params: Value) -> Box<dyn std::any::Any> {
    let id =
        params.as_object().and_then(|params| params.values().find_map(Value::as_str)).unwrap_or_default().to_owned();
    async fn held<R: Subscribable>(call: Call<R>) -> Box<dyn std::any::Any> {
        Box::new(soon(call.subscribe()).await.unwrap())
    }
    match (api, method) {
        ("Debug", "subscribeToEvents") => held(client.debug().subscribe_to_events(id)).await,
        ("Spawned", "subscribeToEvents") => held(client.spawned().subscribe_to_events(id)).await,
        ("Terminal", "subscribeToEvents") => held(client.terminal().subscribe_to_events(id)).await,
        ("Language", "startLanguageServer") => {
            held(client.language().start_language_server(id, language::LanguageServerLanguage::Rust)).await
        }
        _ => panic!("{api}.{method} opens no subscription"),
    }
}
