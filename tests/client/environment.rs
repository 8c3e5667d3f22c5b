//! Clients configured by the environment, each in a child process with an environment of its own.

use std::process::Command;

use decthings::Client;
use decthings_tests::codec::response_message;
use decthings_tests::server::{Reply, RequestMessage, Server, ok, sized};
use decthings_tests::{KEY, soon};

use super::support::{get_state, state_bytes, state_frame};
use super::websocket::talk::launch;

const TEST: &str = "environment::in_child_process";
const ROLE: &str = "DECTHINGS_TEST_ROLE";
const MARK: &str = "outcome: ";

const PROXY_VARIABLES: [&str; 8] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// The part of the tests below that runs in a child process.
#[tokio::test]
#[ignore = "part of other tests"]
async fn in_child_process() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let client = match Client::from_env() {
        Ok(client) => client,
        Err(error) => return println!("\n{MARK}{error}"),
    };
    match role.as_str() {
        "call" => println!("\n{MARK}{}", String::from_utf8_lossy(state_bytes(&get_state(&client).await))),
        "two calls" => {
            let http = get_state(&client).await.map(|_| "HTTP").map_err(|error| error.to_string());
            let websocket = soon(launch(&client, "x").send()).await.map_err(|error| error.to_string());
            println!("\n{MARK}{http:?} {websocket:?}");
        }
        _ => println!("\n{MARK}{} {}", client.http_url(), client.websocket_url()),
    }
}

/// A child process with these variables, and none of this process.
fn process(role: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([TEST, "--exact", "--ignored", "--nocapture"]).env(ROLE, role);
    for inherited in ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL", "DECTHINGS_WS_URL"] {
        command.env_remove(inherited);
    }
    for inherited in PROXY_VARIABLES {
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
async fn a_server_on_loopback_is_not_behind_the_proxy_of_the_environment() {
    let launched = |request: &RequestMessage| response_message(request.id, r#"{"result":{"talkId":"t"}}"#, &[]);
    let state = Reply::Respond(ok(&state_frame(b"abc")));
    let server = Server::builder().reply(move |_| state.clone()).messages(move |request| vec![launched(request)]);
    let server = server.start().await;
    let proxy = Server::always(Reply::Respond(ok(&state_frame(b"proxy")))).await;
    for host in ["127.0.0.1", "localhost", "api.localhost"] {
        let url = format!("http://{host}:{}/v0", server.address().port());
        let through = format!("http://{}", proxy.address());
        let mut variables = vec![("DECTHINGS_API_KEY", KEY), ("DECTHINGS_HTTP_URL", url.as_str())];
        variables.extend(PROXY_VARIABLES.iter().take(6).map(|name| (*name, through.as_str())));
        let outcome = outcome(process("two calls", &variables)).await;
        assert_eq!(outcome, r#"Ok("HTTP") Ok(Launched { talk_id: "t" })"#);
    }
    assert_eq!(proxy.counts().connections, 0);
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_for_http_and_the_websocket() {
    let proxy = Server::always(Reply::Respond(sized("403 Forbidden", b"no"))).await;
    let through = format!("http://name:secret@{}", proxy.address());
    for variable in ["HTTPS_PROXY", "all_proxy"] {
        let variables =
            [("DECTHINGS_API_KEY", KEY), ("DECTHINGS_HTTP_URL", "https://192.0.2.1/v0"), (variable, through.as_str())];
        let text = outcome(process("two calls", &variables)).await;
        assert_eq!(text.matches(&format!("through the proxy http://{}/", proxy.address())).count(), 2, "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
    let tunnels = proxy.requests();
    // The call over HTTP may be retried, as no request was sent.
    assert!(tunnels.len() >= 4);
    for tunnel in tunnels {
        assert_eq!(tunnel.path(), "192.0.2.1:443");
        assert_eq!(tunnel.header("proxy-authorization"), ["Basic bmFtZTpzZWNyZXQ="]);
    }
}
