//! Bodies of HTTP requests: `Service.method`, and the body, which a router reads.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::dataset::DatasetService;
use decthings::api::debug::DebugService;
use decthings::api::fs::FsService;
use decthings::api::image::ImageService;
use decthings::api::language::LanguageService;
use decthings::api::model::ModelService;
use decthings::api::organization::OrganizationService;
use decthings::api::persistent_launcher::PersistentLauncherService;
use decthings::api::spawned::SpawnedService;
use decthings::api::terminal::TerminalService;
use decthings::api::user::UserService;
use decthings::{Error, Router};
use decthings_tests::Dice;
use decthings_tests::codec::{join_request, split_response};
use serde_json::Value;

use super::responses::operation;
use super::{MAX_FRAME, check_text};
use crate::Target;
use crate::input::{base64, cases, hex, join, split, text, vectors};
use crate::limits::{PER_BYTE, PER_BYTE_AS_JSON, within};
use crate::mutate::frame::{Layout, frame};

pub const TARGET: Target = Target { name: "requests", max_len: MAX_FRAME, seeds, mutate, run };

fn seeds() -> Vec<Vec<u8>> {
    let recorded = cases("requests.jsonl").into_iter().map(|case| {
        let name = format!("{}.{}", text(&case, "api"), text(&case, "method"));
        join(&name, &recorded_body(&case))
    });
    let golden = vectors("requests.json").into_iter().map(|vector| {
        let name = format!("{}.{}", text(&vector, "service"), text(&vector, "method"));
        join(&name, &hex(&vector))
    });
    recorded.chain(golden).collect()
}

/// The body of a recorded request.
pub fn recorded_body(case: &Value) -> Vec<u8> {
    let blobs = case["wire_blobs_b64"].as_array().into_iter().flatten();
    let blobs: Vec<Vec<u8>> = blobs.map(|blob| base64(blob.as_str().unwrap_or_default())).collect();
    join_request(&case["wire_json"].to_string(), &blobs)
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (name, body) = split(input)?;
    Some(join(name, &frame(body, Layout::Request, dice)?))
}

fn run(input: &[u8]) {
    let Some((name, operation, body)) = split(input).and_then(|(name, body)| Some((name, operation(name)?, body)))
    else {
        return;
    };
    let body = Bytes::copy_from_slice(body);
    let (service, method) = name.split_once('.').expect("the name is that of a method");
    let router = router();
    let response = within(body.len(), PER_BYTE, || super::wait(router.handle(service, method, body.clone())));
    check_rejected(&response.to_bytes());
    match within(body.len(), PER_BYTE_AS_JSON, || operation.decode_request(body.clone())) {
        Ok(params) => match operation.encode_request(params.clone()) {
            Ok(frame) => {
                let again = operation.decode_request(frame.to_bytes()).expect("a request that was encoded is decoded");
                assert_eq!(sorted(again), sorted(params));
            }
            Err(error) => check_text(&error.to_string()),
        },
        Err(error) => {
            assert!(matches!(error, Error::Decode { .. }), "{error:?}");
            check_text(&error.to_string());
        }
    }
}

/// The parameters with the columns of entries in one order: a request is written with their names sorted, and may be
/// read with names in any order.
fn sorted(mut params: Value) -> Value {
    if let Some(columns) = params.get_mut("keys").and_then(Value::as_array_mut) {
        columns.sort_by(|a, b| a["key"].as_str().cmp(&b["key"].as_str()));
    }
    params
}

/// Panics if a response is not an error with a message.
pub fn check_rejected(response: &[u8]) {
    let (json, blobs) = split_response(response).expect("a response is a frame");
    assert!(blobs.is_empty());
    let json: Value = serde_json::from_slice(json).expect("a response has JSON");
    assert!(json["error"]["code"].is_string(), "{json}");
    if let Some(message) = json["error"]["message"].as_str() {
        check_text(message);
    }
}

/// A service of which no method is implemented.
struct Nothing;

macro_rules! nothing {
    ($($service:ident),*) => { $(impl $service for Nothing {})* };
}

nothing!(
    DatasetService,
    DebugService,
    FsService,
    ImageService,
    LanguageService,
    ModelService,
    OrganizationService,
    PersistentLauncherService,
    SpawnedService,
    TerminalService,
    UserService
);

/// A router of all services, which rejects every request once it has read it.
pub fn router() -> Router {
    let nothing = || Arc::new(Nothing);
    let router = Router::new().dataset(nothing()).debug(nothing()).fs(nothing()).image(nothing()).language(nothing());
    let router = router.model(nothing()).organization(nothing()).persistent_launcher(nothing()).spawned(nothing());
    router.terminal(nothing()).user(nothing())
}
