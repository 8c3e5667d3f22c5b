//! A recorded call: one line of JSON.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::runtime::error::Failure;
use crate::runtime::text::excerpt;
use crate::runtime::transport;
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, ResponseFrame};

/// A shorter value may be an ordinary word, and is not masked.
const MIN_SECRET_LEN: usize = 8;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RecordedCall {
    pub(super) service: String,
    pub(super) method: String,
    pub(super) request: RecordedFrame,
    pub(super) status: u16,
    #[serde(alias = "answer")]
    pub(super) response: RecordedFrame,
}

/// The JSON and the blobs of a frame; only `raw` if the body is not a frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct RecordedFrame {
    #[serde(skip_serializing_if = "Value::is_null")]
    json: Value,
    /// In base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blobs: Vec<String>,
    /// In base64.
    #[serde(skip_serializing_if = "String::is_empty")]
    raw: String,
}

impl RecordedFrame {
    pub(super) fn of_request(body: Bytes) -> Self {
        Self::new(&body, IncomingFrame::read(&body).map(|frame| (frame.json, frame.blobs)))
    }

    pub(super) fn of_response(body: Bytes) -> Self {
        Self::new(&body, wire::split_response(body.clone()))
    }

    /// A frame whose JSON is valid, or else an empty one.
    pub(super) fn of_parts(json: &[u8], blobs: &[Bytes]) -> Self {
        let json = serde_json::from_slice(json).unwrap_or_default();
        Self { json, blobs: blobs.iter().map(|blob| STANDARD.encode(blob)).collect(), raw: String::new() }
    }

    fn new(body: &[u8], parts: Result<(Bytes, Vec<Bytes>), Failure>) -> Self {
        let frame = parts.map(|(json, blobs)| Self::of_parts(&json, &blobs)).unwrap_or_default();
        if frame.json.is_null() { Self { raw: STANDARD.encode(body), ..Self::default() } } else { frame }
    }

    /// The body of the response.
    pub(super) fn to_response(&self) -> Result<Bytes, Failure> {
        if self.json.is_null() {
            return decode(&self.raw);
        }
        let blobs = self.blobs.iter().map(|blob| decode(blob)).collect::<Result<Vec<_>, _>>()?;
        Ok(ResponseFrame::of_parts(&self.json.to_string().into(), &blobs).to_bytes())
    }
}

/// `{"modelId":"m"} and the blobs AQID, BA==`
impl fmt::Display for RecordedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&excerpt(&self.json.to_string()))?;
        if !self.blobs.is_empty() {
            write!(f, " and the blobs {}", excerpt(&self.blobs.join(", ")))?;
        }
        Ok(())
    }
}

fn decode(text: &str) -> Result<Bytes, Failure> {
    let bytes = STANDARD.decode(text);
    bytes.map(Bytes::from).map_err(|error| Failure::invalid("", format!("invalid base64 in the cassette: {error}")))
}

/// The values of headers to mask.
pub(super) fn secrets(headers: &HeaderMap) -> Vec<Vec<u8>> {
    transport::secrets(headers).filter(|secret| secret.len() >= MIN_SECRET_LEN).map(<[u8]>::to_vec).collect()
}

/// Replaces each byte of the secrets by an asterisk, so that lengths stay.
pub(super) fn masked(body: Bytes, secrets: &[Vec<u8>]) -> Bytes {
    let find = |bytes: &[u8], secret: &[u8]| bytes.windows(secret.len()).position(|window| window == secret);
    if !secrets.iter().any(|secret| find(&body, secret).is_some()) {
        return body;
    }
    let mut bytes = body.to_vec();
    for secret in secrets {
        let mut rest = &mut *bytes;
        while let Some(at) = find(rest, secret) {
            let (found, after) = rest.split_at_mut(at.saturating_add(secret.len()));
            if let Some(found) = found.get_mut(at..) {
                found.fill(b'*');
            }
            rest = after;
        }
    }
    bytes.into()
}
