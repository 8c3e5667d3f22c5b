//! Adversarial frames: many small values in every place that a frame has.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use decthings::api::model::{GetModelsRequest, ModelService};
use decthings::api::terminal::TerminalEvent;
use decthings::runtime::{BoxFuture, PlainJson, Transport, TransportError, TransportRequest, TransportResponse};
use decthings::{Client, Error, RawEvent, Router, Tensor};
use decthings_tests::codec::{join_request, join_response, request_message, varint};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{PATIENCE, Temporary};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::within_bound;

/// The number of small values, just more than a vector has space for that has doubled its capacity.
const COUNT: usize = (1 << 16) + 1;

/// Responds with a frame.
#[derive(Clone, Default)]
struct Respond(Arc<Mutex<Bytes>>);

impl Transport for Respond {
    fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let body = self.0.lock().unwrap().clone();
        Box::pin(std::future::ready(Ok(TransportResponse::new(StatusCode::OK, body))))
    }
}

/// A client, and what responds to it.
struct Responding {
    client: Client,
    respond: Respond,
}

impl Responding {
    fn new() -> Self {
        let respond = Respond::default();
        let client = Client::builder().transport(respond.clone()).timeout(PATIENCE).build().unwrap();
        Self { client, respond }
    }

    /// Checks a call that gets this JSON, followed by blobs with their lengths; returns the error if there is one.
    async fn check<T, E>(
        &self,
        json: &str,
        blobs: &[u8],
        call: impl AsyncFn(&Client) -> Result<T, Error<E>>,
    ) -> Option<String>
    where
        Error<E>: std::fmt::Display,
    {
        let frame = [join_response::<&[u8]>(json, &[]).as_slice(), blobs].concat();
        let len = frame.len();
        *self.respond.0.lock().unwrap() = frame.into();
        let name = &json[..json.len().min(100)];
        within_bound(name, len, call(&self.client)).await.err().map(|error| error.to_string())
    }
}

/// A list of equal items.
fn list(item: &str) -> String {
    format!("[{}]", vec![item; COUNT].join(","))
}

/// Blobs of the same bytes.
fn blobs(bytes: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    varint(bytes.len(), &mut blob);
    blob.extend(bytes);
    blob.repeat(COUNT)
}

/// A blob of the same bytes many times.
fn blob(bytes: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    varint(bytes.len() * COUNT, &mut blob);
    blob.extend(bytes.repeat(COUNT));
    blob
}

/// Values of a few bytes.
const SMALL: [&str; 12] = [
    "0",
    "null",
    "\"\"",
    "[]",
    "{}",
    "[0]",
    "[[]]",
    r#"{"":0}"#,
    r#"{"a":{"a":{}}}"#,
    "[[[[[[[[[]]]]]]]]]",
    r#""\u0000""#,
    r#"{"a":"","b":[],"c":0}"#,
];

/// Tensors of a few bytes: without elements, of one element, of many dimensions, of lengths that are longer than needed.
const TENSORS: [&[u8]; 5] =
    [&[1, 1, 0], &[7, 0, 7], &[7, 4, 0, 0, 0, 0], &[12, 0, 1, 0], &[12, 0, 9, 255, 0, 0, 0, 0, 0, 0, 0, 0]];

pub async fn every_frame_stays_within_the_bound() {
    let responding = Responding::new();
    blob_rules(&responding).await;
    json_of_responses(&responding).await;
    blobs_in_files().await;
    requests().await;
    events().await;
}

