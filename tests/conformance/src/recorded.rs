//! The cases that were recorded from real clients and servers: `tests/data/cases`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use decthings_tests::codec::{Codec, join_request, split_response};
use decthings_tests::repository;
use serde_json::{Map, Value, json};

use crate::case::{Case, Expected};
use crate::frame::FrameOf;
use crate::values::{hex, unbase64, with_elements};

const FOLDER: &str = "tests/data/cases";
const DEFINITION: &str = "schema/decthings.json";

/// Recorded cases that are left out, with the reason.
const LEFT_OUT: [(&str, &str); 4] = [
    ("apikey_empty", "a client may take an empty key for none"),
    ("bad_ws_error_unknown_code", "it expects a failure, other cases expect an unknown code to reach the caller"),
    ("tensor_boolean_raw_byte_2", "a list of booleans cannot say which byte a true one is"),
    ("bad_ws_text_frame_big", "its text is not UTF-8, so no WebSocket delivers it"),
];

/// The cases of all files.
///
/// # Errors
///
/// A file cannot be read.
pub fn cases() -> Result<Vec<Case>> {
    let definition = read(DEFINITION)?;
    let definition = Definition {
        codec: Codec::new(&definition),
        json: serde_json::from_str(&definition).context("the definition is not JSON")?,
    };
    let mut cases = Vec::new();
    for (file, cases_of) in [
        ("requests.jsonl", requests as fn(&Definition, &Recorded) -> Vec<Case>),
        ("responses.jsonl", responses),
        ("events.jsonl", events),
    ] {
        for line in read(&format!("{FOLDER}/{file}"))?.lines() {
            let json: Value = serde_json::from_str(line).with_context(|| format!("cannot read {file}"))?;
            if LEFT_OUT.iter().all(|(name, _)| json["case"] != *name) {
                cases.extend(cases_of(&definition, &Recorded { file, json: &json }));
            }
        }
    }
    Ok(cases)
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(repository(path)).with_context(|| format!("cannot read {path}"))
}

struct Definition {
    codec: Codec,
    json: Value,
}

impl Definition {
    /// Whether calls of a method need a socket that is open already, so that they are never its first.
    fn needs_open_socket(&self, service: &str, method: &str) -> bool {
        !self.json["services"][service]["methods"][method]["transport"]["openWebsocketElse"].is_null()
    }

    /// The names of properties by their aliases.
    fn aliases(&self) -> BTreeMap<&str, &str> {
        let mut aliases = BTreeMap::new();
        collect_aliases(&self.json, &mut aliases);
        aliases
    }
}

fn collect_aliases<'d>(json: &'d Value, aliases: &mut BTreeMap<&'d str, &'d str>) {
    match json {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            let spellings = member.get("aliases").and_then(Value::as_array).into_iter().flatten();
            aliases.extend(spellings.filter_map(|alias| Some((alias.as_str()?, name.as_str()))));
            collect_aliases(member, aliases);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect_aliases(item, aliases)),
        _ => {}
    }
}

fn with_names(value: &Value, aliases: &BTreeMap<&str, &str>) -> Value {
    match value {
        Value::Object(members) => {
            let name = |name: &String| aliases.get(name.as_str()).map_or(name.clone(), |name| (*name).to_owned());
            members.iter().map(|(key, value)| (name(key), with_names(value, aliases))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(|item| with_names(item, aliases)).collect(),
        other => other.clone(),
    }
}

struct Recorded<'c> {
    file: &'static str,
    json: &'c Value,
}

impl Recorded<'_> {
    fn text(&self, member: &str) -> &str {
        self.json[member].as_str().unwrap_or_default()
    }

    fn case(&self, operation: &str, members: Value, expected: Expected) -> Case {
        let method = if self.json.get("event").is_some() { "event" } else { "method" };
        let name = format!("{}.{} {}", self.text("api"), self.text(method), self.text("case"));
        Case::new(format!("recorded/{}", self.file), &name, operation, members, expected)
    }
}

