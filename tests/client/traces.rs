//! Spans and events for `tracing` subscribers.

use std::time::Duration;

use decthings::{Client, RetryPolicy};
use decthings_tests::server::{Reply, Server, ok, response, unused_address};
use decthings_tests::{KEY, Log, soon};

use super::faults::{api_error, status};
use super::support::{frame, get_state, state_frame};

fn client(server: &Server) -> Client {
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    Client::builder().http_url(server.url()).api_key(KEY).header("X-Token", KEY).retry(policy).build().unwrap()
}

#[tokio::test]
async fn calls_and_attempts_are_spans_with_opentelemetry_names() {
    let log = Log::capture();
    let length = state_frame(b"abc").len();
    let named = response("200 OK", &[&format!("Content-Length: {length}"), "X-Request-Id: r-9"], &state_frame(b"abc"));
    let server = Server::in_turn(vec![status("503 Busy", b""), Reply::Respond(named)]).await;
    get_state(&client(&server)).await.unwrap();
    let text = log.text();
    for part in [
        "otel.name=Model/getModelState",
        "rpc.system=\"decthings\"",
        "rpc.service=\"Model\"",
        "rpc.method=\"getModelState\"",
        "http.request.resend_count=0",
        "http.response.status_code=503",
        "error.type=\"503\"",
        "retrying after a delay",
        "http.request.resend_count=1",
        "http.response.status_code=200",
        "decthings.attempts=2",
        "decthings.request_id=\"r-9\"",
        "histogram.rpc.client.call.duration=",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(text.contains(&format!("http.response.body.size={length}")), "{text}");
}

#[tokio::test]
async fn spans_have_the_code_of_an_api_error() {
    let log = Log::capture();
    let server = Server::always(api_error(r#"{"error":{"code":"model_not_found"}}"#)).await;
    get_state(&client(&server)).await.unwrap_err();
    assert!(log.text().contains("error.type=\"model_not_found\""), "{}", log.text());
}

#[tokio::test]
async fn a_malformed_response_is_a_failed_attempt() {
    let log = Log::capture();
    let frame = frame(r#"{"result":{"stateKeyNames":7}}"#, &[]);
    let server = Server::always(Reply::Respond(ok(&frame))).await;
    get_state(&client(&server)).await.unwrap_err();
    let text = log.text();
    assert!(text.contains("http.response.status_code=200"), "{text}");
    // The attempt's span, the call's span, and the metrics of the call.
    assert!(text.matches("error.type=\"malformed_response\"").count() >= 3, "{text}");
    assert!(text.contains("stateKeyNames"), "{text}");
}

#[tokio::test]
async fn an_invalid_request_has_a_span() {
    let log = Log::capture();
    let server = Server::always(Reply::Respond(ok(&state_frame(b"")))).await;
    let twice = ["a", "a"].map(|key| decthings::types::StateEntry::new(key, "x"));
    client(&server).model().upload_state("m", "n", twice).await.unwrap_err();
    let text = log.text();
    for part in ["rpc.method=\"uploadState\"", "error.type=\"invalid_request\"", "decthings.attempts=0"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let launcher = decthings::types::ExecutionLocation::temporary_launcher(decthings::types::LauncherSpec::new(1.0, 1));
    let call = client(&server).debug().launch_debug_session("m", launcher).subscribe_to_events(false);
    call.subscribe().await.unwrap_err();
    let text = log.text();
    assert!(text.contains("rpc.method=\"launchDebugSession\"") && text.matches("decthings.attempts=0").count() >= 2);
    assert!(!text.contains("http.request.resend_count"), "an attempt was made:\n{text}");
}

#[tokio::test]
async fn logs_and_errors_do_not_show_the_key() {
    let log = Log::capture();
    let failures = super::faults::all().await;
    let server = Server::in_turn(vec![
        Reply::Reset(Vec::new()),
        status("500 Oops", KEY.as_bytes()),
        Reply::Respond(ok(&state_frame(b""))),
    ])
    .await;
    let client = client(&server);
    get_state(&client).await.unwrap();
    let repeated = response("503 Busy", &["Content-Length: 0", &format!("X-Request-Id: {KEY}")], b"");
    let server = Server::always(Reply::Respond(repeated)).await;
    let error = get_state(&self::client(&server)).await.unwrap_err();
    assert_eq!(error.request_id(), Some("***"));
    // A subscription as well, whose messages hold the key.
    let url = format!("ws://{}", unused_address().await);
    let socket = Client::builder().http_url(server.url()).websocket_url(url).api_key(KEY).retry(RetryPolicy::off());
    let launcher = decthings::types::ExecutionLocation::temporary_launcher(decthings::types::LauncherSpec::new(1.0, 1));
    let socket = socket.build().unwrap();
    let rejected = soon(socket.debug().launch_debug_session("m", launcher).subscribe()).await.unwrap_err();
    let text = format!("{}{failures:?}{error:?}{error}{rejected:?}{rejected}", log.text());
    assert!(text.contains("decthings::attempt") && text.len() > 10_000);
    assert!(!text.contains(KEY), "{}", text.lines().find(|line| line.contains(KEY)).unwrap());
}
