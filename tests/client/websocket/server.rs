//! The server side: a router behind a WebSocket, and in process.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use decthings::runtime::{ApiKey, EventSet};
use decthings::{ApiError, Client, Router, Update};
use decthings_tests::codec::request_message;
use decthings_tests::soon;
use serde_json::{Value, json};

use super::served::{Served, Talk};
use super::support::{next, reconnected, until};
use super::talk::{TalkEvent, data, echo, exit, launch, subscribe, unsubscribe};

/// The same router behind a WebSocket, and in process.
async fn both() -> Vec<(Arc<Talk>, Client, Option<Served>)> {
    let (served_talk, router) = Talk::new();
    let served = Served::new(router).await;
    let over_socket = Client::builder().websocket_url(&served.url).build().unwrap();
    let (talk, router) = Talk::new();
    let in_process = Client::builder().service(router).build().unwrap();
    vec![(served_talk, over_socket, Some(served)), (talk, in_process, None)]
}

#[tokio::test]
async fn a_session_runs_from_start_to_end() {
    for (talk, client, served) in both().await {
        let mut subscription = soon(launch(&client, "t").subscribe()).await.unwrap();
        assert_eq!(subscription.id(), "t");
        assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 1);
        for n in 0..2000 {
            talk.data("t", &n.to_string());
            assert_eq!(next(&mut subscription).await, Update::Event(data("t", &n.to_string())));
        }
        assert_eq!(soon(echo(&client, "meanwhile").send()).await.unwrap().text, "meanwhile");
        talk.exit("t");
        assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
        assert_eq!(soon(subscription.next()).await, None);
        assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 0);
        drop((subscription, client));
        if let Some(served) = served {
            until(|| served.open.load(Ordering::SeqCst) == 0).await;
        }
    }
}

#[tokio::test]
async fn events_before_the_response_arrive() {
    for (_, client, _served) in both().await {
        let mut subscription = soon(launch(&client, "hasty").subscribe()).await.unwrap();
        assert_eq!(next(&mut subscription).await, Update::Event(data("hasty", "early")));
        assert_eq!(next(&mut subscription).await, Update::Event(exit("hasty")));
        assert_eq!(soon(subscription.next()).await, None);
    }
}

#[tokio::test]
async fn dropping_and_unsubscribing_reach_the_hub_and_not_the_service() {
    for (talk, client, _served) in both().await {
        let dropped = soon(launch(&client, "dropped").subscribe()).await.unwrap();
        let ended = soon(subscribe(&client, "ended").subscribe()).await.unwrap();
        let mut kept = soon(subscribe(&client, "kept").subscribe()).await.unwrap();
        drop(dropped);
        soon(ended.unsubscribe()).await.unwrap();
        until(|| talk.hub.subscribers::<TalkEvent>("dropped") == 0).await;
        assert_eq!(talk.hub.subscribers::<TalkEvent>("ended"), 0);
        let error = soon(unsubscribe(&client, "ended").send()).await.unwrap_err();
        assert_eq!(error.code(), Some("not_subscribed"));
        talk.data("ended", "x");
        talk.data("kept", "x");
        assert_eq!(next(&mut kept).await, Update::Event(data("kept", "x")));
        soon(unsubscribe(&client, "kept").send()).await.unwrap();
        assert!(matches!(next(&mut kept).await, Update::Ended(_)));
        assert_eq!(*talk.calls.lock().unwrap(), ["launch", "subscribe", "subscribe"]);
    }
}

#[tokio::test]
async fn failed_calls_do_not_subscribe() {
    for (talk, client, _served) in both().await {
        let error = soon(launch(&client, "rejected").subscribe()).await.unwrap_err();
        assert_eq!(error.code(), Some("no_talk"));
        let error = soon(subscribe(&client, "gone").subscribe()).await.unwrap_err();
        assert_eq!(error.code(), Some("talk_not_found"));
        assert_eq!(talk.hub.subscribers::<TalkEvent>("gone"), 0);
    }
}

#[tokio::test]
async fn calls_over_http_do_not_subscribe() {
    let (talk, router) = Talk::new();
    let client = Client::builder().service(router.clone()).build().unwrap();
    let call = launch(&client, "t").with(|mut request| {
        request.subscribe_to_events = Some(false);
        request
    });
    assert_eq!(soon(call.send()).await.unwrap().talk_id, "t");
    assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 0);
    // Nor on a WebSocket, if the request says so.
    let connection = router.connect();
    let params = json!({"name": "t", "subscribeToEvents": false});
    soon(connection.handle(message(1, "launch", params, None))).await.unwrap();
    assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 0);
    soon(connection.handle(message(2, "launch", json!({"name": "t"}), None))).await.unwrap();
    assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 1);
    drop(connection);
    assert_eq!(talk.hub.subscribers::<TalkEvent>("t"), 0);
}

