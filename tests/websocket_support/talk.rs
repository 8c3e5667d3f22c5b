//! Two services as the generator would write them: `Talk`, to which one can subscribe, and `Lone`, which tells its
//! events to whoever started it and to nobody else.

use decthings::runtime::{
    ApiError, BlobRule, Channel, EventError, EventKind, EventSet, IdSource, Method, Operation, RawEvent, Route,
    Subscribes,
};
use decthings::{Blob, Call, Client};
use serde::{Deserialize, Serialize};

macro_rules! operation {
    ($request:ident, $result:ident, $method:expr) => {
        impl Operation for $request {
            type Output = $result;
            type Error = ApiError;
            type Answer = $result;
            const METHOD: &'static Method = &$method;
        }
    };
}

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

const DATA: &[BlobRule] = &[BlobRule::bytes("data")];

operation!(
    Launch,
    Launched,
    Method::new("Talk", "launch")
        .route(Route::WebSocketUnless { param: "subscribeToEvents", equals: false })
        .opens(IdSource::Result("talkId"))
);
operation!(
    Subscribe,
    Nothing,
    Method::new("Talk", "subscribe").route(Route::WebSocket).opens(IdSource::Params("talkId"))
);
operation!(
    Unsubscribe,
    Nothing,
    Method::new("Talk", "unsubscribe").route(Route::OpenWebSocketElse { error: "not_subscribed" }).closes("talkId")
);
operation!(Echo, Echo, Method::new("Talk", "echo").route(Route::WebSocket).request_blobs(DATA).response_blobs(DATA));
operation!(
    StartLone,
    LoneStarted,
    Method::new("Lone", "start").route(Route::WebSocket).opens(IdSource::Result("loneId"))
);
operation!(SayToLone, Nothing, Method::new("Lone", "say").route(Route::OpenWebSocketElse { error: "lone_not_found" }));

macro_rules! events {
    ($set:ident, $data:ident, $exit:ident, $id:ident, $channel:expr) => {
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
                    Self::Data(params) => RawEvent::of::<Self>("data", params),
                    Self::Exit(params) => RawEvent::of::<Self>("exit", params),
                    Self::Unrecognized(event) => Ok(event.clone()),
                }
            }
        }
    };
}

const EVENTS: &[EventKind] = &[EventKind::new("data").blobs(DATA), EventKind::new("exit").ends()];

events!(
    TalkEvent,
    TalkData,
    TalkExit,
    talk_id,
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
    LoneExit,
    lone_id,
    Channel { service: "Lone", id: "loneId", subscribe: None, unsubscribe: None, events: EVENTS }
);

impl Subscribes for Launch {
    type Events = TalkEvent;
    const ID: IdSource = IdSource::Result("talkId");
}

impl Subscribes for Subscribe {
    type Events = TalkEvent;
    const ID: IdSource = IdSource::Params("talkId");
}

impl Subscribes for StartLone {
    type Events = LoneEvent;
    const ID: IdSource = IdSource::Result("loneId");
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
