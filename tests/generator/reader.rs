//! The schema for readers: it accepts every recorded response and event that a reader has to accept, and rejects what
//! has another form.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use decthings_tests::codec::split_response;
use decthings_tests::repository;
use jsonschema::Validator;
use serde_json::{Value, json};

const RESPONSES: &str = include_str!("../data/cases/responses.jsonl");
const EVENTS: &str = include_str!("../data/cases/events.jsonl");

/// Cases that have to be rejected for what JSON Schema does not see: how a number is spelled, and a name that is only
/// special to JavaScript.
const UNSEEN: [&str; 5] = [
    "bad_json_number_1.0_for_int",
    "bad_json_number_1e0_for_int",
    "bad_json_number_minus_zero",
    "bad_json_duplicate_result",
    "bad_json_proto_key",
];

fn document(name: &str) -> Value {
    let path = repository("schema/export/decthings").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Validators of the entries of the schema, each made once.
struct Schemas {
    definitions: Value,
    made: BTreeMap<String, Validator>,
}

impl Schemas {
    fn new() -> Self {
        Self { definitions: document("decthings.reader.schema.json")["$defs"].clone(), made: BTreeMap::new() }
    }

    /// Why a value is not what a reference to an entry of another document says.
    fn check(&mut self, reference: &Value, value: &Value) -> Result<(), String> {
        let name = reference["$ref"].as_str().and_then(|text| text.rsplit('/').next()).unwrap();
        let validator = self.made.entry(name.to_owned()).or_insert_with(|| {
            assert!(self.definitions.get(name).is_some(), "no entry {name}");
            let schema = json!({"$ref": format!("#/$defs/{name}"), "$defs": self.definitions});
            jsonschema::draft202012::new(&schema).unwrap()
        });
        validator.validate(value).map_err(|error| format!("{name}: {error}"))
    }
}

/// The JSON of a frame, if it is one.
fn json_of(frame: &[u8]) -> Option<Value> {
    serde_json::from_slice(split_response(frame).ok()?.0).ok()
}

fn cases(text: &str) -> impl Iterator<Item = (Value, Vec<u8>)> {
    text.lines().filter_map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        let frame = STANDARD.decode(case["frame_b64"].as_str()?).unwrap();
        Some((case, frame))
    })
}

#[test]
fn recorded_responses_are_accepted_and_mistyped_ones_are_not() {
    let (open, mut schemas) = (document("openapi.json"), Schemas::new());
    let (mut accepted, mut rejected) = (0, 0);
    for (case, frame) in cases(RESPONSES) {
        let body = if case["transport"] == "ws" { frame.get(5..).unwrap_or_default() } else { &frame };
        let (service, method) = (case["api"].as_str().unwrap(), case["method"].as_str().unwrap());
        let reference = &open["paths"][format!("/{service}/{method}")]["post"]["x-frame"]["response"]["json"];
        let name = case["case"].as_str().unwrap();
        let Some(json) = json_of(body) else { continue };
        let outcome = schemas.check(reference, &json);
        match case["expect"].as_str() {
            None | Some("ok" | "api-error" | "api-error-with-this-code-and-payload-kept") => {
                assert_eq!(outcome, Ok(()), "{service}.{method} {name}: {json}");
                accepted += 1;
            }
            // The others are wrong in their blobs.
            Some("decode-error") if name.starts_with("fc_missing") || name.starts_with("bad_json") => {
                assert!(outcome.is_err() || UNSEEN.contains(&name), "{service}.{method} {name}: {json}");
                rejected += usize::from(outcome.is_err());
            }
            Some(_) => {}
        }
    }
    assert!(accepted >= 1200 && rejected >= 80, "{accepted} accepted, {rejected} rejected");
}

#[test]
fn recorded_events_are_accepted() {
    let (socket, mut schemas) = (document("asyncapi.json"), Schemas::new());
    let mut accepted = 0;
    for (case, frame) in cases(EVENTS) {
        if !case["expect"].as_str().is_some_and(|expect| expect.contains("delivered")) {
            continue;
        }
        let (length, rest) = frame[1..].split_first().unwrap();
        let (service, body) = rest.split_at(usize::from(*length));
        let json = json_of(body).unwrap();
        let event = json["event"].as_str().unwrap();
        let message = format!("{}{}{}Event", str::from_utf8(service).unwrap(), event[..1].to_uppercase(), &event[1..]);
        // Events that the API may add have no schema.
        let Some(message) = socket["components"]["messages"].get(&message) else { continue };
        let outcome = schemas.check(&message["payload"]["properties"]["params"], &json["params"]);
        assert_eq!(outcome, Ok(()), "{case}");
        accepted += 1;
    }
    assert!(accepted >= 60, "{accepted} accepted");
}

