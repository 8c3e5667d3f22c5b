//! Sessions with events.

use decthings_local::LocalConfig;
use serde_json::Value;

use super::program::Service;

const LOCATION: &str = r#"{"type": "temporaryLauncher", "spec": {"cpus": 1, "memoryMebibytes": 512}}"#;

fn service() -> Service {
    Service::with(LocalConfig::new().allow_processes(true))
}

fn spawn<'a>(script: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let arguments = ["spawned", "spawn-command", "--command", "sh", "--args=-c", "--args", script];
    [arguments.as_slice(), &["--execution-location", LOCATION], more].concat()
}

#[test]
fn output_is_followed_until_the_end() {
    let service = service();
    let run = service.run_with(&spawn("echo out; echo err >&2; exit 7", &["--follow"])).failed(7);
    assert!(run.text().contains("out\n"), "{run:?}");
    assert!(run.errors.contains("err\n"), "{run:?}");
    assert!(run.text().contains("exit"), "{run:?}");
}

#[test]
fn events_are_lines_of_json() {
    let service = service();
    let run = service.run_with(&spawn("echo out", &["--follow", "--output", "ndjson"])).ok();
    let events: Vec<Value> = run.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let is_named = |name: &str| events.iter().any(|event| event["event"] == name);
    assert!(is_named("stdout") && is_named("exit"), "{run:?}");
    let printed = events.iter().find(|event| event["event"] == "stdout").unwrap();
    assert_eq!(printed["data"]["$bytes"], "b3V0Cg==");
}

#[test]
fn standard_input_is_connected() {
    let service = service();
    let arguments = spawn("read line; echo got $line; exit 3", &["--stdio"]);
    let run = service.run_with_input(&arguments, b"hello\n").failed(3);
    assert_eq!(run.text(), "got hello\n");
}
