//! Sockets that are kept while nothing uses them.

use std::time::Duration;

use decthings::Client;
use decthings_tests::server::{Listener, WebSocket};
use decthings_tests::soon;
use serde_json::json;

use super::support::{TalkSocket, builder_of};
use super::talk::{echo, subscribe, unsubscribe};
use super::unsubscribing::first_subscribed;

const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

fn keeping(server: &Listener, time: Duration) -> Client {
    builder_of(server).websocket_idle_timeout(time).build().unwrap()
}

/// Makes a call on the open socket.
async fn make_call(client: &Client, socket: &mut WebSocket) {
    let call = tokio::spawn(echo(client, "x").send());
    let request = socket.request("echo").await;
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
}

#[tokio::test]
async fn calls_and_subscriptions_one_after_the_other_share_a_socket() {
    let server = Listener::bind().await;
    let client = keeping(&server, LONG);
    let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
    drop(subscription);
    let request = socket.request("unsubscribe").await;
    socket.respond(request.id, json!({})).await;
    for _ in 0..10 {
        make_call(&client, &mut socket).await;
        let call = tokio::spawn(subscribe(&client, "t").subscribe());
        let request = socket.request("subscribe").await;
        socket.respond(request.id, json!({})).await;
        let done = tokio::spawn(soon(call).await.unwrap().unwrap().unsubscribe());
        let request = socket.request("unsubscribe").await;
        socket.respond(request.id, json!({})).await;
        soon(done).await.unwrap().unwrap();
    }
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn an_idle_socket_is_closed_after_the_timeout_or_with_its_client() {
    let server = Listener::bind().await;
    let call = tokio::spawn(echo(&keeping(&server, SHORT), "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
    assert!(socket.is_closed().await);
    let client = keeping(&server, LONG);
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.echo(request).await;
    soon(call).await.unwrap().unwrap();
    drop(client);
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn an_idle_socket_counts_as_closed() {
    let server = Listener::bind().await;
    let client = keeping(&server, LONG);
    let (mut socket, subscription) = first_subscribed(&client, &server, "t").await;
    // An open one is asked.
    let call = tokio::spawn(unsubscribe(&client, "other").send());
    let request = socket.request("unsubscribe").await;
    socket.reject(request.id, "of_the_server").await;
    assert_eq!(soon(call).await.unwrap().unwrap_err().code(), Some("of_the_server"));
    let done = tokio::spawn(subscription.unsubscribe());
    let request = socket.request("unsubscribe").await;
    socket.respond(request.id, json!({})).await;
    soon(done).await.unwrap().unwrap();
    let error = soon(unsubscribe(&client, "other").send()).await.unwrap_err();
    assert_eq!(error.code(), Some("not_subscribed"));
    // The socket is open all the same.
    make_call(&client, &mut socket).await;
}

#[tokio::test]
async fn a_lost_idle_socket_is_replaced_by_the_next_call() {
    let server = Listener::bind().await;
    let client = keeping(&server, LONG);
    for _ in 0..2 {
        let call = tokio::spawn(echo(&client, "x").send());
        let mut socket = server.accept().await;
        let request = socket.request("echo").await;
        socket.echo(request).await;
        soon(call).await.unwrap().unwrap();
        socket.close().await;
        assert!(socket.is_closed().await);
        assert!(server.is_left_alone().await);
    }
}

#[test]
fn an_idle_socket_does_not_keep_a_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let serving = runtime();
    let server = serving.block_on(Listener::bind());
    let client = keeping(&server, LONG);
    for _ in 0..2 {
        let calling = runtime();
        let call = calling.spawn(echo(&client, "x").send());
        let answering = async {
            let mut socket = server.accept().await;
            let request = socket.request("echo").await;
            socket.echo(request).await;
            socket
        };
        let other = std::thread::spawn(move || {
            let result = calling.block_on(soon(call));
            drop(calling);
            result
        });
        let mut socket = serving.block_on(answering);
        other.join().unwrap().unwrap().unwrap();
        assert!(serving.block_on(socket.is_closed()));
    }
}
