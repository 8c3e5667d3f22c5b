//! The golden frames of `schema/vectors`: made by the codec, and readable by another language alone.
//!
//! `cargo xtask vectors` writes them anew; the difference is for a reviewer.

mod contents;
mod sent;

use std::fs;
use std::process::Command;

use decthings_tests::{difference, repository};
use serde_json::Value;

use contents::{answers, events, tensors, varints};
use sent::{calls, requests};

const FOLDER: &str = "schema/vectors";

fn is_writing() -> bool {
    std::env::var_os("DECTHINGS_WRITE_VECTORS").is_some()
}

/// Compares a file with what it should be, or writes it when told to.
fn settle(name: &str, vectors: &[Value]) {
    assert!(!vectors.is_empty());
    // A vector a line: a change is one line of a diff.
    let lines: Vec<String> = vectors.iter().map(Value::to_string).collect();
    let fresh = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = repository(FOLDER).join(name);
    if is_writing() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "run `cargo xtask vectors`:\n{}", difference(&committed, &fresh, name));
}

#[test]
fn varints_are_what_the_codec_writes() {
    settle("varints.json", &varints());
}

#[test]
fn tensors_are_what_the_codec_writes() {
    let vectors = tensors();
    let types: std::collections::BTreeSet<&str> =
        vectors.iter().filter_map(|vector| vector["tensor"]["type"].as_str()).collect();
    assert_eq!(types.len(), 16, "every type of element: {types:?}");
    settle("tensors.json", &vectors);
}

#[tokio::test]
async fn requests_are_what_the_client_sends() {
    settle("requests.json", &requests().await);
}

#[tokio::test]
async fn calls_are_what_the_client_sends_on_a_socket() {
    settle("calls.json", &calls().await);
}

#[tokio::test]
async fn answers_are_what_the_client_reads() {
    settle("answers.json", &answers().await);
}

#[test]
fn events_are_those_of_the_wire_cases() {
    settle("events.json", &events());
}

#[test]
fn the_page_is_enough_for_another_language() {
    if is_writing() {
        return;
    }
    let script = repository("tests/wire/vectors/read_vectors.py");
    let output = match Command::new("python3").arg(&script).arg(repository(FOLDER)).output() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: no python3 on this machine: {error}");
            return;
        }
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

/// The tensors that were recorded from another codec, where these are at hand.
#[test]
fn recorded_tensors_are_among_them() {
    let path = repository("../shared/api/golden-tensors.txt");
    let Ok(recorded) = fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let known: Vec<String> = tensors().iter().filter_map(|vector| vector["hex"].as_str().map(str::to_owned)).collect();
    for line in recorded.lines() {
        let hex = line.rsplit(' ').next().unwrap();
        assert!(known.iter().any(|known| known.starts_with(hex)), "no vector for {line}");
    }
}
