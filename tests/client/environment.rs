//! Clients configured by the environment, each in a child process with an environment of its own.

use std::process::Command;

use decthings::Client;
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{KEY, soon};

use super::support::{get_state, state_bytes, state_frame};

const TEST: &str = "environment::in_child_process";
const ROLE: &str = "DECTHINGS_TEST_ROLE";
const MARK: &str = "outcome: ";

/// The part of the tests below that runs in a child process.
#[tokio::test]
#[ignore = "part of other tests"]
async fn in_child_process() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let client = match Client::from_env() {
        Ok(client) => client,
        Err(error) => return println!("\n{MARK}{error}"),
    };
    if role == "call" {
        println!("\n{MARK}{}", String::from_utf8_lossy(state_bytes(&get_state(&client).await)));
    } else {
        println!("\n{MARK}{} {}", client.http_url(), client.websocket_url());
    }
}

/// A child process with these variables, and none of this process.
fn process(role: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([TEST, "--exact", "--ignored", "--nocapture"]).env(ROLE, role);
    for inherited in ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL", "DECTHINGS_WS_URL"] {
        command.env_remove(inherited);
    }
    command.envs(variables.iter().copied());
    command
}

/// The output of the child process, which ends on its own, as each of its steps has a limit.
async fn outcome(mut command: Command) -> String {
    let output = soon(tokio::task::spawn_blocking(move || command.output())).await.unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains(KEY) && !errors.contains(KEY));
    assert!(output.status.success(), "{text}{errors}");
    text.lines().find_map(|line| line.strip_prefix(MARK)).unwrap().to_owned()
}

#[tokio::test]
async fn the_environment_sets_key_and_url() {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let padded = format!(" {KEY} ");
    let variables = [("DECTHINGS_API_KEY", padded.as_str()), ("DECTHINGS_HTTP_URL", &server.url())];
    assert_eq!(outcome(process("call", &variables)).await, "abc");
    let request = server.only_request();
    assert_eq!(request.header("authorization"), [format!("Bearer {KEY}")]);
    assert_eq!(request.path(), "/v0/Model/getModelState");
}

#[tokio::test]
async fn an_empty_environment_selects_the_public_service() {
    let public = "https://api.decthings.com/v0 wss://api.decthings.com/v0/ws";
    assert_eq!(outcome(process("build", &[])).await, public);
    let empty = [("DECTHINGS_API_KEY", ""), ("DECTHINGS_HTTP_URL", " "), ("DECTHINGS_WS_URL", "")];
    assert_eq!(outcome(process("build", &empty)).await, public);
}

#[tokio::test]
async fn the_websocket_url_follows_the_http_url_unless_set() {
    let http = ("DECTHINGS_HTTP_URL", "http://127.0.0.1:1/v0");
    let beside = outcome(process("build", &[http])).await;
    assert_eq!(beside, "http://127.0.0.1:1/v0 ws://127.0.0.1:1/v0/ws");
    let given = outcome(process("build", &[http, ("DECTHINGS_WS_URL", "ws://127.0.0.1:2/")])).await;
    assert_eq!(given, "http://127.0.0.1:1/v0 ws://127.0.0.1:2/");
}

#[tokio::test]
async fn a_key_of_the_environment_is_not_sent_unencrypted() {
    let variables = [("DECTHINGS_API_KEY", KEY), ("DECTHINGS_HTTP_URL", "http://192.0.2.1/v0")];
    let text = outcome(process("build", &variables)).await;
    assert!(text.contains("http://192.0.2.1/v0") && text.contains("unencrypted"), "{text}");
}

#[tokio::test]
async fn an_invalid_url_in_the_environment_is_named() {
    let text = outcome(process("build", &[("DECTHINGS_HTTP_URL", "localhost")])).await;
    assert!(text.contains("`localhost`"), "{text}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_not_unicode_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let mut command = process("build", &[]);
    command.env("DECTHINGS_API_KEY", std::ffi::OsStr::from_bytes(b"\xff\xfe"));
    let text = outcome(command).await;
    assert!(text.contains("DECTHINGS_API_KEY") && text.contains("not Unicode"), "{text}");
}

#[tokio::test]
async fn a_key_for_loopback_does_not_go_through_a_proxy() {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let proxy = Server::always(Reply::Respond(ok(&state_frame(b"proxy")))).await;
    let (url, through) = (server.url(), format!("http://{}", proxy.address()));
    let mut variables = vec![("DECTHINGS_API_KEY", KEY), ("DECTHINGS_HTTP_URL", url.as_str()), ("NO_PROXY", "")];
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        variables.push((name, &through));
    }
    assert_eq!(outcome(process("call", &variables)).await, "abc");
    assert_eq!(proxy.counts().connections, 0);
}
