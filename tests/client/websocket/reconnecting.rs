//! Lost connections and reconnecting.

use std::time::{Duration, Instant};

use decthings::{Call, Client, EndReason, Error, Update};
use decthings_tests::codec::{event_message, response_message};
use decthings_tests::server::{Listener, WebSocket};
use decthings_tests::soon;
use serde_json::json;

use super::support::{TalkSocket, builder_of, client_of, next, reconnected};
use super::talk::{LoneEvent, StartLone, data, echo, exit, subscribe};
use super::unsubscribing::{first_subscribed, subscribed};

const SHORT: Duration = Duration::from_millis(20);

fn hasty(server: &Listener) -> Client {
    builder_of(server).reconnect_delay(SHORT, SHORT).build().unwrap()
}

/// Accepts a connection, and responds to the resubscription.
async fn accept_again(server: &Listener, id: &str) -> WebSocket {
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    assert_eq!(request.json["params"], json!({"talkId": id}));
    socket.respond(request.id, json!({})).await;
    socket
}

#[tokio::test]
async fn a_lost_connection_fails_every_pending_call_at_once() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    for close in [true, false] {
        let calls: Vec<_> = (0..5).map(|_| tokio::spawn(echo(&client, "x").send())).collect();
        let mut socket = server.accept().await;
        for _ in 0..5 {
            socket.request("echo").await;
        }
        if close {
            socket.close().await;
        }
        drop(socket);
        for call in calls {
            let error = soon(call).await.unwrap().unwrap_err();
            assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
            assert!(error.to_string().contains("broke before the response arrived"), "{error}");
            assert!(!error.is_retryable());
        }
        // The next call opens a new one.
        let call = tokio::spawn(echo(&client, "again").send());
        let mut socket = server.accept().await;
        let request = socket.request("echo").await;
        socket.echo(request).await;
        assert_eq!(soon(call).await.unwrap().unwrap().text, "again");
    }
}

#[tokio::test]
async fn a_response_before_the_end_arrives() {
    let server = Listener::bind().await;
    let call = tokio::spawn(echo(&client_of(&server), "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    drop(socket);
    assert_eq!(soon(call).await.unwrap().unwrap().text, "x");
}

#[tokio::test]
async fn subscriptions_continue_after_a_gap() {
    let server = Listener::bind().await;
    let client = hasty(&server);
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    socket.data("t", "before").await;
    socket.close().await;
    drop(socket);
    let mut socket = accept_again(&server, "t").await;
    socket.data("t", "after").await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "before")));
    reconnected(&mut subscription).await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "after")));
    // Once more, with an event before the response.
    drop(socket);
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.data("t", "early").await;
    socket.respond(request.id, json!({})).await;
    socket.exit("t").await;
    reconnected(&mut subscription).await;
    assert_eq!(next(&mut subscription).await, Update::Event(data("t", "early")));
    assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
    assert_eq!(soon(subscription.next()).await, None);
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_ends_only_its_subscription() {
    let server = Listener::bind().await;
    let client = hasty(&server);
    let (mut socket, mut ended) = first_subscribed(&client, &server, "ended").await;
    let mut going = subscribed(&client, &mut socket, "going").await;
    drop(socket);
    let mut socket = server.accept().await;
    for _ in 0..2 {
        let request = socket.request("subscribe").await;
        match request.json["params"]["talkId"].as_str() {
            Some("ended") => socket.reject(request.id, "talk_not_found").await,
            _ => socket.respond(request.id, json!({})).await,
        }
    }
    assert!(matches!(next(&mut ended).await, Update::Disconnected { .. }));
    let Update::Ended(EndReason::Rejected(error)) = next(&mut ended).await else { panic!() };
    assert_eq!(error.code(), "talk_not_found");
    assert_eq!(soon(ended.next()).await, None);
    reconnected(&mut going).await;
    socket.data("going", "x").await;
    assert_eq!(next(&mut going).await, Update::Event(data("going", "x")));
}

#[tokio::test]
async fn a_subscription_that_cannot_be_renewed_ends() {
    let server = Listener::bind().await;
    let call = tokio::spawn(Call::new(&client_of(&server), StartLone {}).subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("start").await;
    socket.respond(request.id, json!({"loneId": "l"})).await;
    let mut lone = soon(call).await.unwrap().unwrap();
    socket.send(event_message("Lone", json!({"event": "data", "params": {"loneId": "l"}}), &[b"x"])).await;
    assert!(matches!(next(&mut lone).await, Update::Event(LoneEvent::Data(_))));
    drop(socket);
    let update = next(&mut lone).await;
    assert!(matches!(update, Update::Ended(EndReason::ConnectionLost { .. })), "{update:?}");
    assert_eq!(soon(lone.next()).await, None);
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn reconnecting_is_delayed_and_given_up() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).reconnect_delay(Duration::from_millis(40), Duration::from_millis(160));
    let client = builder.reconnect_for(Duration::from_millis(500)).build().unwrap();
    let (socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    let rejecting = tokio::spawn(async move {
        let mut attempts = 0;
        loop {
            drop(server.accept_tcp().await);
            attempts += 1;
            if attempts > 30 {
                return;
            }
        }
    });
    assert!(matches!(next(&mut subscription).await, Update::Disconnected { .. }));
    let update = next(&mut subscription).await;
    assert!(matches!(update, Update::Ended(EndReason::ConnectionLost { .. })), "{update:?}");
    assert!(!rejecting.is_finished());
    rejecting.abort();
    assert_eq!(soon(subscription.next()).await, None);
}

/// Accepts connections, responds to the first request of each, and closes it; returns their number after the time.
async fn close_after_response(server: &Listener, time: Duration) -> usize {
    let mut connections = 0;
    let accepting = async {
        loop {
            let mut socket = server.accept().await;
            connections += 1;
            if let Some(request) = socket.next_request().await {
                socket.try_send(response_message(request.id, json!({"result": {}}), &[])).await;
            }
        }
    };
    let _ = tokio::time::timeout(time, accepting).await;
    connections
}

#[tokio::test]
async fn reconnecting_backs_off_and_is_given_up_if_no_connection_holds() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).reconnect_delay(Duration::from_millis(50), Duration::from_secs(3600));
    let client = builder.reconnect_for(Duration::from_millis(500)).build().unwrap();
    let (socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    // Without backoff they would be more than 40.
    let connections = close_after_response(&server, Duration::from_secs(2)).await;
    assert!((2..12).contains(&connections), "{connections} connections");
    loop {
        match next(&mut subscription).await {
            Update::Disconnected { .. } | Update::Gap => {}
            Update::Ended(EndReason::ConnectionLost { .. }) => break,
            update => panic!("{update:?}"),
        }
    }
}