fn message(id: u32, method: &str, params: Value, key: Option<&str>) -> Bytes {
    request_message(id, json!({"api": "Talk", "method": method, "params": params, "apiKey": key}), &[]).into()
}

#[tokio::test]
async fn every_message_with_an_id_gets_a_response() {
    let (_, router) = Talk::new();
    let connection = router.connect();
    assert_eq!(soon(connection.handle(Bytes::from_static(b"123"))).await, None);
    let cases = [
        (Bytes::from_static(&[0, 0, 0, 9]), "invalid_request"),
        (Bytes::from_static(&[0, 0, 0, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]), "invalid_request"),
        (Bytes::from_static(&[0, 0, 0, 9, 0, 2, b'{', b'}']), "invalid_request"),
        (message(9, "launch", json!([]), None), "invalid_request"),
        (message(9, "launch", json!({}), None), "invalid_request"),
        (message(9, "nonsense", json!({}), None), "unknown_method"),
        (message(9, "unsubscribe", json!({"talkId": "t"}), None), "not_subscribed"),
    ];
    for (message, code) in cases {
        let reply = soon(connection.handle(message)).await.unwrap();
        assert_eq!(reply[..5], [0, 0, 0, 0, 9]);
        let reply = String::from_utf8_lossy(&reply).into_owned();
        assert!(reply.contains(&format!("\"code\":\"{code}\"")), "{reply}");
    }
}

#[tokio::test]
async fn keys_are_checked_if_configured() {
    let (_, router) = Talk::new();
    let connection = router.connect().check_key(|key| match key {
        Some(key) if Some(key) == ApiKey::new("right").as_ref() => Ok(()),
        _ => Err(ApiError::new("wrong_key")),
    });
    for (key, passes) in [(None, false), (Some("wrong"), false), (Some("right"), true)] {
        let reply = soon(connection.handle(message(0, "launch", json!({"name": "t"}), key))).await.unwrap();
        assert_eq!(!String::from_utf8_lossy(&reply).contains("wrong_key"), passes, "{key:?}");
    }
}

#[tokio::test]
async fn early_events_are_kept_for_the_first_subscription_only() {
    let (talk, router) = Talk::new();
    talk.data("t", "early");
    talk.data("forgotten", "early");
    talk.hub.forget::<TalkEvent>("forgotten");
    let client = Client::builder().service(router).build().unwrap();
    let mut first = soon(subscribe(&client, "t").subscribe()).await.unwrap();
    assert_eq!(next(&mut first).await, Update::Event(data("t", "early")));
    soon(first.unsubscribe()).await.unwrap();
    talk.data("t", "while nobody listened");
    let mut second = soon(subscribe(&client, "t").subscribe()).await.unwrap();
    let mut forgotten = soon(subscribe(&client, "forgotten").subscribe()).await.unwrap();
    talk.data("t", "now");
    talk.data("forgotten", "now");
    assert_eq!(next(&mut second).await, Update::Event(data("t", "now")));
    assert_eq!(next(&mut forgotten).await, Update::Event(data("forgotten", "now")));
}

#[tokio::test]
async fn events_are_published_to_their_own_session() {
    let (talk, router) = Talk::new();
    assert!(talk.hub.publish("other", &data("t", "x")).is_err());
    let raw = data("t", "x").write().unwrap();
    assert_eq!(TalkEvent::read(raw.clone()).unwrap(), data("t", "x"));
    talk.hub.publish("t", &TalkEvent::Unrecognized(raw)).unwrap();
    let client = Client::builder().service(router).build().unwrap();
    let mut subscription = soon(subscribe(&client, "t").subscribe()).await.unwrap();
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "x")));
}

#[tokio::test]
async fn a_client_too_far_behind_gets_a_gap() {
    let (talk, router) = Talk::new();
    let client = Client::builder().service(router).build().unwrap();
    let mut subscription = soon(subscribe(&client, "t").subscribe()).await.unwrap();
    for _ in 0..70_000 {
        talk.data("t", "x");
    }
    reconnected(&mut subscription).await;
    until(|| talk.hub.subscribers::<TalkEvent>("t") == 1).await;
    talk.data("t", "y");
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "y")));
}

#[tokio::test]
async fn a_router_without_a_hub_rejects_subscriptions() {
    let (talk, _) = Talk::new();
    let router = Router::new().route("Talk", talk.clone());
    let served = Served::new(router.clone()).await;
    let over_socket = Client::builder().websocket_url(&served.url).build().unwrap();
    let in_process = Client::builder().service(router).build().unwrap();
    for client in [over_socket, in_process] {
        let error = soon(subscribe(&client, "t").subscribe()).await.unwrap_err();
        assert_eq!(error.code(), Some("not_implemented"));
        assert!(error.to_string().contains("Router::events"), "{error}");
        assert_eq!(soon(echo(&client, "others work").send()).await.unwrap().text, "others work");
    }
    // Nothing was started that nobody could follow.
    assert!(talk.calls.lock().unwrap().is_empty());
}
