//! Calls that wait to be sent.

use std::time::Duration;

use decthings::{Blob, Call, Client, Error};
use decthings_tests::server::Listener;
use decthings_tests::{PATIENCE, soon};

use super::support::{TalkSocket, builder_of};
use super::talk::{Echo, echo};

const SHORT: Duration = Duration::from_millis(100);

/// A call with 1 MiB of data.
fn large(client: &Client, text: &str) -> Call<Echo> {
    Call::new(client, Echo { text: text.into(), data: Blob::from(vec![7; 1 << 20]) })
}

#[tokio::test]
async fn calls_given_up_before_they_are_sent_are_never_sent() {
    let server = Listener::bind().await;
    // Keeps the socket when no call is left.
    let client = builder_of(&server).websocket_idle_timeout(PATIENCE * 10).build().unwrap();
    let first = tokio::spawn(echo(&client, "first").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    soon(first).await.unwrap().unwrap();
    // The socket takes what the buffers of the system hold, and part of another message.
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(large(&client, "late").timeout(SHORT).send())).collect();
    for call in calls {
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    }
    let last = tokio::spawn(echo(&client, "last").send());
    let mut late = 0;
    loop {
        let request = socket.request("echo").await;
        if request.json["params"]["text"] == "last" {
            socket.echo(request).await;
            break;
        }
        late += 1;
    }
    assert_eq!(soon(last).await.unwrap().unwrap().text, "last");
    assert!(late < 50, "{late} calls were sent after they had been given up");
}

#[tokio::test]
async fn calls_above_the_limit_wait_for_a_response() {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_websocket_calls(2).build().unwrap();
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(echo(&client, "x").send())).collect();
    let mut socket = server.accept().await;
    let first = socket.request("echo").await;
    let _second = socket.request("echo").await;
    assert!(tokio::time::timeout(SHORT, socket.receive()).await.is_err(), "the limit is two calls");
    socket.echo(first).await;
    socket.request("echo").await;
    for call in calls {
        call.abort();
    }
}

#[tokio::test]
async fn a_call_that_waits_for_the_queue_has_its_deadline() {
    let server = Listener::bind().await;
    for builder in [builder_of(&server).max_websocket_calls(1), builder_of(&server).max_queued_bytes(100)] {
        let client = builder.build().unwrap();
        // Nobody accepts the connection, so the first call stays in the queue.
        let first = tokio::spawn(echo(&client, &"x".repeat(200)).send());
        tokio::task::yield_now().await;
        let error = soon(echo(&client, "y").timeout(SHORT).send()).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        // A message above the limit is sent all the same, and the next one follows.
        let mut socket = server.accept().await;
        let request = socket.request("echo").await;
        let second = tokio::spawn(echo(&client, "z").send());
        socket.echo(request).await;
        soon(first).await.unwrap().unwrap();
        let request = match socket.next_request().await {
            Some(request) => request,
            None => {
                socket = server.accept().await;
                socket.request("echo").await
            }
        };
        socket.echo(request).await;
        assert_eq!(soon(second).await.unwrap().unwrap().text, "z");
    }
}

#[tokio::test]
async fn unsent_calls_wait_for_the_next_connection() {
    let server = Listener::bind().await;
    let client = builder_of(&server).build().unwrap();
    let calls: Vec<_> = (0..30).map(|n| tokio::spawn(large(&client, &n.to_string()).send())).collect();
    let mut socket = server.accept().await;
    socket.request("echo").await;
    drop(socket);
    let mut socket = server.accept().await;
    let (mut succeeded, mut failed) = (0, 0);
    let serving = tokio::spawn(async move {
        while let Some(request) = socket.next_request().await {
            socket.echo(request).await;
        }
    });
    for call in calls {
        match soon(call).await.unwrap() {
            Ok(_) => succeeded += 1,
            Err(error) => {
                assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
                failed += 1;
            }
        }
    }
    assert!(succeeded > 0 && failed > 0, "{succeeded} succeeded, {failed} failed");
    soon(serving).await.unwrap();
}
