//! Retries and API keys of calls on the WebSocket.

use std::time::Duration;

use decthings::api::model::GetModelStateError;
use decthings::runtime::{BlobReader, FrameWriter, FromWire, Method, Operation, ToWire, TransportKind, WireError};
use decthings::{ApiKey, Blob, Call, Client, Error, RetryPolicy};
use decthings_tests::codec::event_message;
use decthings_tests::server::Listener;
use decthings_tests::{KEY, soon};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::support::{TalkSocket, builder_of};
use super::talk::{echo, launch, with_data};

/// `Talk.echo` as an idempotent method with retryable errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Again {
    text: String,
    data: Blob,
}

with_data!(Again, AgainJson, text: "text");

impl Operation for Again {
    type Response = Self;
    type Error = GetModelStateError;
    type Output = Self;
    const METHOD: &'static Method = &Method::new("Talk", "echo").transport(TransportKind::WebSocket).idempotent();
}

fn again(client: &Client, text: &str) -> Call<Again> {
    Call::new(client, Again { text: text.into(), data: text.into() })
}

fn retrying(server: &Listener) -> Client {
    builder_of(server).retry(RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO)).build().unwrap()
}

#[tokio::test]
async fn transient_errors_are_retried() {
    let server = Listener::bind().await;
    let call = tokio::spawn(again(&retrying(&server), "x").send());
    // Each attempt opens a socket, since nothing else keeps one open in between.
    for code in ["too_many_requests", "server_overloaded"] {
        let mut socket = server.accept().await;
        let request = socket.request("echo").await;
        socket.reject(request.id, code).await;
        assert!(socket.is_closed().await);
    }
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "x");
}

#[tokio::test]
async fn lost_connections_are_retried_if_idempotent() {
    let server = Listener::bind().await;
    let call = tokio::spawn(again(&retrying(&server), "x").send());
    let mut socket = server.accept().await;
    socket.request("echo").await;
    drop(socket);
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "x");
}

#[tokio::test]
async fn non_idempotent_calls_are_sent_once() {
    let server = Listener::bind().await;
    let client = retrying(&server);
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = server.accept().await;
    socket.request("launch").await;
    drop(socket);
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    assert_eq!(error.attempts(), 1);
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.reject(request.id, "too_many_requests").await;
    assert_eq!(soon(call).await.unwrap().unwrap_err().attempts(), 1);
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn unsent_calls_are_retried() {
    let server = Listener::bind().await;
    let call = tokio::spawn(launch(&retrying(&server), "x").send());
    // The handshake gets no response.
    drop(server.accept_tcp().await);
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    socket.respond(request.id, json!({"talkId": "t"})).await;
    assert_eq!(soon(call).await.unwrap().unwrap().talk_id, "t");
}

#[tokio::test]
async fn a_new_key_is_sent_with_the_next_call() {
    let server = Listener::bind().await;
    let client = builder_of(&server).api_key("k3y-first").build().unwrap();
    let slow = tokio::spawn(echo(&client, "slow").send());
    let mut socket = server.accept().await;
    let first = socket.request("echo").await;
    assert_eq!(first.json["apiKey"], "k3y-first");
    client.set_api_key(ApiKey::new("k3y-second")).unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let second = socket.request("echo").await;
    assert_eq!(second.json["apiKey"], "k3y-second");
    client.set_api_key(None).unwrap();
    let call_without = tokio::spawn(echo(&client, "y").send());
    let third = socket.request("echo").await;
    assert!(third.json.get("apiKey").is_none());
    for request in [first, second, third] {
        socket.echo(request).await;
    }
    for call in [slow, call, call_without] {
        soon(call).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn retries_and_resubscriptions_send_the_current_key() {
    let server = Listener::bind().await;
    let settings =
        builder_of(&server).api_key("k3y-first").retry(RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO));
    let client = settings.reconnect_delay(Duration::ZERO, Duration::ZERO).build().unwrap();
    let call = tokio::spawn(again(&client, "x").send());
    let mut socket = server.accept().await;
    assert_eq!(socket.request("echo").await.json["apiKey"], "k3y-first");
    client.set_api_key(ApiKey::new("k3y-second")).unwrap();
    drop(socket);
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    assert_eq!(request.json["apiKey"], "k3y-second");
    let subscribing = tokio::spawn(launch(&client, "x").subscribe());
    let launched = socket.request("launch").await;
    socket.respond(launched.id, json!({"talkId": "t"})).await;
    let subscription = soon(subscribing).await.unwrap().unwrap();
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
    client.set_api_key(ApiKey::new("k3y-third")).unwrap();
    drop(socket);
    let mut socket = server.accept().await;
    assert_eq!(socket.request("subscribe").await.json["apiKey"], "k3y-third");
    drop(subscription);
}

#[tokio::test]
async fn subscription_errors_do_not_show_the_key() {
    let server = Listener::bind().await;
    let client = builder_of(&server).api_key(KEY).max_json_depth(20).build().unwrap();
    let subscribing = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    socket.respond(request.id, json!({"talkId": "t"})).await;
    let mut subscription = soon(subscribing).await.unwrap().unwrap();
    let mut texts = vec![format!("{subscription:#?}"), format!("{client:#?}")];
    // A server that repeats the key in unexpected places.
    let deep = (0..30).fold(json!(KEY), |inner, _| json!([inner]));
    let strange = [
        event_message(
            "Talk",
            json!({"event": "data", "params": {"talkId": "t", "apiKey": KEY, "deep": deep}}),
            &[b"x"],
        ),
        event_message("Talk", json!({"event": "data", "params": {"talkId": "t", "apiKey": KEY}}), &[]),
        event_message("Talk", json!({"event": "data", "params": [KEY]}), &[]),
    ];
    let number = strange.len();
    for message in strange {
        socket.send(message).await;
    }
    for _ in 0..number {
        match soon(subscription.next()).await {
            Some(update) => texts.push(format!("{update:#?}")),
            None => break,
        }
    }
    let call = tokio::spawn(echo(&client, "x").send());
    let request = socket.request("echo").await;
    assert_eq!(request.json["apiKey"], KEY);
    drop(socket);
    let error = soon(call).await.unwrap().unwrap_err();
    texts.extend([error.to_string(), format!("{error:#?}")]);
    let mut next = error.cause();
    while let Some(cause) = next {
        texts.extend([cause.to_string(), format!("{cause:?}")]);
        next = cause.source();
    }
    assert!(texts.iter().any(|text| text.contains("nested more than 20 deep")), "{texts:?}");
    for text in texts {
        assert!(!text.contains(KEY), "{text}");
    }
}
