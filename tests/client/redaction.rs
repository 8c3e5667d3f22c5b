//! Keys that the service repeats are in no error, log or trace.

use std::sync::{Arc, Mutex};

use decthings::runtime::{Attempt, AttemptOutcome, Middleware, TransportRequest, TransportResponse};
use decthings::{ApiKey, BuildError, Client, EndReason, RetryPolicy, Update};
use decthings_tests::codec::{event_message, response_message};
use decthings_tests::server::{Listener, Reply, Server, ok, response, sized};
use decthings_tests::{Log, soon};
use serde_json::{Value, json};

use super::support::{frame, get_state};
use super::websocket::support::builder_of;
use super::websocket::talk::echo;
use super::websocket::unsubscribing::{first_subscribed, subscribed};

/// Keys of each kind: with escapes in JSON, outside ASCII, with a space, short.
const KEYS: [&str; 8] = [
    "k3y-that-n0body-may-see",
    "k3y-\"quoted\"-\\and\\/slashed",
    "k3y-für-niemanden-鍵",
    "k3y- with spaces in it",
    "k3y-12",
    "Zq7",
    "7",
    "k3y-k3y-k3y-k3y",
];

/// Keeps the outcomes of attempts as text.
#[derive(Clone, Default)]
struct Outcomes(Arc<Mutex<String>>);

impl Middleware for Outcomes {
    fn after(&self, _: &Attempt, outcome: &AttemptOutcome) {
        self.0.lock().unwrap().push_str(&format!("{outcome:?}"));
    }
}

/// The texts of an error and its causes.
fn texts(error: &impl std::error::Error) -> String {
    let mut texts = format!("{error} {error:?} {error:#?}");
    let mut next = error.source();
    while let Some(cause) = next {
        texts.push_str(&format!("{cause} {cause:?}"));
        next = cause.source();
    }
    texts
}

/// Escapes the characters outside ASCII as in JSON.
fn escape(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", c as u32) }).collect()
}

/// Whether text has the key as it is, or in the spellings of JSON and of `Debug`.
fn shows(text: &str, key: &str) -> bool {
    let json = json!(key).to_string();
    let escaped = escape(&json);
    let beginning = &key[..key.len().min(4)];
    let spelled = [key, json.trim_matches('"'), escaped.trim_matches('"'), beginning];
    // What is left of a key that is a digit cannot be told from other digits.
    spelled.iter().any(|spelled| spelled.len() > 1 && text.contains(spelled))
}

/// Responses that repeat the key.
fn responses(key: &str) -> Vec<Vec<u8>> {
    let spelled = json!(key).to_string();
    let ascii = escape(&spelled);
    let quoted = |json: Value| ok(&frame(&json.to_string(), &[]));
    let mut all = vec![
        quoted(
            json!({"error": {"code": "invalid_parameter", "parameterName": "p", "reason": format!("bad key {key}!")}}),
        ),
        quoted(json!({"error": {"code": "brand_new", "why": [{"key": key}], "n": 1}})),
        quoted(json!({"error": {"code": key}})),
        quoted(json!({"error": {"code": "brand_new", key: {key: 1}}})),
        quoted(json!({"error": {"code": "invalid_parameter", "parameterName": {key: key}, "reason": 1}})),
        quoted(json!({"error": {"code": [key]}})),
        quoted(json!({"result": {"stateKeyNames": key}})),
        quoted(json!({"result": {key: []}, "error": {"code": key}})),
        quoted(json!({key: 1})),
        ok(&frame(&format!("{{\"result\":{{\"stateKeyNames\":[{spelled}{spelled}"), &[])),
        ok(&frame(&format!("{{\"result\":{{\"stateKeyNames\":[{ascii},1]}}}}"), &[])),
        ok(key.as_bytes()),
        sized("401 Unauthorized", format!("Bearer {key} is not known").as_bytes()),
        sized("500 Oh", ascii.as_bytes()),
        response("200 OK", &[&format!("X-Request-Id: {key}"), "Content-Length: 2"], b"[]"),
        response("200 OK", &[&format!("Content-Encoding: {key}"), "Content-Length: 2"], b"[]"),
    ];
    // Cut at any place of the key.
    for before in 170..=200 {
        let before = "x".repeat(before);
        all.push(sized("502 Bad Gateway", format!("{before}{key}{before}").as_bytes()));
        all.push(quoted(json!({"result": {"stateKeyNames": [1], "a": format!("{before}{key}{before}")}})));
        all.push(quoted(json!({"error": {"code": "brand_new", "why": format!("{before}{key}")}})));
    }
    for before in 70..=110 {
        let json = format!("{{\"a\":\"{key}{}\",\"result\":7", "x".repeat(before));
        all.push(ok(&frame(&json, &[])));
    }
    all
}

