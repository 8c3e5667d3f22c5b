//! How subscriptions end.

use std::time::Duration;

use decthings::{EndReason, Subscription, Update};
use serde_json::json;

use crate::websocket_support::raw::{Raw, RawSocket};
use crate::websocket_support::talk::{TalkEvent, data, echo, launch, subscribe, unsubscribe};
use crate::websocket_support::{next, soon};

/// Subscribes, on a connection that is there.
pub async fn subscribed(client: &decthings::Client, socket: &mut RawSocket, id: &str) -> Subscription<TalkEvent> {
    let call = tokio::spawn(subscribe(client, id).subscribe());
    let asked = socket.asked("subscribe").await;
    assert_eq!(asked.json["params"], json!({"talkId": id}));
    socket.answer(asked.id, json!({})).await;
    soon(call).await.unwrap().unwrap()
}

/// Subscribes, and makes the connection by that.
pub async fn first_subscribed(client: &decthings::Client, raw: &Raw, id: &str) -> (RawSocket, Subscription<TalkEvent>) {
    let call = tokio::spawn(subscribe(client, id).subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("subscribe").await;
    socket.answer(asked.id, json!({})).await;
    (socket, soon(call).await.unwrap().unwrap())
}

#[tokio::test]
async fn dropping_one_of_two_subscriptions_ends_that_one() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, first) = first_subscribed(&client, &raw, "first").await;
    let mut second = subscribed(&client, &mut socket, "second").await;
    drop(first);
    let asked = socket.asked("unsubscribe").await;
    assert_eq!(asked.json["params"], json!({"talkId": "first"}));
    socket.answer(asked.id, json!({})).await;
    socket.data("first", "late").await;
    socket.data("second", "x").await;
    assert_eq!(next(&mut second).await, Update::Event(data("second", "x")));
    drop(second);
    let asked = socket.asked("unsubscribe").await;
    assert_eq!(asked.json["params"], json!({"talkId": "second"}));
    socket.answer(asked.id, json!({})).await;
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn unsubscribing_waits_for_the_server() {
    let raw = Raw::new().await;
    let client = raw.builder().timeout(Duration::from_millis(200)).build().unwrap();
    // What the server says, and the code that comes of it.
    for (refusal, code) in [(None, None), (Some("not_subscribed"), None), (Some("too_busy"), Some("too_busy"))] {
        let (mut socket, subscription) = first_subscribed(&client, &raw, "t").await;
        let done = tokio::spawn(subscription.unsubscribe());
        let asked = socket.asked("unsubscribe").await;
        assert!(!done.is_finished());
        match refusal {
            None => socket.answer(asked.id, json!({})).await,
            Some(code) => socket.refuse(asked.id, code).await,
        }
        let done = soon(done).await.unwrap();
        assert_eq!(done.as_ref().err().and_then(|error| error.code()), code);
        assert!(socket.is_closed().await);
    }
    let (mut socket, subscription) = first_subscribed(&client, &raw, "t").await;
    let done = tokio::spawn(subscription.unsubscribe());
    socket.asked("unsubscribe").await;
    let error = soon(done).await.unwrap().unwrap_err();
    assert!(matches!(error, decthings::Error::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn the_same_session_can_be_read_twice() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, mut first) = first_subscribed(&client, &raw, "t").await;
    let mut second = subscribed(&client, &mut socket, "t").await;
    socket.data("t", "both").await;
    assert_eq!(next(&mut first).await, Update::Event(data("t", "both")));
    assert_eq!(next(&mut second).await, Update::Event(data("t", "both")));
    // The server is not asked before the last one goes.
    soon(first.unsubscribe()).await.unwrap();
    socket.data("t", "one").await;
    assert_eq!(next(&mut second).await, Update::Event(data("t", "one")));
    let done = tokio::spawn(second.unsubscribe());
    let asked = socket.asked("unsubscribe").await;
    socket.answer(asked.id, json!({})).await;
    soon(done).await.unwrap().unwrap();
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn subscribing_waits_for_the_end_of_the_last_subscription_to_the_same() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, first) = first_subscribed(&client, &raw, "t").await;
    drop(first);
    let asked = socket.asked("unsubscribe").await;
    let again = tokio::spawn(subscribe(&client, "t").subscribe());
    let other = tokio::spawn(echo(&client, "x").send());
    let echoed = socket.asked("echo").await;
    socket.echo(echoed).await;
    soon(other).await.unwrap().unwrap();
    socket.answer(asked.id, json!({})).await;
    let asked = socket.asked("subscribe").await;
    socket.answer(asked.id, json!({})).await;
    let mut again = soon(again).await.unwrap().unwrap();
    socket.data("t", "x").await;
    assert_eq!(next(&mut again).await, Update::Event(data("t", "x")));
}