fn requests(definition: &Definition, case: &Recorded) -> Vec<Case> {
    let (service, method) = (case.text("api"), case.text("method"));
    let params = with_elements(&case.json["params"]);
    let blobs = case.json["wire_blobs_b64"].as_array().into_iter().flatten();
    let blobs: Vec<Vec<u8>> = blobs.map(|blob| unbase64(blob.as_str().unwrap_or_default())).collect();
    let wire = &case.json["wire_json"];
    let members = json!({ "service": service, "method": method, "params": params });
    if case.text("transport") == "http" {
        let body = join_request(&wire.to_string(), &blobs);
        let read = definition.codec.read_request(service, method, &body).expect("a recorded request is read");
        let frame = FrameOf { id: None, json: wire.clone(), blobs };
        let body = json!({ "service": service, "method": method, "hex": hex(&body) });
        return vec![
            case.case("writeRequest", members, Expected::Frame(frame)),
            case.case("readRequest", body, Expected::Answer(json!({ "params": read }))),
        ];
    }
    // The definition has no such call on a WebSocket.
    if definition.json["services"][service]["methods"][method]["transport"].is_null() {
        return Vec::new();
    }
    let calls_before = case.json["setup"].as_array().map_or(0, Vec::len);
    let id = calls_before.max(definition.needs_open_socket(service, method).into());
    let mut json = json!({ "api": service, "method": method, "params": wire });
    let mut members = members;
    members["id"] = id.into();
    if let Some(key) = case.json["api_key"].as_str() {
        json["apiKey"] = key.into();
        members["apiKey"] = key.into();
    }
    vec![case.case("writeCall", members, Expected::Frame(FrameOf { id: u32::try_from(id).ok(), json, blobs }))]
}

fn responses(definition: &Definition, case: &Recorded) -> Vec<Case> {
    let (service, method) = (case.text("api"), case.text("method"));
    let Some(frame) = case.json["frame_b64"].as_str().map(unbase64) else { return Vec::new() };
    let is_http = case.text("transport") == "http";
    let body = if is_http { frame.as_slice() } else { frame.get(5..).unwrap_or_default() };
    let expect = &case.json["expect"];
    let mut value = expect.get("value").map(|value| with_names(&with_elements(value), &definition.aliases()));
    if expect == "api-error-with-this-code-and-payload-kept" {
        let json = split_response(body).ok().and_then(|(json, _)| serde_json::from_slice::<Value>(json).ok());
        value = Some(json!({ "error": json.expect("the response has JSON")["error"] }));
    }
    let id = frame.get(4).copied().filter(|id| *id <= 1).unwrap_or_default();
    let expected = match (expect.as_str().unwrap_or_default(), value) {
        (_, Some(value)) if is_http => Expected::Answer(json!({ "value": value })),
        (_, Some(value)) => Expected::Answer(json!({ "id": id, "value": value })),
        ("ok", _) => Expected::Result,
        ("api-error", _) => Expected::Error,
        ("decode-error", _) => Expected::Rejected,
        _ => Expected::Any,
    };
    if is_http {
        let members = json!({ "service": service, "method": method, "hex": hex(&frame) });
        return vec![case.case("readResponse", members, expected)];
    }
    // Recorded as the response to the first or second message of a socket.
    let calls = json!({ id.to_string(): format!("{service}.{method}") });
    vec![case.case("readMessage", json!({ "calls": calls, "hex": hex(&frame) }), expected)]
}

fn events(_: &Definition, case: &Recorded) -> Vec<Case> {
    let frame = unbase64(case.text("frame_b64"));
    let expected = match case.text("expect") {
        "delivered" => {
            let (service, event) = (case.text("api"), case.text("event"));
            Expected::Answer(json!({ "service": service, "event": event, "params": case.json["params"] }))
        }
        "unrecognized-or-delivered" => Expected::Event,
        _ => Expected::Any,
    };
    vec![case.case("readMessage", json!({ "calls": {}, "hex": hex(&frame) }), expected)]
}