#[tokio::test]
async fn keys_that_http_responses_repeat_are_not_shown() {
    for key in KEYS {
        let log = Log::capture();
        let responses = responses(key);
        let number = responses.len();
        let server = Server::in_turn(responses.into_iter().map(Reply::Respond).collect()).await;
        let outcomes = Outcomes::default();
        let builder = Client::builder().http_url(server.url()).api_key(key).middleware(outcomes.clone());
        let client = builder.retry(RetryPolicy::off()).build().unwrap();
        for position in 0..number {
            let error = get_state(&client).await.unwrap_err();
            let typed = texts(&error);
            assert!(!shows(&typed, key), "{key}, response {position}: {typed}");
            let raw = texts(&error.into_raw());
            assert!(!shows(&raw, key), "{key}, response {position}: {raw}");
        }
        let outcomes = outcomes.0.lock().unwrap();
        assert!(!outcomes.is_empty() && !shows(&outcomes, key), "{key}: {outcomes}");
        let logged = log.text();
        let ours: Vec<&str> = logged.lines().filter(|line| line.contains("decthings")).collect();
        assert!(!ours.is_empty() && !shows(&logged, key), "{key}: {}", ours.join("\n"));
    }
}

#[tokio::test]
async fn known_codes_and_numbers_are_kept() {
    let reply = json!({"error": {"code": "invalid_parameter", "parameterName": "keys", "reason": "key a is bad"}});
    let server = Server::always(Reply::Respond(ok(&frame(&reply.to_string(), &[])))).await;
    let client = Client::builder().http_url(server.url()).api_key("a").retry(RetryPolicy::off()).build().unwrap();
    let error = get_state(&client).await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_parameter"));
    assert!(error.to_string().contains("key *** is b***d"), "{error}");
}

#[tokio::test]
async fn a_key_of_a_provider_is_not_shown_after_it_was_replaced() {
    let echo = |key: &str| Reply::Respond(sized("400 Bad Request", format!("old key {key}").as_bytes()));
    let server = Server::in_turn(vec![echo("no-key-of-the-client"), echo("k3y-first"), echo("k3y-first")]).await;
    let keys = Arc::new(Mutex::new(vec!["k3y-third", "k3y-second", "k3y-first"]));
    let builder = Client::builder().http_url(server.url()).retry(RetryPolicy::off()).api_key_provider(move || {
        let key = keys.lock().unwrap().pop();
        async move { Ok(key.and_then(ApiKey::new)) }
    });
    let client = builder.build().unwrap();
    assert!(get_state(&client).await.unwrap_err().to_string().contains("no-key-of-the-client"));
    for _ in 0..2 {
        let error = get_state(&client).await.unwrap_err();
        assert!(error.to_string().contains("old key ***"), "{error}");
    }
}

#[tokio::test]
async fn secret_headers_are_not_shown() {
    let page = "k3y-in-a-header and k3y-basic and Basic and identity";
    let server = Server::always(Reply::Respond(sized("400 Bad Request", page.as_bytes()))).await;
    let builder = Client::builder().http_url(server.url()).header("X-Token", "k3y-in-a-header");
    let client = builder.header("Authorization", "Basic k3y-basic").retry(RetryPolicy::off()).build().unwrap();
    let error = get_state(&client).await.unwrap_err();
    assert!(error.to_string().ends_with("*** and *** and Basic and identity"), "{error}");
}

