//! The revision with weights: golden frames of the methods that the first revision lacks or has in another form.

use std::collections::BTreeSet;

use decthings::runtime::{DynamicOperation, TransportKind};
use decthings_tests::Dice;
use decthings_tests::codec::sample::{self, Choices};
use decthings_tests::codec::{Codec, join_request};
use serde_json::{Map, Value, json};

use crate::build::{accepted, accepted_bytes};
use crate::calls::call;
use crate::requests::vector;

/// How many random values of each method there are, beside one with as little as possible.
const SAMPLES: usize = 3;

fn codec() -> Codec {
    Codec::new(include_str!("../../../../schema/weights.json"))
}

/// The methods of this revision, which are not those of the first one under another path.
fn operations() -> impl Iterator<Item = &'static DynamicOperation> {
    decthings::weights::dynamic::methods().filter(|operation| operation.method().revision.is_some())
}

/// Values of a method, named by how they were made.
fn values(seed: u64, mut value: impl FnMut(&mut Choices<'_>) -> Value) -> Vec<(String, Value)> {
    let mut dice = Dice::new(seed);
    let mut values = vec![("least".to_owned(), value(&mut Choices::new(&[])))];
    for number in 1..=SAMPLES {
        let choices: Vec<u32> = (0..160).map(|_| dice.roll(1 << 16) as u32).collect();
        let value = value(&mut Choices::new(&choices));
        if !has_rounded_float(&value) && values.iter().all(|(_, other)| *other != value) {
            values.push((format!("sample {number}"), value));
        }
    }
    values
}

/// Whether there is a number that clients may read as the nearest one of 32 or of 64 bits.
fn has_rounded_float(value: &Value) -> bool {
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64().is_some_and(|double| {
            let float = double as f32;
            f64::from(float) == double && float.to_string() != double.to_string()
        }),
        Value::Array(items) => items.iter().any(has_rounded_float),
        Value::Object(members) => members.values().any(has_rounded_float),
        _ => false,
    }
}

fn names(operation: &DynamicOperation) -> (&'static str, &'static str) {
    (operation.method().service, operation.method().name)
}

/// Requests of all methods that have one over HTTP, and the names of weights under each key that a client writes.
pub fn requests() -> Vec<Value> {
    let codec = codec();
    let mut vectors = Vec::new();
    for (seed, operation) in operations().filter(|operation| !is_on_socket(operation)).enumerate() {
        let (service, method) = names(operation);
        for (how, mut params) in values(seed as u64, |choices| sample::value(codec.params(service, method), choices)) {
            if let TransportKind::WebSocketUnless { param, equals } = operation.method().transport {
                params[param] = equals.into();
            }
            let body = codec.request(service, method, &params);
            vectors.push(vector(&format!("{service}.{method}, {how}"), (service, method), &params, &body, None));
        }
    }
    let (service, method) = ("Model", "createModelVersionUploadWeights");
    for key in ["stateKeyNames", "weightKeyNames"] {
        let json = json!({ "modelId": "m", "versionName": "v", key: ["layers"] });
        let body = join_request(&json.to_string(), &[b"abc"]);
        let hex = decthings_conformance::hex(&body);
        let name = format!("server: the names of weights are read from `{key}`");
        vectors.push(json!({ "name": name, "service": service, "method": method, "hex": hex }));
    }
    vectors
}

fn is_on_socket(operation: &DynamicOperation) -> bool {
    !matches!(operation.method().transport, TransportKind::Http | TransportKind::WebSocketUnless { .. })
}

/// Calls of the other methods.
pub fn calls() -> Vec<Value> {
    let codec = codec();
    let calls = operations().filter(|operation| is_on_socket(operation)).map(|operation| {
        let (service, method) = names(operation);
        let params = sample::value(codec.params(service, method), &mut Choices::new(&[1; 40]));
        call(&codec, &format!("{service}.{method}"), (0, None), &params)
    });
    calls.collect()
}

/// Responses over HTTP with a result, and with each error that has fields; one of those that have none.
pub fn responses() -> Vec<Value> {
    let codec = codec();
    let mut vectors = Vec::new();
    for (seed, operation) in operations().filter(|operation| !is_on_socket(operation)).enumerate() {
        let (service, method) = names(operation);
        let path = format!("{service}.{method}");
        for (how, result) in values(seed as u64, |choices| sample::value(codec.result(service, method), choices)) {
            let frame = codec.response(service, method, &result);
            let name = format!("{path}, {how}");
            vectors.push(accepted_bytes(&name, &path, &frame, json!({ "result": result })));
        }
        let mut codes = BTreeSet::new();
        let mut has_plain = false;
        for (code, _) in operation.errors() {
            let choices = &mut Choices::new(&[1; 40]);
            let fields = codec.error(code).map(|schema| sample::object(&schema.properties(), choices));
            if !codes.insert(code) || fields.is_none() && std::mem::replace(&mut has_plain, true) {
                continue;
            }
            let mut error = Map::from_iter([("code".to_owned(), Value::from(code))]);
            error.extend(fields.into_iter().filter_map(|fields| fields.as_object().cloned()).flatten());
            let body = json!({ "error": error });
            vectors.push(accepted(&format!("{path}, {code}"), &path, (&body.to_string(), &[]), body.clone()));
        }
    }
    for key in ["weightKeyNames", "stateKeyNames"] {
        let json = json!({ "result": { key: ["layers"] } }).to_string();
        let value = json!({ "result": { "data": [{ "key": "layers", "data": { "$bytes": "YWJj" } }] } });
        let name = format!("the names of weights are read from `{key}`");
        vectors.push(accepted(&name, "Model.getWeights", (&json, &[b"abc"]), value));
    }
    vectors
}