#[test]
fn what_the_api_may_add_is_accepted_and_the_rest_is_not() {
    let source = decthings_codegen::Source::new(
        "definition.json",
        r#"{
          "title": "Shop", "description": "A shop.",
          "services": { "Shop": { "description": "Sells things.", "methods": { "buy": {
            "description": "Buys a thing.",
            "params": { "type": "object", "properties": {} },
            "result": { "type": "object", "properties": {
              "size": { "type": "string", "enum": ["small", "large"] },
              "state": { "oneOf": [
                { "type": "object", "properties": { "is": { "const": "sold" }, "at": { "type": "string" } }, "required": ["is", "at"] },
                { "type": "object", "properties": { "is": { "const": "lent" } }, "required": ["is"] }
              ] },
              "one": { "oneOf": [
                { "type": "object", "properties": { "left": { "type": "string", "aliases": ["links"] } }, "required": ["left"] },
                { "type": "object", "properties": { "right": { "type": "string" } }, "required": ["right"] }
              ] },
              "either": { "oneOf": [{ "title": "Name", "type": "string" }, { "title": "Known", "type": "boolean" }] },
              "count": { "type": "integer", "format": "uint32", "aliases": ["amount"] },
              "code": { "type": "string", "contentEncoding": "base64" },
              "tags": { "type": "array", "items": { "type": "string" }, "declared": { "as": "item", "why": "One fits." } }
            }, "required": ["count"] }
          } } } }
        }"#,
    );
    let api = decthings_codegen::load(&source).unwrap_or_else(|report| panic!("{report}"));
    let exports = decthings_codegen::exports(&api, "shop");
    let schema: Value = serde_json::from_str(&exports["shop.reader.schema.json"]).unwrap();
    let mut schemas = Schemas { definitions: schema["$defs"].clone(), made: BTreeMap::new() };
    let mut is_valid = |result: Value| {
        let reference = json!({"$ref": "#/$defs/ShopBuyResponse"});
        schemas.check(&reference, &json!({"result": result, "error": null})).is_ok()
    };
    let with = |member: &str, value: Value| json!({"count": 1, member: value});
    for (member, accepted, rejected) in [
        ("size", vec![json!("small"), json!("huge"), json!(null)], vec![json!(1)]),
        (
            "state",
            vec![
                json!({"is": "sold", "at": "noon", "to": 1}),
                json!({"is": "lent"}),
                json!({"is": "burnt"}),
                json!(null),
            ],
            vec![json!({"is": "sold"}), json!({}), json!({"is": 1}), json!("sold")],
        ),
        (
            "one",
            vec![json!({"left": "a"}), json!({"links": "a"}), json!({"left": null, "right": "a", "more": 1})],
            vec![json!({}), json!({"left": "a", "right": "a"}), json!({"left": "a", "links": "a"}), json!({"left": 1})],
        ),
        ("either", vec![json!("a"), json!(true), json!(null)], vec![json!(1), json!([])]),
        ("code", vec![json!("YWI="), json!(""), json!(null)], vec![json!("YWI"), json!("!!!!"), json!(1)]),
        ("tags", vec![json!(["a"]), json!("a"), json!(null)], vec![json!([1]), json!(1)]),
        ("new", vec![json!(null), json!({"a": [1]})], vec![]),
    ] {
        for value in accepted {
            assert!(is_valid(with(member, value.clone())), "{member}: {value}");
        }
        for value in rejected {
            assert!(!is_valid(with(member, value.clone())), "{member}: {value}");
        }
    }
    assert!(is_valid(json!({"amount": 1})));
    let counts =
        [json!({}), json!({"count": null}), json!({"count": 1, "amount": 1}), json!({"count": 4_294_967_296_u64})];
    for result in counts {
        assert!(!is_valid(result.clone()), "{result}");
    }
}
