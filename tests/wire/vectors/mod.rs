//! The golden frames of `schema/vectors`: written by the client, and read by a program in another language.
//!
//! `cargo xtask vectors` rewrites them, for a review with `git diff`.

mod contents;
mod sent;

use std::fs;
use std::process::Command;

use decthings_tests::{difference, repository};
use serde_json::Value;

use contents::{events, responses, tensors, varints};
use sent::{calls, requests};

const FOLDER: &str = "schema/vectors";

fn is_writing() -> bool {
    std::env::var_os("DECTHINGS_WRITE_VECTORS").is_some()
}

/// Compares a file with fresh vectors, or writes them.
fn check(name: &str, vectors: &[Value]) {
    assert!(!vectors.is_empty());
    // One vector per line, so that a change is one line of a diff.
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
fn varint_vectors_are_up_to_date() {
    check("varints.json", &varints());
}

#[test]
fn tensor_vectors_are_up_to_date() {
    let vectors = tensors();
    let types: std::collections::BTreeSet<&str> =
        vectors.iter().filter_map(|vector| vector["tensor"]["type"].as_str()).collect();
    assert_eq!(types.len(), 16, "every type of element: {types:?}");
    check("tensors.json", &vectors);
}

#[tokio::test]
async fn request_vectors_are_up_to_date() {
    check("requests.json", &requests().await);
}

#[tokio::test]
async fn websocket_request_vectors_are_up_to_date() {
    check("calls.json", &calls().await);
}

#[tokio::test]
async fn response_vectors_are_up_to_date() {
    check("responses.json", &responses().await);
}

#[test]
fn event_vectors_are_up_to_date() {
    check("messages.json", &events());
}

#[test]
fn vectors_are_read_by_another_language() {
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

/// The tensors that were recorded from another codec, if the recording is beside the checkout.
#[test]
fn recorded_tensors_are_among_the_vectors() {
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
