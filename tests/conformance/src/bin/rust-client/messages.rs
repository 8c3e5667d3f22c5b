//! Messages of a server on the WebSocket.

use decthings::api::language::LanguageServerLanguage;
use decthings::runtime::{Channel, EventSet, RawEvent, Subscribable};
use decthings::{Blob, Call, Update};
use decthings_tests::codec::{event_message, response_message, split_response};
use serde_json::{Value, json};

use super::http::{operation, value};
use super::params::sample_on_socket;
use super::socket::{PendingCall, Socket};
use super::{Answer, NoAnswer, bytes};

/// The code, and the name, of what follows the message, to see whether the client has ignored the message.
const NEXT: &str = "conformance_next";

/// A message as the server sends it.
enum Message {
    Binary(Vec<u8>),
    Text(String),
}

impl Message {
    fn of(case: &Value) -> Self {
        match case["text"].as_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Binary(bytes(case)),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Binary(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }

    async fn send(self, socket: &mut Socket) {
        match self {
            Self::Binary(bytes) => socket.server().await.send(bytes).await,
            Self::Text(text) => socket.server().await.send_text(text).await,
        }
    }
}

pub async fn read_message(case: &Value) -> Answer {
    let message = Message::of(case);
    match message.bytes().first() {
        Some(kind) if *kind != 0 => read_event(message).await,
        _ => read_response(case, message).await,
    }
}

async fn read_response(case: &Value, message: Message) -> Answer {
    let mut socket = Socket::new(None).await?;
    let mut calls: Vec<(u32, &str)> = Vec::new();
    for (id, method) in case["calls"].as_object().into_iter().flatten() {
        calls.push((id.parse()?, method.as_str().unwrap_or_default()));
    }
    calls.sort_unstable();
    let mut pending: Vec<(u32, PendingCall)> = Vec::new();
    for (id, method) in calls {
        let (service, name) = method.split_once('.').unwrap_or_default();
        let params = sample_on_socket(operation(service, name)?);
        pending.push((id, socket.call(id, (service, name), params).await?.1));
    }
    message.send(&mut socket).await;
    for (id, _) in &pending {
        socket.server().await.send(response_message(*id, json!({ "error": { "code": NEXT } }), &[])).await;
    }
    for (id, call) in pending {
        let outcome = call.await?;
        if outcome.as_ref().err().and_then(decthings::Error::code) != Some(NEXT) {
            return Ok(json!({ "id": id, "value": value(outcome)? }));
        }
    }
    Err(NoAnswer::Rejected("no call has got a response".to_owned()))
}

async fn read_event(message: Message) -> Answer {
    let (service, params) = head(message.bytes());
    let id = |name: &str| params[name].as_str().unwrap_or("id").to_owned();
    let socket = Socket::new(None).await?;
    let client = socket.client.clone();
    match service.as_deref().unwrap_or_default() {
        "Debug" => {
            let id = id("debugSessionId");
            deliver(client.debug().subscribe_to_events(&id), &id, message, socket).await
        }
        "Language" => {
            let call = client.language().start_language_server("model", LanguageServerLanguage::Rust);
            deliver(call, &id("languageServerId"), message, socket).await
        }
        "Spawned" => {
            let id = id("spawnedCommandId");
            deliver(client.spawned().subscribe_to_events(&id), &id, message, socket).await
        }
        // An event of an unknown service is reported to every subscription.
        service => {
            let id = id("terminalSessionId");
            match deliver(client.terminal().subscribe_to_events(&id), &id, message, socket).await {
                Err(NoAnswer::Rejected(reason)) if !["", "Terminal"].contains(&service) => {
                    Err(NoAnswer::Unsupported(reason))
                }
                answer => answer,
            }
        }
    }
}

/// The service and the parameters of an event, as far as they can be read, to subscribe to the session before.
fn head(message: &[u8]) -> (Option<String>, Value) {
    let length = message.get(1).copied().unwrap_or_default().into();
    let (service, body) = message.get(2..).unwrap_or_default().split_at_checked(length).unwrap_or_default();
    let json = split_response(body).ok().and_then(|(json, _)| serde_json::from_slice::<Value>(json).ok());
    (String::from_utf8(service.to_vec()).ok(), json.map(|mut json| json["params"].take()).unwrap_or_default())
}

/// Subscribes to a session, sends the message, and answers with what reaches the subscription.
async fn deliver<R: Subscribable>(call: Call<R>, id: &str, message: Message, mut socket: Socket) -> Answer {
    let channel = R::Events::CHANNEL;
    let respond = async {
        let request = socket.request().await.expect("a call sends a request");
        socket.server().await.respond(request.id, json!({ channel.id: id })).await;
    };
    let mut subscription = tokio::join!(call.subscribe(), respond).0?;
    message.send(&mut socket).await;
    let next = json!({ "event": NEXT, "params": { channel.id: id } });
    socket.server().await.send(event_message(channel.service, next, &[])).await;
    match subscription.next().await {
        Some(Update::Event(event)) => delivered(channel, event.write()?),
        Some(Update::Malformed(error)) => Err(error.into()),
        other => Err(NoAnswer::Rejected(format!("the subscription got {other:?}"))),
    }
}

fn delivered(channel: &Channel, event: RawEvent) -> Answer {
    if event.name() == NEXT {
        return Err(NoAnswer::Rejected("the message was ignored".to_owned()));
    }
    let mut params = event.json()?;
    // The only bytes of a known event are its `data`.
    if let (true, Some(blob)) = (channel.events.iter().any(|kind| kind.name == event.name()), event.blobs().next()) {
        params["data"] = serde_json::to_value(Blob::from(blob))?;
    }
    Ok(json!({ "service": event.service(), "event": event.name(), "params": params }))
}
