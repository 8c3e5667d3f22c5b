//! A recorded call: one line of JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::runtime::error::Failure;
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, ResponseFrame};

/// What is shorter is no secret, but may be a word.
const SECRET: usize = 8;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Track {
    pub(super) service: String,
    pub(super) method: String,
    pub(super) request: Parts,
    pub(super) status: u16,
    pub(super) answer: Parts,
}

/// A frame's parts, or bytes that are no frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Parts {
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) json: Value,
    /// In base64, as everything that may be no text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blobs: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) raw: String,
}

impl Parts {
    pub(super) fn of_request(body: Bytes) -> Self {
        match IncomingFrame::read(&body) {
            Ok(frame) => Self::new(&body, &frame.json, frame.blobs.into_iter()),
            Err(_) => Self::raw(&body),
        }
    }

    pub(super) fn of_answer(body: Bytes) -> Self {
        match wire::split_response(body.clone()) {
            Ok((json, blobs)) => Self::new(&body, &json, blobs.into_iter()),
            Err(_) => Self::raw(&body),
        }
    }

    fn new(body: &[u8], json: &[u8], blobs: impl Iterator<Item = Bytes>) -> Self {
        match serde_json::from_slice(json) {
            Ok(json) => Self { json, blobs: blobs.map(|blob| STANDARD.encode(blob)).collect(), raw: String::new() },
            Err(_) => Self::raw(body),
        }
    }

    fn raw(body: &[u8]) -> Self {
        Self { raw: STANDARD.encode(body), ..Self::default() }
    }

    /// The body of the answer.
    pub(super) fn to_answer(&self) -> Result<Bytes, Failure> {
        if self.json.is_null() {
            return decode(&self.raw);
        }
        let blobs = self.blobs.iter().map(|blob| decode(blob)).collect::<Result<Vec<_>, _>>()?;
        Ok(ResponseFrame::of_parts(&self.json.to_string().into(), &blobs).to_bytes())
    }
}

fn decode(text: &str) -> Result<Bytes, Failure> {
    let bytes = STANDARD.decode(text);
    bytes.map(Bytes::from).map_err(|error| Failure::invalid("", format!("the cassette is damaged: {error}")))
}

/// What must not be written down: the values of sensitive headers.
pub(super) fn secrets(headers: &HeaderMap) -> Vec<Vec<u8>> {
    let sensitive = headers.values().filter(|value| value.is_sensitive());
    // Behind the scheme, as in `Bearer …`.
    let bare = sensitive.filter_map(|value| value.as_bytes().rsplit(|byte| *byte == b' ').next());
    bare.filter(|secret| secret.len() >= SECRET).map(<[u8]>::to_vec).collect()
}

/// The same bytes with stars in place of secrets, so that lengths stay.
pub(super) fn masked(body: Bytes, secrets: &[Vec<u8>]) -> Bytes {
    let found = |secret: &Vec<u8>| body.windows(secret.len()).any(|window| window == secret);
    if !secrets.iter().any(found) {
        return body;
    }
    let mut bytes = body.to_vec();
    for secret in secrets {
        let mut from = 0;
        while let Some(rest) = bytes.get_mut(from..) {
            let Some(at) = rest.windows(secret.len()).position(|window| window == secret) else { break };
            let end = at.saturating_add(secret.len());
            if let Some(piece) = rest.get_mut(at..end) {
                piece.fill(b'*');
            }
            from = from.saturating_add(end);
        }
    }
    bytes.into()
}
