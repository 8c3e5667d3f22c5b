//! Two services as the generator would write them: `Talk`, which has a method to subscribe, and `Lone`, whose events go
//! only to the connection that started it.

use decthings::runtime::{
    ApiError, BlobReader, Channel, EventError, EventKind, EventSet, FrameWriter, FromWire, IdSource, Method, Operation,
    PlainJson, RawEvent, Subscribable, ToWire, TransportKind, WireError,
};
use decthings::{Blob, Call, Client};
use serde::{Deserialize, Serialize};

macro_rules! operation {
    ($request:ident, $result:ident, $method:expr $(, $function:item)*) => {
        impl Operation for $request {
            type Response = $result;
            type Error = ApiError;
            type Output = $result;
            const METHOD: &'static Method = &$method;
            $($function)*
        }
    };
}

macro_rules! plain {
    ($($name:ident)*) => {
        $(impl PlainJson for $name {})*
    };
}

/// The wire format of a type with a text member and the bytes `data`.
macro_rules! with_data {
    ($name:ident, $json:ident, $text:ident: $wire:literal) => {
        impl ToWire for $name {
            fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
                let mut object = frame.object();
                object.field($wire, &self.$text)?;
                object.bytes("data", &self.data)?;
                object.end()
            }
        }

        #[derive(Debug, Deserialize)]
        pub struct $json {
            #[serde(rename = $wire)]
            $text: String,
        }

        impl FromWire for $name {
            type Json = $json;

            fn from_wire(json: $json, blobs: &mut BlobReader) -> Result<Self, WireError> {
                Ok(Self { $text: json.$text, data: blobs.bytes("data")? })
            }
        }
    };
}
#[allow(unused_imports, reason = "a macro has no other path")]
pub(crate) use with_data;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nothing {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launch {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe_to_events: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launched {
    pub talk_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe {
    pub talk_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unsubscribe {
    pub talk_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    pub text: String,
    pub data: Blob,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartLone {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoneStarted {
    pub lone_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SayToLone {
    pub lone_id: String,
}

plain!(Nothing Launch Launched Subscribe Unsubscribe StartLone LoneStarted SayToLone);
with_data!(Echo, EchoJson, text: "text");

operation!(
    Launch,
    Launched,
    Method::new("Talk", "launch")
        .transport(TransportKind::WebSocketUnless { param: "subscribeToEvents", equals: false })
        .opens(IdSource::Result("talkId")),
    fn uses_websocket(&self) -> bool {
        self.subscribe_to_events != Some(false)
    },
    fn response_subscription_id(response: &Launched) -> Option<&str> {
        Some(&response.talk_id)
    }
);
operation!(
    Subscribe,
    Nothing,
    Method::new("Talk", "subscribe").transport(TransportKind::WebSocket).opens(IdSource::Params("talkId")),
    fn subscription_id(&self) -> Option<&str> {
        Some(&self.talk_id)
    }
);
operation!(
    Unsubscribe,
    Nothing,
    Method::new("Talk", "unsubscribe")
        .transport(TransportKind::OpenWebSocketElse { error: "not_subscribed" })
        .closes("talkId"),
    fn subscription_id(&self) -> Option<&str> {
        Some(&self.talk_id)
    }
);
operation!(Echo, Echo, Method::new("Talk", "echo").transport(TransportKind::WebSocket));
operation!(
    StartLone,
    LoneStarted,
    Method::new("Lone", "start").transport(TransportKind::WebSocket).opens(IdSource::Result("loneId")),
    fn response_subscription_id(response: &LoneStarted) -> Option<&str> {
        Some(&response.lone_id)
    }
);
operation!(
    SayToLone,
    Nothing,
    Method::new("Lone", "say").transport(TransportKind::OpenWebSocketElse { error: "lone_not_found" })
);

macro_rules! events {
    ($set:ident, $data:ident, $json:ident, $exit:ident, $id:ident: $wire:literal, $channel:expr) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $data {
            pub $id: String,
            pub data: Blob,
        }

        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $exit {
            pub $id: String,
            pub reason: String,
        }

        with_data!($data, $json, $id: $wire);
        plain!($exit);

        #[derive(Clone, Debug, PartialEq)]
        pub enum $set {
            Data($data),
            Exit($exit),
            Unrecognized(RawEvent),
        }

        impl EventSet for $set {
            const CHANNEL: &'static Channel = &$channel;

            fn read(event: RawEvent) -> Result<Self, EventError> {
                Ok(match event.name() {
                    "data" => Self::Data(event.params()?),
                    "exit" => Self::Exit(event.params()?),
                    _ => Self::Unrecognized(event),
                })
            }

            fn write(&self) -> Result<RawEvent, EventError> {
                match self {
                    Self::Data(params) => RawEvent::of::<Self>("data", &params.$id, params),
                    Self::Exit(params) => RawEvent::of::<Self>("exit", &params.$id, params),
                    Self::Unrecognized(event) => Ok(event.clone()),
                }
            }
        }
    };
}

const EVENTS: &[EventKind] = &[EventKind::new("data"), EventKind::new("exit").ends()];

events!(
    TalkEvent,
    TalkData,
    TalkDataJson,
    TalkExit,
    talk_id: "talkId",
    Channel {
        service: "Talk",
        id: "talkId",
        subscribe: Some(Subscribe::METHOD),
        unsubscribe: Some(Unsubscribe::METHOD),
        events: EVENTS,
    }
);
events!(
    LoneEvent,
    LoneData,
    LoneDataJson,
    LoneExit,
    lone_id: "loneId",
    Channel { service: "Lone", id: "loneId", subscribe: None, unsubscribe: None, events: EVENTS }
);

impl Subscribable for Launch {
    type Events = TalkEvent;
}

impl Subscribable for Subscribe {
    type Events = TalkEvent;
}

impl Subscribable for StartLone {
    type Events = LoneEvent;
}

pub fn launch(client: &Client, name: &str) -> Call<Launch> {
    Call::new(client, Launch { name: name.into(), subscribe_to_events: None })
}

pub fn subscribe(client: &Client, id: &str) -> Call<Subscribe> {
    Call::new(client, Subscribe { talk_id: id.into() })
}

pub fn unsubscribe(client: &Client, id: &str) -> Call<Unsubscribe> {
    Call::new(client, Unsubscribe { talk_id: id.into() })
}

pub fn echo(client: &Client, text: &str) -> Call<Echo> {
    Call::new(client, Echo { text: text.into(), data: text.into() })
}

pub fn data(id: &str, text: &str) -> TalkEvent {
    TalkEvent::Data(TalkData { talk_id: id.into(), data: text.into() })
}

pub fn exit(id: &str) -> TalkEvent {
    TalkEvent::Exit(TalkExit { talk_id: id.into(), reason: "done".into() })
}