#[test]
fn keys_that_cannot_be_sent_are_rejected() {
    for key in ["k3y-\t-tab", "k3y-\n-line", "k3y-\0-zero", "k3y-\u{85}-next"] {
        let error = Client::builder().api_key(key).build().unwrap_err();
        assert!(matches!(error, BuildError::ApiKey { .. }), "{error:?}");
        assert!(!shows(&texts(&error), key), "{error:?}");
        let client = Client::builder().build().unwrap();
        assert!(matches!(client.set_api_key(ApiKey::new(key)), Err(BuildError::ApiKey { .. })));
    }
}

#[test]
fn headers_of_requests_and_responses_are_shown_by_name() {
    let mut headers = http::HeaderMap::new();
    headers.insert("x-token", http::HeaderValue::from_static("k3y-in-a-header"));
    let response = TransportResponse::new(http::StatusCode::OK, "").headers(headers.clone());
    assert!(format!("{response:?}").contains("x-token") && !format!("{response:?}").contains("k3y-"));
    let _: fn(&TransportRequest) -> String = |request| format!("{request:?}");
}

#[tokio::test]
async fn keys_that_messages_repeat_are_not_shown() {
    for key in KEYS {
        let log = Log::capture();
        let server = Listener::bind().await;
        let client = builder_of(&server).api_key(key).build().unwrap();
        let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
        let malformed = [
            event_message("Talk", json!({"event": "exit", "params": {"talkId": [key]}}), &[]),
            event_message("Talk", json!({"event": key, "params": {}}), &[]),
            event_message("Talk", json!({"event": key, "params": key}), &[]),
            event_message("Talk", json!(key), &[]),
            event_message(key, json!({"event": "data", "params": {"talkId": "t"}}), &[]),
        ];
        for message in malformed {
            socket.send(message).await;
            let update = soon(subscription.next()).await.unwrap();
            assert!(matches!(update, Update::Malformed(_)), "{update:?}");
            let text = format!("{update:?} {update:#?}");
            assert!(!shows(&text, key), "{key}: {text}");
        }
        let mut ending = subscribed(&client, &mut socket, "u").await;
        let exit = json!({"event": "exit", "params": {"talkId": "u", "reason": {key: key}}});
        socket.send(event_message("Talk", exit, &[])).await;
        let update = soon(ending.next()).await.unwrap();
        assert!(matches!(update, Update::Malformed(_)), "{update:?}");
        assert!(!shows(&format!("{update:?}"), key), "{key}: {update:?}");
        for result in [json!({"error": {"code": key, "a": key}}), json!({"result": {"text": [key]}}), json!([key])] {
            let call = tokio::spawn(echo(&client, "x").send());
            let request = socket.request("echo").await;
            socket.send(response_message(request.id, result, &[])).await;
            let text = texts(&soon(call).await.unwrap().unwrap_err());
            assert!(!shows(&text, key), "{key}: {text}");
        }
        let call = tokio::spawn(echo(&client, "x").send());
        socket.request("echo").await;
        socket.close_because(&format!("no longer {key}")).await;
        let text = texts(&soon(call).await.unwrap().unwrap_err());
        assert!(text.contains("no longer ***") && !shows(&text, key), "{key}: {text}");
        drop(socket);
        let mut socket = server.accept().await;
        let request = socket.request("subscribe").await;
        socket.send(response_message(request.id, json!({"error": {"code": "brand_new", "why": key}}), &[])).await;
        let ended = soon(async {
            loop {
                if let Some(Update::Ended(reason)) = subscription.next().await {
                    return reason;
                }
            }
        });
        let reason = ended.await;
        assert!(matches!(reason, EndReason::Rejected(_)), "{reason:?}");
        assert!(!shows(&format!("{reason} {reason:?}"), key), "{key}: {reason:?}");
        assert!(!shows(&log.text(), key), "{key}");
    }
}
