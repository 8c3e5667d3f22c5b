//! Exit codes, and what is said.

use std::process::Stdio;

use decthings_tests::server::{Listener, Reply, Server, response};

use super::program::{Program, Service, wait};

#[test]
fn exit_codes_tell_kinds_of_failures_apart() {
    let service = Service::start();
    service.run("user get-quotas").ok();
    service.run("user get-quotas --wrong").failed(2);
    let run = service.run("model delete-model --model-id missing").failed(3);
    assert!(run.errors.contains("model_not_found"), "{}", run.errors);
    assert!(run.bytes.is_empty());
}

#[test]
fn a_service_that_is_not_there_is_not_reached() {
    let run = Program::alone().run("model snapshot-model --model-id m --snapshot-name n").failed(4);
    assert!(run.errors.contains("127.0.0.1"), "{}", run.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_status_is_no_response_of_the_api() {
    let server = Server::always(Reply::Respond(response("503 Service Unavailable", &["content-length: 0"], b""))).await;
    let url = server.url();
    let run = tokio::task::spawn_blocking(move || {
        Program::at(&url).run("model snapshot-model --model-id m --snapshot-name n")
    });
    let run = run.await.unwrap().failed(4);
    assert!(run.errors.contains("503"), "{}", run.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_passes() {
    // It accepts connections, and never responds.
    let listener = Listener::bind().await;
    let url = listener.url();
    let run = tokio::task::spawn_blocking(move || {
        Program::at(&url).run("model snapshot-model --model-id m --snapshot-name n --timeout 0.3")
    });
    let run = run.await.unwrap().failed(5);
    assert!(run.errors.contains("no response within"), "{}", run.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_session() {
    let listener = Listener::bind().await;
    let url = listener.url();
    let program = std::sync::Arc::new(Program::at(&url));
    let started = std::sync::Arc::clone(&program);
    let child = tokio::task::spawn_blocking(move || {
        let mut command = started.command("terminal subscribe-to-events --terminal-session-id t --follow");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    });
    let mut socket = listener.accept().await;
    let request = socket.request("subscribeToEvents").await;
    socket.respond(request.id, serde_json::json!({})).await;
    let mut child = child.await.unwrap();
    let id = child.id().to_string();
    let code = tokio::task::spawn_blocking(move || {
        assert!(std::process::Command::new("sh").args(["-c", "kill -INT $0", &id]).status().unwrap().success());
        wait(&mut child)
    });
    assert_eq!(code.await.unwrap(), Some(130));
}
