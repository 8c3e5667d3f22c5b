//! What the tests of the WebSocket share.

use std::fmt::Debug;
use std::time::Duration;

use decthings::runtime::EventSet;
use decthings::{Client, ClientBuilder, RetryPolicy, Subscription, Update};
use decthings_tests::codec::{event_message, response_message};
use decthings_tests::server::{Listener, RequestMessage, WebSocket};
use decthings_tests::{log_value, soon};
use serde_json::json;

/// Settings for a client of this server, which makes one attempt and keeps no idle socket, so that a test sees each step
/// of the server.
pub fn builder_of(server: &Listener) -> ClientBuilder {
    let builder = Client::builder().http_url(server.url());
    builder.retry(RetryPolicy::off()).websocket_idle_timeout(Duration::ZERO)
}

/// A client of this server.
pub fn client_of(server: &Listener) -> Client {
    builder_of(server).build().unwrap()
}

/// The next update of a subscription that has not ended.
pub async fn next<E: EventSet>(subscription: &mut Subscription<E>) -> Update<E> {
    let update = soon(subscription.next()).await.expect("the subscription has ended");
    log_value(&update);
    update
}

/// Reads that the connection was lost and is back.
pub async fn reconnected<E: EventSet + PartialEq + Debug>(subscription: &mut Subscription<E>) {
    let update = next(subscription).await;
    assert!(matches!(update, Update::Disconnected { .. }), "{update:?}");
    assert_eq!(next(subscription).await, Update::Gap);
}

/// Polls until a condition holds, where no event reports it.
pub async fn until(condition: impl Fn() -> bool) {
    soon(async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// The messages of the service `Talk`, by hand.
pub trait TalkSocket {
    /// Responds to `Talk.echo`.
    async fn echo(&mut self, request: RequestMessage);
    /// Sends the event `data`.
    async fn data(&mut self, id: &str, text: &str);
    /// Sends the event `exit`.
    async fn exit(&mut self, id: &str);
}

impl TalkSocket for WebSocket {
    async fn echo(&mut self, request: RequestMessage) {
        self.send(echo_response(&request)).await;
    }

    async fn data(&mut self, id: &str, text: &str) {
        self.send(data_event(id, text)).await;
    }

    async fn exit(&mut self, id: &str) {
        self.send(exit_event(id)).await;
    }
}

/// The response to `Talk.echo`.
pub fn echo_response(request: &RequestMessage) -> Vec<u8> {
    let result = json!({"result": {"text": request.json["params"]["text"]}});
    response_message(request.id, result, &[&request.blobs[0]])
}

/// The event `data` of the service `Talk`.
pub fn data_event(id: &str, text: &str) -> Vec<u8> {
    event_message("Talk", json!({"event": "data", "params": {"talkId": id}}), &[text.as_bytes()])
}

/// The event `exit` of the service `Talk`.
pub fn exit_event(id: &str) -> Vec<u8> {
    event_message("Talk", json!({"event": "exit", "params": {"talkId": id, "reason": "done"}}), &[])
}
