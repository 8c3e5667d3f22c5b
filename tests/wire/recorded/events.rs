//! Recorded events, read with event sets by hand that declare the id, the events with bytes, and the last event.

use bytes::Bytes;
use decthings::runtime::{
    ApiError, BlobReader, Channel, EventError, EventKind, EventSet, FrameWriter, FromWire, IdSource, Method, Operation,
    PlainJson, RawEvent, Subscribable, ToWire, TransportKind, WireError,
};
use decthings::{Blob, Call, Client, Update};
use decthings_tests::codec::event_message;
use decthings_tests::server::Listener;
use decthings_tests::soon;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{EVENTS, EventCase, cases};

/// The parameters of any event as JSON.
type Params = Value;

/// The parameters of an event without bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Plain(Map<String, Value>);

impl PlainJson for Plain {}

/// The parameters of an event with bytes.
#[derive(Clone, Debug)]
struct WithData {
    id: (&'static str, String),
    data: Blob,
}

impl ToWire for WithData {
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
        let mut object = frame.object();
        object.field(self.id.0, &self.id.1)?;
        object.bytes("data", &self.data)?;
        object.end()
    }
}

/// The parameters of an event with bytes, as they are read.
struct Read(Map<String, Value>);

impl FromWire for Read {
    type Json = Map<String, Value>;

    fn from_wire(mut json: Self::Json, blobs: &mut BlobReader) -> Result<Self, WireError> {
        json.insert("data".to_owned(), serde_json::to_value(blobs.bytes("data")?).unwrap());
        Ok(Self(json))
    }
}

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

            #[derive(Clone, Debug, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct Opened(Map<String, Value>);

            impl PlainJson for Open {}
            impl PlainJson for Opened {}

            impl Operation for Open {
                type Response = Opened;
                type Error = ApiError;
                type Output = Opened;
                const METHOD: &'static Method = &Method::new(stringify!($service), "open")
                    .transport(TransportKind::WebSocket)
                    .opens(IdSource::Result($id));

                fn response_subscription_id(response: &Opened) -> Option<&str> {
                    response.0.get($id)?.as_str()
                }
            }

            impl Subscribable for Open {
                type Events = Event;
            }

            impl EventSet for Event {
                const CHANNEL: &'static Channel = &Channel {
                    service: stringify!($service),
                    id: $id,
                    subscribe: None,
                    unsubscribe: None,
                    events: &[
                        EventKind::new("exit").ends(),
                        $(EventKind::new($with_data),)*
                        $(EventKind::new($without),)*
                    ],
                };

                fn read(event: RawEvent) -> Result<Self, EventError> {
                    match Self::CHANNEL.kind(event.name()) {
                        Some(kind) if [$($with_data),*].contains(&kind.name) => {
                            let Read(params) = event.params()?;
                            Ok(Self::Known(kind.name, params.into()))
                        }
                        Some(kind) => {
                            let Plain(params) = event.params()?;
                            Ok(Self::Known(kind.name, params.into()))
                        }
                        None => Ok(Self::Unrecognized(event)),
                    }
                }

                fn write(&self) -> Result<RawEvent, EventError> {
                    match self {
                        Self::Known(name, params) => {
                            let id = params[$id].as_str().unwrap();
                            match params.get("data") {
                                Some(data) => {
                                    let data = serde_json::from_value(data.clone()).unwrap();
                                    RawEvent::of::<Self>(name, id, &WithData { id: ($id, id.to_owned()), data })
                                }
                                None => RawEvent::of::<Self>(name, id, &Plain(params.as_object().unwrap().clone())),
                            }
                        }
                        Self::Unrecognized(event) => Ok(event.clone()),
                    }
                }
            }

            pub async fn run(case: &EventCase, frame: Bytes) {
                let server = Listener::bind().await;
                let builder = Client::builder().http_url(server.url()).websocket_idle_timeout(std::time::Duration::ZERO);
                run_on::<Open>(case, frame, &server, &builder.build().unwrap(), $id).await;
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

async fn run_on<R: Subscribable + Default>(case: &EventCase, frame: Bytes, server: &Listener, client: &Client, id: &str)
where
    R::Events: Updated,
{
    let call = tokio::spawn(Call::new(client, R::default()).subscribe());
    let mut socket = server.accept().await;
    let request = socket.request("open").await;
    let session = case.params.as_ref().map_or("id-1", |params| params[id].as_str().unwrap());
    socket.respond(request.id, json!({ id: session })).await;
    let mut subscription = soon(call).await.unwrap().unwrap();
    socket.send(frame).await;
    let update = soon(subscription.next()).await.expect("the subscription has ended");
    let said = format!("{}: {update:?}", case.case);
    match (case.expect.as_str(), update) {
        ("delivered", Update::Event(event)) => {
            let params = serde_json::to_value(event.known().expect(&said)).unwrap();
            assert_eq!(Some(&params), case.params.as_ref(), "{said}");
            let again = R::Events::read(event.write().unwrap()).unwrap();
            assert_eq!(serde_json::to_value(again.known()).unwrap(), params);
        }
        ("unrecognized-or-delivered", Update::Event(_)) => {}
        // An event of an unknown service belongs to no subscription.
        ("unrecognized-or-delivered", Update::Malformed(_)) if case.case == "fc_unknown_api" => {}
        ("reported-and-connection-kept-or-typed-error", Update::Malformed(error)) => {
            assert!(!error.message().is_empty(), "{said}");
        }
        _ => panic!("{said}"),
    }
    // The connection stays open, and nothing follows the last event of the session.
    let service = R::Events::CHANNEL.service;
    socket.send(event_message(service, json!({"event": "exit", "params": {id: session, "reason": "x"}}), &[])).await;
    while let Some(update) = soon(subscription.next()).await {
        assert!(matches!(update, Update::Event(_)), "{update:?}");
    }
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn events_of_typed_sets_are_delivered_or_reported() {
    let cases = cases::<EventCase>(EVENTS);
    assert!(cases.len() > 80);
    for case in &cases {
        let frame = Bytes::from(case.frame());
        match case.api.as_str() {
            "Debug" => services::Debug::run(case, frame).await,
            "Language" => services::Language::run(case, frame).await,
            "Spawned" => services::Spawned::run(case, frame).await,
            "Terminal" => services::Terminal::run(case, frame).await,
            other => panic!("{other}"),
        }
    }
}