#[tokio::test]
async fn a_subscription_in_the_making_keeps_what_the_last_reader_leaves() {
    let raw = Raw::new().await;
    let client = raw.client();
    for succeeds in [true, false] {
        let (mut socket, first) = first_subscribed(&client, &raw, "t").await;
        let second = tokio::spawn(subscribe(&client, "t").subscribe());
        let asked = socket.asked("subscribe").await;
        drop(first);
        let other = tokio::spawn(echo(&client, "x").send());
        let echoed = socket.asked("echo").await;
        socket.echo(echoed).await;
        soon(other).await.unwrap().unwrap();
        if succeeds {
            socket.answer(asked.id, json!({})).await;
            let mut second = soon(second).await.unwrap().unwrap();
            socket.data("t", "x").await;
            assert_eq!(next(&mut second).await, Update::Event(data("t", "x")));
        } else {
            socket.refuse(asked.id, "too_busy").await;
            soon(second).await.unwrap().unwrap_err();
        }
        let asked = socket.asked("unsubscribe").await;
        socket.answer(asked.id, json!({})).await;
        assert!(socket.is_closed().await);
    }
}

#[tokio::test]
async fn a_subscribing_call_that_is_dropped_leaves_no_subscription() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, held) = first_subscribed(&client, &raw, "held").await;
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let asked = socket.asked("launch").await;
    call.abort();
    assert!(soon(call).await.unwrap_err().is_cancelled());
    socket.answer(asked.id, json!({"talkId": "t"})).await;
    let asked = socket.asked("unsubscribe").await;
    assert_eq!(asked.json["params"], json!({"talkId": "t"}));
    socket.answer(asked.id, json!({})).await;
    drop(held);
    socket.asked("unsubscribe").await;
    // Without anything to hold it, the socket does not wait for the answer.
    let call = tokio::spawn(launch(&raw.client(), "x").subscribe());
    let mut socket = raw.accept().await;
    socket.asked("launch").await;
    call.abort();
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_call_that_unsubscribes_ends_the_subscription() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, mut subscription) = first_subscribed(&client, &raw, "t").await;
    let call = tokio::spawn(unsubscribe(&client, "t").send());
    let asked = socket.asked("unsubscribe").await;
    socket.answer(asked.id, json!({})).await;
    soon(call).await.unwrap().unwrap();
    assert_eq!(next(&mut subscription).await, Update::Ended(EndReason::Unsubscribed));
    assert_eq!(soon(subscription.next()).await, None);
    assert!(socket.is_closed().await);
    soon(subscription.unsubscribe()).await.unwrap();
}

#[tokio::test]
async fn without_the_client_and_its_subscriptions_the_socket_is_closed() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, subscription) = first_subscribed(&client, &raw, "t").await;
    drop(client);
    socket.data("t", "x").await;
    drop(subscription);
    assert_eq!(socket.asked("unsubscribe").await.json["params"], json!({"talkId": "t"}));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn events_that_nobody_wants_are_dropped() {
    let raw = Raw::new().await;
    let client = raw.client();
    let (mut socket, mut subscription) = first_subscribed(&client, &raw, "t").await;
    let call = tokio::spawn(launch(&client, "x").send());
    let asked = socket.asked("launch").await;
    socket.data("u", "before").await;
    socket.answer(asked.id, json!({"talkId": "u"})).await;
    assert_eq!(soon(call).await.unwrap().unwrap().talk_id, "u");
    socket.data("u", "after").await;
    socket.data("t", "x").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "x")));
}