#[tokio::test]
async fn delays_begin_anew_after_a_connection_has_held() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).reconnect_delay(Duration::ZERO, SHORT);
    let client = builder.reconnect_for(Duration::ZERO).build().unwrap();
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    // A second attempt in a row would be given up.
    for _ in 0..3 {
        drop(socket);
        socket = accept_again(&server, "t").await;
        reconnected(&mut subscription).await;
        tokio::time::sleep(SHORT * 5).await;
    }
    drop(socket);
    drop(accept_again(&server, "t").await);
    reconnected(&mut subscription).await;
    assert!(matches!(next(&mut subscription).await, Update::Disconnected { .. }));
    assert!(matches!(next(&mut subscription).await, Update::Ended(EndReason::ConnectionLost { .. })));
}

#[tokio::test]
async fn calls_do_not_reconnect_again_and_again_without_delay() {
    let server = Listener::bind().await;
    let client = builder_of(&server).reconnect_delay(SHORT * 10, SHORT * 10).build().unwrap();
    let (socket, _subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    let calling = tokio::spawn(async move {
        loop {
            let _ = echo(&client, "x").send().await;
        }
    });
    let connections = close_after_response(&server, Duration::from_secs(2)).await;
    calling.abort();
    assert!((2..30).contains(&connections), "{connections} connections");
}

#[tokio::test]
async fn a_call_reconnects_without_delay() {
    let server = Listener::bind().await;
    let hour = Duration::from_secs(3600);
    let client = builder_of(&server).reconnect_delay(hour, hour).build().unwrap();
    let (socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    // Long before it is back.
    let Update::Disconnected { message, .. } = next(&mut subscription).await else { panic!() };
    assert!(!message.is_empty());
    assert!(server.is_left_alone().await);
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    for _ in 0..2 {
        let request = socket.next_request().await.unwrap();
        match request.method() {
            "echo" => socket.echo(request).await,
            _ => socket.respond(request.id, json!({})).await,
        }
    }
    soon(call).await.unwrap().unwrap();
    assert_eq!(next(&mut subscription).await, Update::Gap);
}

#[tokio::test]
async fn a_subscription_dropped_meanwhile_is_not_renewed() {
    let server = Listener::bind().await;
    let client = builder_of(&server).reconnect_delay(SHORT * 5, SHORT * 5).build().unwrap();
    let (socket, subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    tokio::time::sleep(SHORT).await;
    soon(subscription.unsubscribe()).await.unwrap();
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_connection_without_heartbeat_is_lost() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).heartbeat(Duration::from_millis(60), Duration::from_millis(60));
    let client = builder.reconnect_delay(SHORT, SHORT).build().unwrap();
    let (mut socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    // A server that only reads responds to pings, which is enough.
    let quiet = tokio::time::timeout(Duration::from_millis(500), socket.next_request()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    // A server that does not read counts as lost.
    let before = Instant::now();
    let error = soon(echo(&client, "x").send()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    assert!(error.to_string().contains("did not respond to a ping"), "{error}");
    assert!(before.elapsed() < Duration::from_secs(3));
    let _socket = accept_again(&server, "t").await;
    reconnected(&mut subscription).await;
}

#[tokio::test]
async fn resubscribing_without_a_response_reconnects() {
    let server = Listener::bind().await;
    let builder = builder_of(&server).timeout(Duration::from_millis(100));
    let client = builder.reconnect_delay(SHORT, SHORT).build().unwrap();
    let (socket, mut subscription) = first_subscribed(&client, &server, "t").await;
    drop(socket);
    let mut silent = server.accept().await;
    silent.request("subscribe").await;
    let _socket = accept_again(&server, "t").await;
    reconnected(&mut subscription).await;
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_connection() {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_message_bytes(1000).build().unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    socket.request("echo").await;
    socket.send(vec![0; 2000]).await;
    let error = soon(call).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(error.to_string().contains("max_message_bytes"), "{error}");
}

#[tokio::test]
async fn a_subscription_ends_with_the_runtime_of_its_connection() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let first = client.clone();
    let (send, subscription) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let subscription = runtime.block_on(subscribe(&first, "t").subscribe()).unwrap();
        send.send(subscription).unwrap();
    });
    let mut socket = server.accept().await;
    let request = socket.request("subscribe").await;
    socket.respond(request.id, json!({})).await;
    let mut subscription = soon(subscription).await.unwrap();
    thread.join().unwrap();
    let update = next(&mut subscription).await;
    assert!(matches!(update, Update::Ended(EndReason::ConnectionLost { .. })), "{update:?}");
    assert_eq!(soon(subscription.next()).await, None);
    drop(first_subscribed(&client, &server, "t").await);
}