async fn blob_rules(responding: &Responding) {
    let entries = async |client: &Client| client.dataset().get_entries("d", vec![1]).await;
    let reviewed = async |client: &Client| client.dataset().get_needs_review_entries("d", vec![1]).await;
    let state = async |client: &Client| client.model().get_model_state("m").await;
    let evaluate = async |client: &Client| client.debug().call_evaluate("d", "i", []).await;
    let (zeros, names) = (list("0"), list("\"\""));
    for tensor in TENSORS {
        assert!(Tensor::decode(Bytes::from_static(tensor)).is_ok(), "{tensor:?}");
        let one = blobs(tensor);
        let json = format!(r#"{{"result":{{"keys":["a"],"indexes":{zeros}}}}}"#);
        assert_eq!(responding.check(&json, &one, entries).await, None);
        assert_eq!(responding.check(&json, &one, reviewed).await, None);
        let json = format!(r#"{{"result":{{"keys":{names},"indexes":[0]}}}}"#);
        responding.check(&json, &one, entries).await;
        responding.check(&json, &one, reviewed).await;
        let json = r#"{"result":{"output":[{"name":"a"}]}}"#;
        assert_eq!(responding.check(json, &blob(tensor), evaluate).await, None);
    }
    for (json, blobs) in [
        (format!(r#"{{"result":{{"keys":[],"indexes":{zeros}}}}}"#), vec![]),
        (format!(r#"{{"result":{{"indexes":{zeros}}}}}"#), vec![]),
        (format!(r#"{{"result":{{"keys":{names},"indexes":[]}}}}"#), vec![]),
        (format!(r#"{{"result":{{"keys":{names}}}}}"#), vec![]),
        (r#"{"result":{"keys":[""],"indexes":[0]}}"#.to_owned(), blobs(&[])),
    ] {
        responding.check(&json, &blobs, entries).await;
        responding.check(&json, &blobs, reviewed).await;
    }
    let json = format!(r#"{{"result":{{"stateKeyNames":{names}}}}}"#);
    responding.check(&json, &blobs(&[]), state).await;
    responding.check(&json, &blobs(&[0]), state).await;
    responding.check(r#"{"result":{"stateKeyNames":[]}}"#, &blobs(&[]), state).await;
    let parameters = list(r#"{"name":""}"#);
    let json = format!(r#"{{"result":{{"output":{parameters}}}}}"#);
    assert_eq!(responding.check(&json, &blobs(&[]), evaluate).await, None);
}

async fn json_of_responses(responding: &Responding) {
    let state = async |client: &Client| client.model().get_model_state("m").await;
    let models = async |client: &Client| client.model().get_models().await;
    let owner = |members: &str| format!(r#"{{"result":{{"models":[{{"id":"","owner":{{{members}}}}}]}}}}"#);
    for item in SMALL {
        let items = list(item);
        responding.check(&format!(r#"{{"error":{{"code":"c","more":{items}}}}}"#), &[], state).await;
        responding.check(&format!(r#"{{"error":{{"code":"model_not_found","more":{items}}}}}"#), &[], state).await;
        responding.check(&format!(r#"{{"result":{{"stateKeyNames":{items}}}}}"#), &[], state).await;
        responding.check(&format!(r#"{{"result":{{"models":{items}}}}}"#), &[], models).await;
        responding.check(&format!(r#"{{"result":{items}}}"#), &[], models).await;
        responding.check(&items, &[], models).await;
        let unknown = format!(r#"{{"result":{{"stateKeyNames":[],"more":{items}}},"more":{items}}}"#);
        assert_eq!(responding.check(&unknown, &[], state).await, None);
        // Members of a union: of an unknown variant, and before the tag of a known one.
        responding.check(&owner(&format!(r#""type":"unknown","more":{items}"#)), &[], models).await;
        responding.check(&owner(&format!(r#""more":{items},"type":"user""#)), &[], models).await;
        responding.check(&owner(&format!(r#""more":{items}"#)), &[], models).await;
    }
    let keys: String = (0..COUNT).map(|key| format!(r#","{key:x}":0"#)).collect();
    responding.check(&format!(r#"{{"error":{{"code":"c"{keys}}}}}"#), &[], state).await;
    responding.check(&owner(&format!(r#""type":"unknown"{keys}"#)), &[], models).await;
    responding.check(&owner(&format!(r#""a":0{keys},"type":"user""#)), &[], models).await;
    let unions = vec![r#"{"type":""}"#; COUNT].join(r#"},{"id":"","name":"","owner":"#);
    responding.check(&format!(r#"{{"result":{{"models":[{{"owner":{unions}}}]}}}}"#), &[], models).await;
    let escapes = r"\u0000".repeat(COUNT);
    responding.check(&format!(r#"{{"error":{{"code":"c","message":"{escapes}"}}}}"#), &[], state).await;
    responding.check(&format!(r#"{{"error":{{"code":"{escapes}"}}}}"#), &[], state).await;
    responding.check(&format!(r#"{{"error":{{"code":"c","{escapes}":0}}}}"#), &[], state).await;
}

/// Every file takes memory, too, and its name in the folder.
async fn blobs_in_files() {
    let json = format!(r#"{{"result":{{"stateKeyNames":{}}}}}"#, list("\"\""));
    for bytes in [&[][..], &[7]] {
        let frame = [join_response::<&[u8]>(&json, &[]), blobs(bytes)].concat();
        let len = frame.len();
        let server = Server::always(Reply::Respond(ok(&frame))).await;
        let client = Client::builder().http_url(server.url()).timeout(PATIENCE).build().unwrap();
        drop(frame);
        let folder = Temporary::new();
        let call = client.model().get_model_state("m").blobs_to_files(folder.path());
        let error = within_bound("files", len, call.send()).await.unwrap_err();
        assert!(error.to_string().contains("decoding needs more than"), "{error}");
        assert_eq!(folder.names(), [""; 0]);
    }
}

struct Nothing;

impl ModelService for Nothing {}

async fn requests() {
    let router = Router::new().model(Arc::new(Nothing));
    let connection = router.connect();
    let (names, unknown) = (list("\"\""), "x".repeat(COUNT));
    for items in SMALL.map(list) {
        for params in [
            format!(r#"{{"ids":{items}}}"#),
            format!(r#"{{"ids":{names},"more":{items}}}"#),
            format!(r#"{{"modelId":"m","params":{items}}}"#),
            format!(r#"{{"modelId":"m","params":[{{"name":"","data":{items}}}]}}"#),
            items.clone(),
        ] {
            for method in ["getModels", "train"] {
                let body = Bytes::from(join_request::<&[u8]>(&params, &[]));
                within_bound(method, body.len(), router.handle("Model", method, body.clone())).await;
                let message = format!(r#"{{"api":"Model","method":"{method}","params":{params}}}"#);
                let message = Bytes::from(request_message(1, message, &[]));
                within_bound(method, message.len(), connection.handle(message.clone())).await;
            }
        }
        let message = Bytes::from(request_message(1, &items, &[]));
        within_bound("a list", message.len(), connection.handle(message.clone())).await;
    }
    for message in [
        format!(r#"{{"api":"{unknown}","method":"train"}}"#),
        format!(r#"{{"api":"Model","method":"{unknown}","params":{{}}}}"#),
        format!(r#"{{"api":"Model","method":"train","apiKey":"{unknown}"}}"#),
    ] {
        let message = Bytes::from(request_message(1, message, &[]));
        within_bound("unknown names", message.len(), connection.handle(message.clone())).await;
    }
    let tensors = blob(&[7, 0, 7]);
    let json = r#"{"modelId":"m","params":[{"name":"a"}]}"#;
    let body = Bytes::from(join_request(json, &[&tensors[5..]]));
    within_bound("tensors", body.len(), router.handle("Model", "evaluate", body.clone())).await;
}

/// JSON as it is.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Text(Box<RawValue>);

impl PlainJson for Text {}

async fn events() {
    for items in SMALL.map(list) {
        let params = Text(RawValue::from_string(format!(r#"{{"terminalSessionId":"t","more":{items}}}"#)).unwrap());
        let event = RawEvent::of::<TerminalEvent>("exit", "t", &params).unwrap();
        let len = params.0.get().len();
        let _ = within_bound("an event as JSON", len, async { event.json() }).await;
        let _ = within_bound("an event", len, async { event.params::<GetModelsRequest>() }).await;
        within_bound("an event as text", len, async { format!("{event:?}") }).await;
    }
}

/// The JSON of a result contains its tensors, and needs more memory than 32 times the frame. So its size is limited.
pub async fn results_as_json_are_limited() {
    let params = || json!({"datasetId": "d", "entries": [1]});
    let tensor = Tensor::from(vec![200u8; 1000]).to_bytes();
    let frame = join_response(r#"{"result":{"keys":["a"],"indexes":[0]}}"#, &[&tensor]);
    let respond = Respond::default();
    *respond.0.lock().unwrap() = frame.into();
    let client = |most| Client::builder().transport(respond.clone()).max_json_bytes(most).build().unwrap();
    assert!(client(4096).call_json("Dataset", "getEntries", params()).await.is_ok());
    let client = client(4000);
    assert!(client.dataset().get_entries("d", vec![0]).await.is_ok());
    let error = client.call_json("Dataset", "getEntries", params()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("may have 4000") && text.contains("max_json_bytes"), "{text}");
}
