//! The golden frames of `schema/vectors`.
//!
//! `cargo xtask vectors` rewrites them, for a review with `git diff`. `tests/runner.rs` checks that the client reads and writes
//! them all.

mod build;
mod calls;
mod json_rules;
mod messages;
mod requests;
mod responses;
mod tensors;
mod weights;

use decthings_conformance::vectors::Revision;
use decthings_tests::{difference, repository};
use serde_json::Value;

const FOLDER: &str = "schema/vectors";

fn is_writing() -> bool {
    std::env::var_os("DECTHINGS_WRITE_VECTORS").is_some()
}

/// Compares a file with fresh vectors, or writes them.
fn check(name: &str, vectors: Vec<Value>) {
    let names: std::collections::BTreeSet<&str> = vectors.iter().filter_map(|vector| vector["name"].as_str()).collect();
    assert_eq!(names.len(), vectors.len(), "{name}: each vector has a name of its own");
    // One vector per line, so that a change is one line of a diff.
    let lines: Vec<String> = vectors.iter().map(Value::to_string).collect();
    let fresh = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = repository(FOLDER).join(name);
    if is_writing() {
        std::fs::write(&path, &fresh).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "run `cargo xtask vectors`:\n{}", difference(&committed, &fresh, name));
}

#[test]
fn varints_are_up_to_date() {
    check("varints.json", tensors::varints());
}

#[test]
fn tensors_are_up_to_date() {
    let vectors = tensors::tensors();
    let types: std::collections::BTreeSet<&str> =
        vectors.iter().filter_map(|vector| vector["tensor"]["type"].as_str()).collect();
    assert!(types.len() >= 16, "every type of element: {types:?}");
    check("tensors.json", vectors);
}

#[test]
fn requests_are_up_to_date() {
    check("requests.json", requests::requests());
}

#[test]
fn calls_are_up_to_date() {
    check("calls.json", calls::calls());
}

#[test]
fn responses_are_up_to_date() {
    check("responses.json", [responses::responses(), json_rules::responses()].concat());
}

#[test]
fn messages_are_up_to_date() {
    check("messages.json", messages::messages());
}

#[test]
fn weights_are_up_to_date() {
    check("weights/requests.json", weights::requests());
    check("weights/calls.json", weights::calls());
    check("weights/responses.json", weights::responses());
}

/// The last column of the table of rules has parts of names.
#[test]
fn rules_have_their_vectors() {
    if is_writing() {
        return;
    }
    let names: Vec<String> = decthings_conformance::vectors::cases(Revision::First)
        .unwrap()
        .iter()
        .map(|case| case.name().to_owned())
        .collect();
    let readme = std::fs::read_to_string(repository(FOLDER).join("README.md")).unwrap();
    let (_, rules) = readme.split_once("| rule |").expect("a table of rules");
    let rows = rules.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells: Vec<&str> = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next()).collect();
    assert!(cells.len() > 30, "{cells:?}");
    for part in cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        assert!(names.iter().any(|name| name.contains(part)), "no vector for `{part}`");
    }
}

/// The tensors that were recorded from another codec, if the recording is beside the checkout.
#[test]
fn recorded_tensors_are_among_the_vectors() {
    let path = repository("../shared/api/golden-tensors.txt");
    let Ok(recorded) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let vectors = tensors::tensors();
    for line in recorded.lines() {
        let hex = line.rsplit(' ').next().unwrap();
        let is_known = vectors.iter().any(|vector| vector["hex"].as_str().is_some_and(|known| known.starts_with(hex)));
        assert!(is_known, "no vector for {line}");
    }
}
