//! Bodies of HTTP responses: `Service.method`, and the body.

use bytes::Bytes;
use decthings::Error;
use decthings::runtime::DynamicOperation;
use decthings_tests::Dice;

use super::{MAX_FRAME, check_text};
use crate::Target;
use crate::input::{base64, cases, hex, join, split, text, vectors};
use crate::limits::{PER_BYTE_AS_JSON, within};
use crate::mutate::frame::{Layout, frame};

pub const TARGET: Target = Target { name: "responses", max_len: MAX_FRAME, seeds, mutate, run };

fn seeds() -> Vec<Vec<u8>> {
    let recorded = cases("responses.jsonl").into_iter().map(|case| {
        let name = format!("{}.{}", text(&case, "api"), text(&case, "method"));
        join(&name, &base64(text(&case, "frame_b64")))
    });
    let golden = vectors("responses.json").into_iter().map(|vector| {
        let name = format!("{}.{}", text(&vector, "service"), text(&vector, "method"));
        join(&name, &hex(&vector))
    });
    recorded.chain(golden).collect()
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (name, body) = split(input)?;
    Some(join(name, &frame(body, Layout::Response, dice)?))
}

/// The method of a name.
pub fn operation(name: &str) -> Option<&'static DynamicOperation> {
    let (service, method) = name.split_once('.')?;
    decthings::api::dynamic::operation(service, method).ok()
}

fn run(input: &[u8]) {
    let Some((operation, body)) = split(input).and_then(|(name, body)| Some((operation(name)?, body))) else { return };
    let body = Bytes::copy_from_slice(body);
    let result = within(body.len(), PER_BYTE_AS_JSON, || operation.decode_response(body.clone()));
    match result {
        Ok(result) => match operation.encode_result(result.clone()) {
            Ok(frame) => {
                let again = operation.decode_response(frame.to_bytes()).expect("a result that was encoded is decoded");
                assert_eq!(again, result);
            }
            Err(error) => check_text(&error.to_string()),
        },
        Err(error) => {
            assert!(matches!(error, Error::Decode { .. } | Error::Api { .. }), "{error:?}");
            check_text(&error.to_string());
        }
    }
}
