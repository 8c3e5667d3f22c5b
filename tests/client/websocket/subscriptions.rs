//! Subscriptions and the events that they deliver.

use bytes::Bytes;
use decthings::{Error, RawEvent, Update};
use decthings_tests::codec::{event_message, response_message};
use decthings_tests::server::Listener;
use decthings_tests::soon;
use futures_util::StreamExt;
use serde_json::json;

use super::support::{TalkSocket, builder_of, client_of, data_event, exit_event, next};
use super::talk::{TalkEvent, data, echo, exit, launch, subscribe};

#[tokio::test]
async fn a_subscription_is_a_stream_that_ends_with_the_last_event() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let call = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("launch").await;
    assert_eq!(request.json["params"], json!({"name": "x"}));
    socket.respond(request.id, json!({"talkId": "t"})).await;
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
    // No request to unsubscribe is needed, and the socket is closed.
    assert!(socket.is_closed().await);
    drop(subscription);
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn events_before_the_response_are_not_lost() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let launched = tokio::spawn(launch(&client, "x").subscribe());
    let mut socket = server.accept().await;
    let first = socket.request("launch").await;
    let subscribed = tokio::spawn(subscribe(&client, "s").subscribe());
    let second = socket.request("subscribe").await;
    for n in 0..3 {
        socket.data("t", &n.to_string()).await;
        socket.data("s", &n.to_string()).await;
    }
    socket.respond(first.id, json!({"talkId": "t"})).await;
    socket.respond(second.id, json!({})).await;
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
async fn a_session_that_ended_before_the_response_holds_no_socket() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for early in [true, false] {
        let call = tokio::spawn(launch(&client, "x").subscribe());
        let mut socket = server.accept().await;
        let request = socket.request("launch").await;
        let response = response_message(request.id, json!({"result": {"talkId": "t"}}), &[]);
        let (first, second) = if early { (exit_event("t"), response) } else { (response, exit_event("t")) };
        // In one write, as a busy server may send them.
        socket.send_together([first, second]).await;
        let mut subscription = soon(call).await.unwrap().unwrap();
        assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
        assert_eq!(soon(subscription.next()).await, None);
        assert!(socket.is_closed().await);
    }
    // A call right after the last subscription ended opens a new one.
    let call = tokio::spawn(echo(&client, "after").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert_eq!(soon(call).await.unwrap().unwrap().text, "after");
}

#[tokio::test]
async fn a_rejected_subscription_holds_no_socket() {
    let server = Listener::bind().await;
    let call = tokio::spawn(subscribe(&client_of(&server), "t").subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.reject(request.id, "talk_not_found").await;
    assert_eq!(soon(call).await.unwrap().unwrap_err().code(), Some("talk_not_found"));
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_call_that_does_not_subscribe_cannot_be_subscribed_to() {
    let server = Listener::bind().await;
    let call = launch(&client_of(&server), "x").with(|mut request| {
        request.subscribe_to_events = Some(false);
        request
    });
    let error = soon(call.subscribe()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn malformed_and_unknown_messages_are_reported() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let call = tokio::spawn(subscribe(&client, "t").subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.respond(request.id, json!({})).await;
    let mut subscription = soon(call).await.unwrap().unwrap();
    let good = json!({"event": "data", "params": {"talkId": "t"}});
    let malformed: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0, 0, 0],
        vec![1],
        vec![1, 9, b'T'],
        vec![1, 2, 0xff, 0xfe, 2, b'{', b'}'],
        data_event("t", "cut")[..30].to_vec(),
        event_message("Talk", json!(null), &[]),
        event_message("Talk", json!({"event": "data"}), &[]),
        event_message("Talk", json!({"event": "data", "params": []}), &[]),
        event_message("Talk", json!({"event": "data", "params": {"talkId": 5}}), &[b"x"]),
        event_message("Talk", &good, &[]),
        event_message("Talk", &good, &[b"one", b"two"]),
        event_message("Talk", json!({"event": "exit", "params": {"talkId": "other"}, "zz": 1}), &[])[..20].to_vec(),
        event_message("talk", &good, &[b"x"]),
        event_message("New", json!({"event": "x", "params": {"a": 1}}), &[]),
        [b"\x01\x04Talk".as_slice(), &[255; 9]].concat(),
    ];
    for message in malformed {
        socket.send(message.clone()).await;
        let update = next(&mut subscription).await;
        let Update::Malformed(error) = update else { panic!("{message:?}: {update:?}") };
        assert!(!error.to_string().is_empty());
    }
    // An event that nobody subscribed to is ignored.
    socket.data("someone else's", "x").await;
    socket
        .send(event_message("Talk", json!({"event": "new", "params": {"talkId": "t", "more": [1]}}), &[b"blob"]))
        .await;
    let Update::Event(TalkEvent::Unrecognized(unknown)) = next(&mut subscription).await else { panic!() };
    let same: &RawEvent = &unknown;
    assert_eq!((same.service(), same.name(), same.id()), ("Talk", "new", "t"));
    assert_eq!(same.json().unwrap(), json!({"talkId": "t", "more": [1]}));
    assert!(same.blobs().eq([Bytes::from_static(b"blob")]));
    let call = tokio::spawn(echo(&client, "still here").send());
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert!(soon(call).await.unwrap().is_ok());
    socket.data("t", "good").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "good")));
}

#[tokio::test]
async fn a_slow_reader_lags_without_blocking_others() {
    let server = Listener::bind().await;
    let client = builder_of(&server).event_buffer(10).build().unwrap();
    let mut subscriptions = Vec::new();
    let mut socket = None;
    for id in ["slow", "quick"] {
        let call = tokio::spawn(subscribe(&client, id).subscribe());
        if socket.is_none() {
            socket = Some(server.accept().await);
        }
        let socket = socket.as_mut().unwrap();
        let request = socket.request("subscribe").await;
        socket.respond(request.id, json!({})).await;
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
    let request = socket.request("echo").await;
    socket.echo(request).await;
    assert!(soon(call).await.unwrap().is_ok());
    assert_eq!(next(&mut slow).await, Update::Lagged(990));
    for n in 990..1000 {
        assert_eq!(next(&mut slow).await, Update::Event(data("slow", &n.to_string())));
    }
    socket.exit("slow").await;
    assert_eq!(next(&mut slow).await, Update::Event(exit("slow")));
    assert_eq!(soon(slow.next()).await, None);
}
