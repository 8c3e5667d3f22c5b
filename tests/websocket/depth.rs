//! How deep the JSON of answers about subscriptions may be nested.

use std::time::Duration;

use decthings::{EndReason, Error, Update};
use serde_json::{Value, json};

use super::unsubscribing::first_subscribed;
use crate::websocket_support::raw::Raw;
use crate::websocket_support::talk::launch;
use crate::websocket_support::{next, soon};

/// With the two objects around it, it is nested 30 deep.
fn deep() -> Value {
    (0..28).fold(json!({}), |inner, _| json!({ "more": inner }))
}

#[tokio::test]
async fn an_answer_to_unsubscribing_may_not_be_deeper_than_the_client_allows() {
    for (most, fits) in [(30, true), (29, false)] {
        let raw = Raw::new().await;
        let client = raw.builder().max_json_depth(most).build().unwrap();
        let (mut socket, subscription) = first_subscribed(&client, &raw, "t").await;
        let done = tokio::spawn(subscription.unsubscribe());
        let asked = socket.asked("unsubscribe").await;
        socket.answer(asked.id, deep()).await;
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
async fn nor_may_an_answer_to_subscribing_again() {
    let raw = Raw::new().await;
    let builder = raw.builder().max_json_depth(29).reconnect_delay(Duration::ZERO, Duration::ZERO);
    let (socket, mut subscription) = first_subscribed(&builder.build().unwrap(), &raw, "t").await;
    drop(socket);
    let mut socket = raw.accept().await;
    let asked = socket.asked("subscribe").await;
    socket.answer(asked.id, deep()).await;
    match next(&mut subscription).await {
        Update::Ended(EndReason::ConnectionLost { message, .. }) => {
            assert!(message.contains("nested more than 29 deep"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_subscription_in_an_answer_that_is_too_deep_is_given_back() {
    let raw = Raw::new().await;
    let client = raw.builder().max_json_depth(29).build().unwrap();
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("launch").await;
    socket.answer(asked.id, json!({ "talkId": "t", "more": deep() })).await;
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("nested more than 29 deep"), "{error}");
    let asked = socket.asked("unsubscribe").await;
    assert_eq!(asked.json["params"], json!({ "talkId": "t" }));
}
