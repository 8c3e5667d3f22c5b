//! How subscriptions end.

use std::time::Duration;

use decthings::{EndReason, Subscription, Update};
use decthings_tests::server::{Listener, WebSocket};
use decthings_tests::soon;
use serde_json::json;

use super::support::{TalkSocket, builder_of, client_of, next};
use super::talk::{TalkEvent, data, echo, launch, subscribe, unsubscribe};

/// Subscribes on an open connection.
pub async fn subscribed(client: &decthings::Client, socket: &mut WebSocket, id: &str) -> Subscription<TalkEvent> {
    let call = tokio::spawn(subscribe(client, id).subscribe());
    let request = socket.request("subscribe").await;
    assert_eq!(request.json["params"], json!({"talkId": id}));
    socket.respond(request.id, json!({})).await;
    soon(call).await.unwrap().unwrap()
}

/// Subscribes, which opens the connection.
pub async fn first_subscribed(
    client: &decthings::Client,
    server: &Listener,
    id: &str,
) -> (WebSocket, Subscription<TalkEvent>) {
    let call = tokio::spawn(subscribe(client, id).subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.respond(request.id, json!({})).await;
    (socket, soon(call).await.unwrap().unwrap())
}

#[tokio::test]
async fn dropping_one_of_two_subscriptions_ends_that_one() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, first) = first_subscribed(&client, &server, "first").await;
    let mut second = subscribed(&client, &mut socket, "second").await;
    drop(first);
    let request = socket.request("unsubscribe").await;
    assert_eq!(request.json["params"], json!({"talkId": "first"}));
    socket.respond(request.id, json!({})).await;
    socket.data("first", "late").await;
    socket.data("second", "x").await;
    assert_eq!(next(&mut second).await, Update::Event(data("second", "x")));
    drop(second);
    let request = socket.request("unsubscribe").await;
    assert_eq!(request.json["params"], json!({"talkId": "second"}));
    socket.respond(request.id, json!({})).await;
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn unsubscribing_waits_for_the_server() {
    let server = Listener::bind().await;
    let client = builder_of(&server).timeout(Duration::from_millis(200)).build().unwrap();
    // The error of the server, and the error of the call.
    for (rejection, code) in [(None, None), (Some("not_subscribed"), None), (Some("too_busy"), Some("too_busy"))] {
        let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
        let done = tokio::spawn(subscription.unsubscribe());
        let request = socket.request("unsubscribe").await;
        assert!(!done.is_finished());
        match rejection {
            None => socket.respond(request.id, json!({})).await,
            Some(code) => socket.reject(request.id, code).await,
        }
        let done = soon(done).await.unwrap();
        assert_eq!(done.as_ref().err().and_then(|error| error.code()), code);
        assert!(socket.is_closed().await);
    }
    let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
    let done = tokio::spawn(subscription.unsubscribe());
    socket.request("unsubscribe").await;
    let error = soon(done).await.unwrap().unwrap_err();
    assert!(matches!(error, decthings::Error::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_session_can_have_two_subscriptions() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, mut first) = first_subscribed(&client, &server, "t").await;
    let mut second = subscribed(&client, &mut socket, "t").await;
    socket.data("t", "both").await;
    assert_eq!(next(&mut first).await, Update::Event(data("t", "both")));
    assert_eq!(next(&mut second).await, Update::Event(data("t", "both")));
    // The server gets no request before the last one goes.
    soon(first.unsubscribe()).await.unwrap();
    socket.data("t", "one").await;
    assert_eq!(next(&mut second).await, Update::Event(data("t", "one")));
    let done = tokio::spawn(second.unsubscribe());
    let request = socket.request("unsubscribe").await;
    socket.respond(request.id, json!({})).await;
    soon(done).await.unwrap().unwrap();
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn subscribing_waits_until_the_last_subscription_has_ended() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, first) = first_subscribed(&client, &server, "t").await;
    drop(first);
    let request = socket.request("unsubscribe").await;
    let again = tokio::spawn(subscribe(&client, "t").subscribe());
    let other = tokio::spawn(echo(&client, "x").send());
    let echoed = socket.request("echo").await;
    socket.echo(echoed).await;
    soon(other).await.unwrap().unwrap();
    socket.respond(request.id, json!({})).await;
    let request = socket.request("subscribe").await;
    socket.respond(request.id, json!({})).await;
    let mut again = soon(again).await.unwrap().unwrap();
    socket.data("t", "x").await;
    assert_eq!(next(&mut again).await, Update::Event(data("t", "x")));
}

#[tokio::test]
async fn a_pending_subscription_keeps_the_session_subscribed() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for succeeds in [true, false] {
        let (mut socket, first) = first_subscribed(&client, &server, "t").await;
        let second = tokio::spawn(subscribe(&client, "t").subscribe());
        let request = socket.request("subscribe").await;
        drop(first);
        let other = tokio::spawn(echo(&client, "x").send());
        let echoed = socket.request("echo").await;
        socket.echo(echoed).await;
        soon(other).await.unwrap().unwrap();
        if succeeds {
            socket.respond(request.id, json!({})).await;
            let mut second = soon(second).await.unwrap().unwrap();
            socket.data("t", "x").await;
            assert_eq!(next(&mut second).await, Update::Event(data("t", "x")));
        } else {
            socket.reject(request.id, "too_busy").await;
            soon(second).await.unwrap().unwrap_err();
        }
        let request = socket.request("unsubscribe").await;
        socket.respond(request.id, json!({})).await;
        assert!(socket.is_closed().await);
    }
}

#[tokio::test]
async fn a_subscribing_call_that_is_dropped_leaves_no_subscription() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, held) = first_subscribed(&client, &server, "held").await;
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let request = socket.request("launch").await;
    call.abort();
    assert!(soon(call).await.unwrap_err().is_cancelled());
    socket.respond(request.id, json!({"talkId": "t"})).await;
    let request = socket.request("unsubscribe").await;
    assert_eq!(request.json["params"], json!({"talkId": "t"}));
    socket.respond(request.id, json!({})).await;
    drop(held);
    socket.request("unsubscribe").await;
    // With nothing else on it, the socket does not wait for the response.
    let call = tokio::spawn(launch(&client_of(&server), "x").subscribe());
    let mut socket = server.accept().await;
    socket.request("launch").await;
    call.abort();
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_call_that_unsubscribes_ends_the_subscription() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    let call = tokio::spawn(unsubscribe(&client, "t").send());
    let request = socket.request("unsubscribe").await;
    socket.respond(request.id, json!({})).await;
    soon(call).await.unwrap().unwrap();
    assert_eq!(next(&mut subscription).await, Update::Ended(EndReason::Unsubscribed));
    assert_eq!(soon(subscription.next()).await, None);
    assert!(socket.is_closed().await);
    soon(subscription.unsubscribe()).await.unwrap();
}

#[tokio::test]
async fn the_socket_closes_with_client_and_subscriptions() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
    drop(client);
    socket.data("t", "x").await;
    drop(subscription);
    assert_eq!(socket.request("unsubscribe").await.json["params"], json!({"talkId": "t"}));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn events_without_a_subscriber_are_dropped() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    let call = tokio::spawn(launch(&client, "x").send());
    let request = socket.request("launch").await;
    socket.data("u", "before").await;
    socket.respond(request.id, json!({"talkId": "u"})).await;
    assert_eq!(soon(call).await.unwrap().unwrap().talk_id, "u");
    socket.data("u", "after").await;
    socket.data("t", "x").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "x")));
}
