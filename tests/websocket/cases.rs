//! The wire cases of events, with event sets that know which parameter is the id, which events have bytes, and which
//! is the last.

use base64::Engine as _;
use bytes::Bytes;
use decthings::runtime::{
    ApiError, BlobRule, Channel, EventError, EventKind, EventSet, IdSource, Method, Operation, RawEvent, Route,
    Subscribes,
};
use decthings::{Blob, Call, Client, Update};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::websocket_support::raw::{Raw, event};
use crate::websocket_support::{next, soon};

#[derive(Deserialize)]
struct Case {
    api: String,
    case: String,
    frame_b64: String,
    expect: String,
    params: Option<Value>,
}

/// The parameters of any event.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Params {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Blob>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

const DATA: &[BlobRule] = &[BlobRule::bytes("data")];

macro_rules! service {
    ($service:ident, $id:literal, [$($with_data:literal),*], [$($without:literal),*]) => {
        pub mod $service {
            use super::*;

            #[derive(Clone, Debug, Default, Serialize, Deserialize)]
            pub struct Open {}

            #[derive(Clone, Debug)]
            pub enum Event {
                Known(&'static str, Params),
                Unrecognized(RawEvent),
            }

            impl Operation for Open {
                type Output = Open;
                type Error = ApiError;
                type Answer = Open;
                const METHOD: &'static Method =
                    &Method::new(stringify!($service), "open").route(Route::WebSocket).opens(Self::ID);
            }

            impl Subscribes for Open {
                type Events = Event;
                const ID: IdSource = IdSource::Result($id);
            }

            impl EventSet for Event {
                const CHANNEL: &'static Channel = &Channel {
                    service: stringify!($service),
                    id: $id,
                    subscribe: None,
                    unsubscribe: None,
                    events: &[
                        EventKind::new("exit").ends(),
                        $(EventKind::new($with_data).blobs(DATA),)*
                        $(EventKind::new($without),)*
                    ],
                };

                fn read(event: RawEvent) -> Result<Self, EventError> {
                    match Self::CHANNEL.kind(event.name()) {
                        Some(kind) => Ok(Self::Known(kind.name, event.params()?)),
                        None => Ok(Self::Unrecognized(event)),
                    }
                }

                fn write(&self) -> Result<RawEvent, EventError> {
                    match self {
                        Self::Known(name, params) => RawEvent::of::<Self>(name, params),
                        Self::Unrecognized(event) => Ok(event.clone()),
                    }
                }
            }

            pub async fn run(case: &Case, frame: Bytes) {
                let raw = Raw::new().await;
                run_on::<Open>(case, frame, &raw, &raw.client(), $id).await;
            }

            impl Updated for Event {
                fn known(&self) -> Option<&Params> {
                    match self {
                        Self::Known(_, params) => Some(params),
                        Self::Unrecognized(_) => None,
                    }
                }
            }
        }
    };
}

trait Updated {
    fn known(&self) -> Option<&Params>;
}

#[allow(non_snake_case)]
mod services {
    use super::*;
    service!(Debug, "debugSessionId", ["stdout", "stderr", "remoteInspectorData"], ["initialized"]);
    service!(Language, "languageServerId", ["data"], []);
    service!(Spawned, "spawnedCommandId", ["stdout", "stderr"], []);
    service!(Terminal, "terminalSessionId", ["data"], []);
}

async fn run_on<R: Subscribes + Default>(case: &Case, frame: Bytes, raw: &Raw, client: &Client, id: &str)
where
    R::Events: Updated,
{
    let call = tokio::spawn(Call::new(client, R::default()).subscribe());
    let mut socket = raw.accept().await;
    let asked = socket.asked("open").await;
    let session = case.params.as_ref().map_or("id-1", |params| params[id].as_str().unwrap());
    socket.answer(asked.id, json!({ id: session })).await;
    let mut subscription = soon(call).await.unwrap().unwrap();
    socket.send(frame).await;
    let update = next(&mut subscription).await;
    let said = format!("{}: {update:?}", case.case);
    match (case.expect.as_str(), update) {
        ("delivered", Update::Event(event)) => {
            let params = serde_json::to_value(event.known().expect(&said)).unwrap();
            assert_eq!(Some(&params), case.params.as_ref(), "{said}");
            let again = R::Events::read(event.write().unwrap()).unwrap();
            assert_eq!(serde_json::to_value(again.known()).unwrap(), params);
        }
        ("unrecognized-or-delivered", Update::Event(_)) => {}
        // What is of another service cannot be anyone's event.
        ("unrecognized-or-delivered", Update::Malformed(_)) if case.case == "fc_unknown_api" => {}
        ("reported-and-connection-kept-or-typed-error", Update::Malformed(error)) => {
            assert!(!error.message().is_empty(), "{said}");
        }
        _ => panic!("{said}"),
    }
    // The connection stays; an event that ends the session is followed by nothing.
    let service = R::Events::CHANNEL.service;
    socket.send(event(service, &json!({"event": "exit", "params": {id: session, "reason": "x"}}), &[])).await;
    while let Some(update) = soon(subscription.next()).await {
        assert!(matches!(update, Update::Event(_)), "{update:?}");
    }
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn events_are_delivered_or_reported() {
    let cases: Vec<Case> =
        include_str!("../cases/events.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 80);
    for case in &cases {
        let frame = Bytes::from(base64::engine::general_purpose::STANDARD.decode(&case.frame_b64).unwrap());
        match case.api.as_str() {
            "Debug" => services::Debug::run(case, frame).await,
            "Language" => services::Language::run(case, frame).await,
            "Spawned" => services::Spawned::run(case, frame).await,
            "Terminal" => services::Terminal::run(case, frame).await,
            other => panic!("{other}"),
        }
    }
}
