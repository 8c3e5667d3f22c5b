//! The binary frame around the JSON, in words and as metadata.

use serde_json::{Map, Value, json};

use crate::ir::blobs::{BlobKind, BlobRule};

/// How to read what follows.
pub(crate) const VARINT: &str = "A varint is one byte below 253, or 253, 254 or 255 followed by 2, 4 or 8 bytes, big-endian; writers use the shortest form.";

/// The body of an HTTP request.
pub(crate) const REQUEST: &str = "A frame: the number of blobs (one byte), the length of the JSON and that of each blob (varints), the JSON, the blobs.";

/// The body of an HTTP response.
pub(crate) const RESPONSE: &str = "A frame: the length of the JSON (varint), the JSON, then blob by blob to the end its length (varint) and its bytes. A failed call has a success status too: see `error` in the JSON.";

/// A response with another status.
pub(crate) const REJECTED: &str = "The request did not reach the API. The body is not a frame.";

/// A call on the WebSocket.
pub(crate) const SOCKET_CALL: &str = "A binary message: the id of the call (4 bytes, big-endian, counting up from 0 a connection), then a frame as in a request over HTTP.";

/// A response on the WebSocket.
pub(crate) const SOCKET_RESPONSE: &str = "A binary message: a byte 0, the id of the call (4 bytes, big-endian), then a frame as in a response over HTTP. Responses come in any order.";

/// An event.
pub(crate) const EVENT: &str = "A binary message: a byte 1, the length of the service's name (one byte), the name, then a frame as in a response over HTTP.";

/// The blobs of a frame, in their order.
pub(crate) fn blobs(rules: &[BlobRule]) -> Value {
    let blob = |rule: &BlobRule| {
        let mut members = Map::from_iter([("path".to_owned(), Value::from(rule.path.as_str()))]);
        members.extend(self::rule(&rule.kind).as_object().cloned().unwrap_or_default());
        members.insert("holds".to_owned(), holds(&rule.kind).into());
        Value::from(members)
    };
    rules.iter().map(blob).collect()
}

/// A rule by its name, and the members of the JSON and of the objects of callers that it concerns.
fn rule(kind: &BlobKind) -> Value {
    match kind {
        BlobKind::Bytes => json!({ "rule": "bytes" }),
        BlobKind::Tensor => json!({ "rule": "tensor" }),
        BlobKind::Tensors { name: None } => json!({ "rule": "tensors" }),
        BlobKind::Tensors { name: Some(name) } => json!({ "rule": "tensors", "uniqueName": name }),
        BlobKind::Keyed { names, aliases, at_root, key, data } => {
            let at = if *at_root { "root" } else { "beside" };
            let mut rule = json!({ "rule": "keyed", "names": names, "at": at, "key": key, "data": data });
            if let (Some(rule), false) = (rule.as_object_mut(), aliases.is_empty()) {
                rule.insert("aliases".to_owned(), aliases.as_slice().into());
            }
            rule
        }
        BlobKind::Entries { key, data } => json!({ "rule": "entries", "key": key, "data": data }),
        BlobKind::IndexedEntries { indexes, key, data, index, tensor } => json!({
            "rule": "indexedEntries",
            "indexes": indexes,
            "key": key,
            "data": data,
            "index": index,
            "tensor": tensor
        }),
    }
}

/// The same in a sentence; nothing when there are none.
pub(crate) fn sentence(side: &str, rules: &[BlobRule]) -> Option<String> {
    let texts: Vec<String> = rules.iter().map(|rule| format!("`{}`: {}", rule.path, holds(&rule.kind))).collect();
    (!texts.is_empty()).then(|| format!("Blobs of the {side}, in this order: {}.", texts.join("; ")))
}

pub(crate) fn holds(kind: &BlobKind) -> String {
    match kind {
        BlobKind::Bytes => "one blob of bytes".to_owned(),
        BlobKind::Tensor => "one blob, a tensor, for each place".to_owned(),
        BlobKind::Tensors { .. } => "one blob of tensors, back to back, for each place that has tensors".to_owned(),
        BlobKind::Keyed { names, .. } => format!("one blob of bytes for each of `{names}`"),
        BlobKind::Entries { .. } => "one blob, a tensor, for each key, entry by entry".to_owned(),
        BlobKind::IndexedEntries { indexes, .. } => {
            format!("one blob, a tensor, for each key, for each of `{indexes}`")
        }
    }
}
