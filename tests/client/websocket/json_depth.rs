//! The limits on JSON in messages.

use std::time::Duration;

use decthings::{EndReason, Error, Update};
use decthings_tests::codec::event_message;
use decthings_tests::server::Listener;
use decthings_tests::soon;
use serde_json::{Value, json};

use super::support::{builder_of, next};
use super::talk::{echo, launch};
use super::unsubscribing::first_subscribed;

/// With the two objects around it, it is nested 30 deep.
fn deep() -> Value {
    (0..28).fold(json!({}), |inner, _| json!({ "more": inner }))
}

#[tokio::test]
async fn responses_to_unsubscribing_respect_the_limit() {
    for (most, fits) in [(30, true), (29, false)] {
        let server = Listener::bind().await;
        let client = builder_of(&server).max_json_depth(most).build().unwrap();
        let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
        let done = tokio::spawn(subscription.unsubscribe());
        let request = socket.request("unsubscribe").await;
        socket.respond(request.id, deep()).await;
        match soon(done).await.unwrap() {
            Ok(()) => assert!(fits),
            Err(error) => {
                assert!(!fits && matches!(error, Error::Decode { .. }), "{error:?}");
                assert!(error.to_string().contains("nested more than 29 deep"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn responses_to_resubscribing_respect_the_limit() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).max_json_depth(29).reconnect_delay(Duration::ZERO, Duration::ZERO);
    let (socket, mut subscription) = first_subscribed(&builder.build().unwrap(), &server, "t").await;
    drop(socket);
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.respond(request.id, deep()).await;
    assert!(matches!(next(&mut subscription).await, Update::Disconnected { .. }));
    match next(&mut subscription).await {
        Update::Ended(EndReason::ConnectionLost { message, .. }) => {
            assert!(message.contains("nested more than 29 deep"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn messages_with_json_over_the_limit_are_malformed() {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_json_bytes(500).build().unwrap();
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    let params = json!({ "talkId": "t", "more": "x".repeat(1000) });
    socket.send(event_message("Talk", json!({ "event": "data", "params": params }), &[b"x"])).await;
    let Update::Malformed(error) = next(&mut subscription).await else { panic!("it is too large") };
    assert!(error.to_string().contains("max_json_bytes"), "{error}");
    let call = tokio::spawn(echo(&client, "x").send());
    let request = socket.request("echo").await;
    socket.respond(request.id, json!({ "text": "x".repeat(1000) })).await;
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Decode { .. }) && error.to_string().contains("max_json_bytes"), "{error}");
}

#[tokio::test]
async fn a_subscription_in_a_rejected_response_is_unsubscribed() {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_json_depth(29).build().unwrap();
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    socket.respond(request.id, json!({ "talkId": "t", "more": deep() })).await;
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("nested more than 29 deep"), "{error}");
    let request = socket.request("unsubscribe").await;
    assert_eq!(request.json["params"], json!({ "talkId": "t" }));
}
