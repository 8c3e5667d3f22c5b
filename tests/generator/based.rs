//! A definition that is built on another one: what is equal in both is not generated a second time.

use std::collections::BTreeSet;

use decthings_codegen::ir::Api;
use decthings_codegen::{Base, Files, Options, Source};
use decthings_tests::repository;
use serde_json::{Value, json};

/// The modules that declare the client and the services.
const ROOTS: [&str; 2] = ["mod.rs", "queue/mod.rs"];

/// What a change of a method that takes the name of a queue takes along: a subscription to that queue can call it.
const SUBSCRIPTIONS: [&str; 2] = ["queue/events.rs", "queue/watch.rs"];

fn definition() -> Value {
    serde_json::from_str(&std::fs::read_to_string(repository("tests/queue/queue.json")).unwrap()).unwrap()
}

fn load(definition: &Value) -> Api {
    let text = serde_json::to_string_pretty(definition).unwrap();
    decthings_codegen::load(&Source::new("queue.json", text)).unwrap_or_else(|report| panic!("{report}"))
}

/// The module of a definition that is built on the unchanged one.
fn changed(change: impl FnOnce(&mut Value)) -> Files {
    let mut definition = definition();
    let base = load(&definition);
    change(&mut definition);
    let options = Options { module: "next".into(), ..Options::default() };
    decthings_codegen::rust(&load(&definition), Some(&Base { api: &base, module: "api" }), &options).unwrap()
}

/// The files that declare types of their own, rather than what another module has.
fn own(files: &Files) -> BTreeSet<&str> {
    let declares = |text: &str| text.contains("pub struct ") || text.contains("pub enum ");
    files.iter().filter(|(_, text)| declares(text)).map(|(path, _)| path.as_str()).collect()
}

#[test]
fn of_an_equal_definition_only_the_roots_are_left() {
    let files = changed(|_| ());
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["dynamic/mod.rs", "errors.rs", "mod.rs", "schemas.rs", "services.md", "types/mod.rs"]);
    assert_eq!(own(&files), BTreeSet::from(["mod.rs"]));
    assert!(files["mod.rs"].contains("pub use crate::api::queue;"));
    assert!(files["mod.rs"].contains("pub fn next(&self) -> Services"));
}

#[test]
fn a_changed_type_takes_along_what_names_it() {
    let files = changed(|definition| {
        definition["$defs"]["Message"]["properties"]["sender"] = json!({ "type": "string" });
    });
    let types = ["queue/list.rs", "queue/receive.rs", "types/message.rs"];
    assert_eq!(own(&files), types.into_iter().chain(SUBSCRIPTIONS).chain(ROOTS).collect());
    assert!(files["queue/push.rs"].contains("pub use crate::api::queue::{PushError, PushRequest, PushResult};"));
    assert!(files["types/mod.rs"].contains("pub use crate::api::types::Priority;"));
}

#[test]
fn a_method_that_follows_another_one_needs_it_to_be_equal() {
    let files = changed(|definition| {
        let method = &mut definition["services"]["Queue"]["methods"]["getDrain"];
        method["result"]["properties"]["note"] = json!({ "type": "string" });
    });
    let types = ["queue/drain.rs", "queue/get_drain.rs"];
    assert_eq!(own(&files), types.into_iter().chain(SUBSCRIPTIONS).chain(ROOTS).collect());
}

/// Whether a code is retryable stands in a table that each module has for its own errors.
#[test]
fn a_code_with_another_meaning_takes_along_the_methods_that_have_it() {
    let files = changed(|definition| definition["errors"]["message_not_found"]["retryable"] = json!(true));
    assert_eq!(own(&files), ["queue/receive.rs"].into_iter().chain(SUBSCRIPTIONS).chain(ROOTS).collect());
    assert!(files["errors.rs"].contains("\"message_not_found\" =>"));
    assert!(!files["errors.rs"].contains("\"drain_not_found\" =>"));
}

/// Without that service the base has no such type.
#[test]
fn a_type_of_more_services_than_in_the_base_is_not_taken_from_there() {
    let files = changed(|definition| {
        let result = json!({ "type": "object", "properties": { "priority": { "$ref": "#/$defs/Priority" } } });
        let method =
            json!({ "description": "Looks.", "params": { "type": "object", "properties": {} }, "result": result });
        definition["services"]["Audit"] = json!({ "description": "Audits.", "methods": { "look": method } });
    });
    assert!(own(&files).contains("types/priority.rs"));
}
