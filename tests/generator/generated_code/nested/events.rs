//! Events with blobs, as a server sends them and a subscription delivers them.

use std::sync::Arc;
use std::time::Duration;

use decthings::runtime::{EventHub, Router};
use decthings::{Client, Update};
use decthings_tests::codec::{Codec, join_response, request_message, response_message, split_response};
use decthings_tests::server::Server;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::link::{self, Link};
use super::{DEFINITION, cases, config};
use crate::generated_code::ok::blob_nested::nest::*;
use decthings_tests::codec::sample::{self, Choices};

/// The id of the session.
const ID: &str = "nest";

proptest! {
    #![proptest_config(config())]
    #[test]
    fn events_equal_the_independent_codec(choices in prop::collection::vec(any::<u32>(), 0..160)) {
        let codec = Codec::new(DEFINITION);
        let mut params = sample::value(codec.event_params("Nest", "changed"), &mut Choices::new(&choices));
        params["id"] = ID.into();
        link::block_on(compare(&codec, &params));
    }
}

#[test]
fn edge_cases_of_events_equal_the_independent_codec() {
    let codec = Codec::new(DEFINITION);
    for params in edge_cases(&codec) {
        link::block_on(compare(&codec, &params));
    }
}

#[test]
fn truncated_events_are_malformed() {
    let codec = Codec::new(DEFINITION);
    for params in edge_cases(&codec).into_iter().take(4) {
        let frame = codec.event("Nest", "changed", &params);
        let (_, blobs) = split_response(&frame[2 + "Nest".len()..]).unwrap();
        let json_end = frame.len() + 1 - join_response("", &blobs).len();
        let updates = link::block_on(updates(&codec, (1..frame.len()).map(|end| frame[..end].to_vec()).collect()));
        // Where the JSON is truncated as well, the message may not identify its session.
        assert!(updates.len() >= frame.len() - json_end, "{} of {}", updates.len(), frame.len());
        for update in updates {
            assert!(matches!(update, Update::Malformed(_)), "{update:?}");
        }
    }
}

#[test]
fn events_with_an_extra_blob_are_malformed() {
    let codec = Codec::new(DEFINITION);
    for params in edge_cases(&codec) {
        let frame = [codec.event("Nest", "changed", &params), join_response::<&[u8]>("", &[])].concat();
        let updates = link::block_on(updates(&codec, vec![frame]));
        assert!(matches!(updates.as_slice(), [Update::Malformed(_)]), "{updates:?}");
    }
}

/// The parameters of events with each variant of what they hold.
fn edge_cases(codec: &Codec) -> Vec<Value> {
    let mut simple = sample::value(codec.event_params("Nest", "changed"), &mut Choices::new(&[]));
    simple["id"] = ID.into();
    let mut all = vec![simple.clone()];
    for (method, params, result) in cases::all(codec) {
        let mut params = match method {
            "choose" => json!({ "content": params["content"], "maybe": params["value"] }),
            "grow" => json!({ "tree": params["tree"] }),
            "put" if params["maybe"].is_object() => json!({ "data": params["maybe"]["parts"] }),
            "enter" if result["success"].is_object() => json!({ "columns": result["success"]["columns"] }),
            _ => continue,
        };
        let mut event = simple.clone();
        event.as_object_mut().unwrap().append(params.as_object_mut().unwrap());
        all.push(event);
    }
    all
}

async fn compare(codec: &Codec, params: &Value) {
    let frame = codec.event("Nest", "changed", params);
    let event = NestEvent::Changed(serde_json::from_value(params.clone()).unwrap());
    let sent = publish(&event).await;
    assert!(sent == frame, "{params} is\n{}\nnot\n{}", super::shown(&sent), super::shown(&frame));
    assert_eq!(updates(codec, vec![frame]).await, [Update::Event(event)]);
}

/// The message in which a server sends an event.
async fn publish(event: &NestEvent) -> Vec<u8> {
    let hub = EventHub::new();
    let router = Router::new().events(hub.clone());
    let router = router.route("Nest", Arc::new(Dispatch(Arc::new(Link::new(&Value::Null)))));
    let connection = router.connect();
    let subscribe = json!({ "api": "Nest", "method": "subscribeToEvents", "params": { "id": ID } });
    let message = request_message(0, subscribe, &[]);
    connection.handle(message.into()).await.expect("a response");
    hub.publish(ID, event).unwrap();
    connection.events().next().await.expect("a message").to_vec()
}

/// What a subscription delivers when these messages come, without the last event.
async fn updates(codec: &Codec, messages: Vec<Vec<u8>>) -> Vec<Update<NestEvent>> {
    let last = codec.event("Nest", "ended", &json!({ "id": ID, "last": [] }));
    let mut events = [messages, vec![last]].concat();
    let server = Server::messages(move |request| {
        let mut messages = vec![response_message(request.id, json!({ "result": {} }), &[])];
        messages.append(&mut events);
        messages
    })
    .await;
    let client = Client::builder().http_url(server.url()).event_buffer(100_000).build().unwrap();
    let mut subscription = NestClient::new(&client.into()).subscribe_to_events(ID).subscribe().await.unwrap();
    let mut updates = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_secs(10), subscription.next());
        match next.await.expect("the last event does not come") {
            Some(Update::Event(NestEvent::Ended(_))) => return updates,
            Some(update) => updates.push(update),
            None => panic!("the subscription ended without its last event"),
        }
    }
}
