//! Written frames, which are compared in parts.

use std::fmt;

use decthings_tests::codec::{join_request, split_request};
use serde_json::{Map, Value};

use crate::values::{hex, is_same};

/// The parts of a written request.
#[derive(Debug)]
pub struct FrameOf {
    /// The id of a message on the WebSocket; `None` for the body of an HTTP request.
    pub id: Option<u32>,
    /// The JSON.
    pub json: Value,
    /// The blobs, in order.
    pub blobs: Vec<Vec<u8>>,
}

impl FrameOf {
    /// Compares it with a frame: blobs byte for byte, and JSON by value.
    pub fn compare(&self, frame: &[u8]) -> Result<(), String> {
        let body = match self.id {
            None => frame,
            Some(id) => match frame.split_first_chunk() {
                Some((written, body)) if *written == id.to_be_bytes() => body,
                _ => return Err(format!("the id is not {id}")),
            },
        };
        let (json, blobs) = split_request(body)?;
        let text = std::str::from_utf8(json).map_err(|_| "the JSON is not UTF-8")?;
        let value: Map<String, Value> = serde_json::from_str(text).map_err(|error| format!("the JSON: {error}"))?;
        if join_request(text, &blobs) != body {
            return Err("a length is longer than needed".to_owned());
        }
        if !is_same(&self.json, &Value::from(value)) {
            return Err(format!("the JSON is {text}"));
        }
        if self.blobs != blobs {
            return Err(format!("the blobs are {}", list(&blobs)));
        }
        Ok(())
    }
}

impl fmt::Display for FrameOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.id {
            write!(f, "id {id}, ")?;
        }
        write!(f, "JSON {}, blobs {}", self.json, list(&self.blobs))
    }
}

fn list(blobs: &[Vec<u8>]) -> String {
    format!("[{}]", blobs.iter().map(|blob| hex(blob)).collect::<Vec<_>>().join(", "))
}
