//! The environment variables are those of this API. A child process has an environment of its own.

use std::process::Command;

use queue::Client;

const MARK: &str = "outcome: ";

/// The part of the tests below that runs in a child process.
#[test]
#[ignore = "part of other tests"]
fn in_child_process() {
    match Client::from_env() {
        Ok(client) => println!("\n{MARK}{} {}", client.http_url(), client.websocket_url()),
        Err(error) => println!("\n{MARK}{error}"),
    }
}

/// The outcome of a child process with these variables.
fn outcome(variables: &[(&str, &str)]) -> Result<String, Box<dyn std::error::Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["in_child_process", "--exact", "--ignored", "--nocapture"]);
    for name in ["QUEUE_API_KEY", "QUEUE_HTTP_URL", "QUEUE_WS_URL"] {
        command.env_remove(name);
    }
    let text = String::from_utf8(command.envs(variables.iter().copied()).output()?.stdout)?;
    let outcome = text.lines().find_map(|line| line.strip_prefix(MARK));
    outcome.map(str::to_owned).ok_or(format!("no outcome: {text}").into())
}

#[test]
fn the_defaults_are_the_endpoints_of_the_definition() {
    let decthings = [("DECTHINGS_HTTP_URL", "http://127.0.0.1:1"), ("DECTHINGS_API_KEY", "k3y-of-another-api")];
    assert_eq!(outcome(&decthings).unwrap(), "https://queue.example/v1 wss://queue.example/v1/ws");
}

#[test]
fn variables_have_the_prefix_of_the_definition() {
    let text = outcome(&[("QUEUE_HTTP_URL", "http://127.0.0.1:2/v1")]).unwrap();
    assert_eq!(text, "http://127.0.0.1:2/v1 ws://127.0.0.1:2/v1/ws");
    let text = outcome(&[("QUEUE_HTTP_URL", "http://192.0.2.1"), ("QUEUE_API_KEY", "k3y-0123456789")]).unwrap();
    assert!(text.contains("unencrypted") && !text.contains("k3y-"), "{text}");
}
