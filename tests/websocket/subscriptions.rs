//! Events and who reads them.

use bytes::Bytes;
use decthings::{Error, RawEvent, Update};
use futures_util::StreamExt;
use serde_json::json;

use crate::websocket_support::raw::{Raw, data_of, event, exit_of};
use crate::websocket_support::talk::{TalkEvent, data, echo, exit, launch, subscribe};
use crate::websocket_support::{next, soon};

#[tokio::test]
async fn a_subscription_is_a_stream_of_events_which_ends_with_the_last_one() {
    let raw = Raw::new().await;
    let client = raw.client();
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("launch").await;
    assert_eq!(asked.json["params"], json!({"name": "x"}));
    socket.answer(asked.id, json!({"talkId": "t"})).await;
    let mut subscription = soon(call).await.unwrap().unwrap();
    assert_eq!(subscription.id(), "t");
    assert_eq!(subscription.client().http_url(), client.http_url());
    socket.data("t", "one").await;
    socket.data("t", "").await;
    socket.exit("t").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "one")));
    assert_eq!(soon(StreamExt::next(&mut subscription)).await, Some(Update::Event(data("t", ""))));
    assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
    assert_eq!(soon(subscription.next()).await, None);
    assert_eq!(soon(subscription.next()).await, None);
    // Nobody has to unsubscribe, and the socket is not held.
    assert!(socket.is_closed().await);
    drop(subscription);
    assert!(raw.is_left_alone().await);
}

#[tokio::test]
async fn events_before_the_answer_are_not_lost() {
    let raw = Raw::new().await;
    let client = raw.client();
    let launched = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = raw.accept().await;
    let first = socket.asked("launch").await;
    let subscribed = tokio::spawn(subscribe(&client, "s").subscribe());
    let second = socket.asked("subscribe").await;
    for n in 0..3 {
        socket.data("t", &n.to_string()).await;
        socket.data("s", &n.to_string()).await;
    }
    socket.answer(first.id, json!({"talkId": "t"})).await;
    socket.answer(second.id, json!({})).await;
    socket.data("t", "3").await;
    socket.data("s", "3").await;
    let mut launched = soon(launched).await.unwrap().unwrap();
    let mut subscribed = soon(subscribed).await.unwrap().unwrap();
    for n in 0..4 {
        assert_eq!(next(&mut launched).await, Update::Event(data("t", &n.to_string())));
        assert_eq!(next(&mut subscribed).await, Update::Event(data("s", &n.to_string())));
    }
}

#[tokio::test]
async fn a_session_that_is_over_before_the_answer_holds_no_socket() {
    let raw = Raw::new().await;
    let client = raw.client();
    for early in [true, false] {
        let call = tokio::spawn(launch(&client, "x").subscribe());
        let mut socket = raw.accept().await;
        let asked = socket.asked("launch").await;
        let answer = crate::websocket_support::raw::answer(asked.id, &json!({"result": {"talkId": "t"}}), &[]);
        let (first, second) = if early { (exit_of("t"), answer) } else { (answer, exit_of("t")) };
        // In one piece, as a busy server would.
        for message in [first, second] {
            soon(futures_util::SinkExt::feed(&mut socket.socket, message.into())).await.unwrap();
        }
        soon(futures_util::SinkExt::flush(&mut socket.socket)).await.unwrap();
        let mut subscription = soon(call).await.unwrap().unwrap();
        assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
        assert_eq!(soon(subscription.next()).await, None);
        assert!(socket.is_closed().await);
    }
    // A call right after the last subscription ended opens a new one.
    let call = tokio::spawn(echo(&client, "after").send());
    let mut socket = raw.accept().await;
    let asked = socket.asked("echo").await;
    socket.echo(asked).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "after");
}

#[tokio::test]
async fn a_refused_subscription_is_an_error_and_holds_no_socket() {
    let raw = Raw::new().await;
    let call = tokio::spawn(subscribe(&raw.client(), "t").subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("subscribe").await;
    socket.refuse(asked.id, "talk_not_found").await;
    assert_eq!(soon(call).await.unwrap().unwrap_err().code(), Some("talk_not_found"));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_call_that_does_not_subscribe_cannot_be_subscribed_to() {
    let raw = Raw::new().await;
    let call = launch(&raw.client(), "x").with(|mut request| {
        request.subscribe_to_events = Some(false);
        request
    });
    let error = soon(call.subscribe()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    assert!(raw.is_left_alone().await);
}

#[tokio::test]
async fn malformed_and_unknown_messages_are_told_and_hurt_nobody() {
    let raw = Raw::new().await;
    let client = raw.client();
    let call = tokio::spawn(subscribe(&client, "t").subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("subscribe").await;
    socket.answer(asked.id, json!({})).await;
    let mut subscription = soon(call).await.unwrap().unwrap();
    let good = json!({"event": "data", "params": {"talkId": "t"}});
    let malformed: Vec<Bytes> = vec![
        Bytes::new(),
        Bytes::from_static(&[0, 0, 0]),
        Bytes::from_static(&[1]),
        Bytes::from_static(&[1, 9, b'T']),
        Bytes::from_static(&[1, 2, 0xff, 0xfe, 2, b'{', b'}']),
        data_of("t", "cut").slice(..30),
        event("Talk", &json!(null), &[]),
        event("Talk", &json!({"event": "data"}), &[]),
        event("Talk", &json!({"event": "data", "params": []}), &[]),
        event("Talk", &json!({"event": "data", "params": {"talkId": 5}}), &[b"x"]),
        event("Talk", &good, &[]),
        event("Talk", &good, &[b"one", b"two"]),
        event("Talk", &json!({"event": "exit", "params": {"talkId": "other"}, "zz": 1}), &[]).slice(..20),
        event("talk", &good, &[b"x"]),
        event("New", &json!({"event": "x", "params": {"a": 1}}), &[]),
        [b"\x01\x04Talk".as_slice(), &[255; 9]].concat().into(),
    ];
    for message in malformed {
        socket.send(message.clone()).await;
        let update = next(&mut subscription).await;
        let Update::Malformed(error) = update else { panic!("{message:?}: {update:?}") };
        assert!(!error.to_string().is_empty());
    }
    // An event that nobody asked for is nothing to speak of.
    socket.data("someone else's", "x").await;
    socket.send(event("Talk", &json!({"event": "new", "params": {"talkId": "t", "more": [1]}}), &[b"blob"])).await;
    let Update::Event(TalkEvent::Unrecognized(unknown)) = next(&mut subscription).await else { panic!() };
    let same: &RawEvent = &unknown;
    assert_eq!((same.service(), same.name(), same.id()), ("Talk", "new", "t"));
    assert_eq!(same.json().unwrap(), json!({"talkId": "t", "more": [1]}));
    assert!(same.blobs().eq([Bytes::from_static(b"blob")]));
    let call = tokio::spawn(echo(&client, "still here").send());
    let asked = socket.asked("echo").await;
    socket.echo(asked).await;
    assert!(soon(call).await.unwrap().is_ok());
    socket.data("t", "good").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "good")));
}

#[tokio::test]
async fn a_slow_reader_is_told_what_it_missed_and_holds_nobody_up() {
    let raw = Raw::new().await;
    let client = raw.builder().event_buffer(10).build().unwrap();
    let mut subscriptions = Vec::new();
    let mut socket = None;
    for id in ["slow", "quick"] {
        let call = tokio::spawn(subscribe(&client, id).subscribe());
        if socket.is_none() {
            socket = Some(raw.accept().await);
        }
        let socket = socket.as_mut().unwrap();
        let asked = socket.asked("subscribe").await;
        socket.answer(asked.id, json!({})).await;
        subscriptions.push(soon(call).await.unwrap().unwrap());
    }
    let (mut socket, mut quick, mut slow) =
        (socket.unwrap(), subscriptions.pop().unwrap(), subscriptions.pop().unwrap());
    for n in 0..1000 {
        let text = n.to_string();
        socket.data("slow", &text).await;
        socket.data("quick", &text).await;
        assert_eq!(next(&mut quick).await, Update::Event(data("quick", &text)));
    }
    let call = tokio::spawn(echo(&client, "x").send());
    let asked = socket.asked("echo").await;
    socket.echo(asked).await;
    assert!(soon(call).await.unwrap().is_ok());
    assert_eq!(next(&mut slow).await, Update::Lagged(990));
    for n in 990..1000 {
        assert_eq!(next(&mut slow).await, Update::Event(data("slow", &n.to_string())));
    }
    socket.exit("slow").await;
    assert_eq!(next(&mut slow).await, Update::Event(exit("slow")));
    assert_eq!(soon(slow.next()).await, None);
}
