//! Retries: which errors, how often, and when.

use std::time::Duration;

use decthings::{Client, ClientBuilder, Error, RetryPolicy};
use decthings_tests::server::{Reply, Server, ok, response};
use decthings_tests::{PATIENCE, soon};

use super::faults::{api_error, status};
use super::support::{frame, get_state, state_frame};

fn at_once() -> RetryPolicy {
    RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO)
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder().http_url(server.url()).retry(at_once())
}

fn fine() -> Reply {
    Reply::Respond(ok(&state_frame(b"abc")))
}

fn busy() -> Reply {
    api_error(r#"{"error":{"code":"too_many_requests"}}"#)
}

fn later(line: &str) -> Reply {
    Reply::Respond(response("503 Busy", &[line, "Content-Length: 0", "X-Request-Id: r-17"], b""))
}

#[tokio::test]
async fn transient_errors_are_retried() {
    for act in [
        busy(),
        api_error(r#"{"error":{"code":"server_overloaded"}}"#),
        status("429 Slow Down", b""),
        status("500 Oops", b""),
        status("502 Oops", b""),
        status("599 Oops", b""),
    ] {
        let server = Server::in_turn(vec![act.clone(), act.clone(), fine()]).await;
        get_state(&builder(&server).build().unwrap()).await.unwrap_or_else(|error| panic!("{act:?}: {error}"));
        assert_eq!(server.counts().requests, 3);
    }
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    for act in [status("404 Not Found", b""), status("501 Never", b""), api_error(r#"{"error":{"code":"unknown"}}"#)] {
        let server = Server::always(act).await;
        let error = get_state(&builder(&server).build().unwrap()).await.unwrap_err();
        assert_eq!((error.attempts(), server.counts().requests), (1, 1), "{error}");
    }
}

#[tokio::test]
async fn non_idempotent_methods_are_not_retried() {
    for act in [status("408 Slow", b""), status("503 Busy", b""), status("500 Oops", b""), Reply::Reset(Vec::new())] {
        let server = Server::always(act).await;
        let client = builder(&server).build().unwrap();
        let error = soon(client.model().delete_model("m")).await.unwrap_err();
        assert_eq!((error.attempts(), server.counts().requests), (1, 1), "{error}");
    }
}

#[tokio::test]
async fn rejected_calls_of_any_method_are_retried() {
    let deleted = || Reply::Respond(ok(&frame(r#"{"result":{}}"#, &[])));
    for act in [busy(), api_error(r#"{"error":{"code":"server_overloaded"}}"#), status("429 Slow Down", b"")] {
        let server = Server::in_turn(vec![act.clone(), act, deleted()]).await;
        soon(builder(&server).build().unwrap().model().delete_model("m")).await.unwrap();
        assert_eq!(server.counts().requests, 3);
    }
    let later = Reply::Respond(response("429 Slow Down", &["Retry-After: 1", "Content-Length: 0"], b""));
    let server = Server::in_turn(vec![later, deleted()]).await;
    let before = std::time::Instant::now();
    soon(builder(&server).build().unwrap().model().delete_model("m")).await.unwrap();
    assert!(before.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn retries_can_be_turned_off_for_client_and_call() {
    let server = Server::always(busy()).await;
    let client = builder(&server).retry(RetryPolicy::off()).build().unwrap();
    assert_eq!(get_state(&client).await.unwrap_err().attempts(), 1);
    let error = soon(client.model().get_model_state("m").retry(at_once().max_attempts(5))).await.unwrap_err();
    assert_eq!((error.attempts(), error.code()), (5, Some("too_many_requests")));
    let error = soon(client.model().get_model_state("m").retry(RetryPolicy::off())).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.counts().requests, 7);
}

#[tokio::test]
async fn the_retry_budget_is_shared_and_refilled_by_successes() {
    let server = Server::start(|request| if request.body.ends_with(b"\"bad\"}") { busy() } else { fine() }).await;
    let client = builder(&server).retry_budget(3).build().unwrap();
    let attempts = || async { soon(client.clone().model().get_model_state("bad")).await.unwrap_err().attempts() };
    assert_eq!([attempts().await, attempts().await, attempts().await], [3, 2, 1]);
    for _ in 0..10 {
        get_state(&client).await.unwrap();
    }
    assert_eq!([attempts().await, attempts().await], [2, 1]);
}

#[tokio::test]
async fn retry_after_is_respected_in_seconds_and_as_a_date() {
    for line in ["Retry-After: 0", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", "Retry-After: nonsense"] {
        let server = Server::in_turn(vec![later(line), fine()]).await;
        get_state(&builder(&server).build().unwrap()).await.unwrap();
    }
    let server = Server::in_turn(vec![later("Retry-After: 1"), fine()]).await;
    let before = std::time::Instant::now();
    get_state(&builder(&server).build().unwrap()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_retry_delay_past_the_deadline_ends_the_call() {
    let server = Server::always(later("Retry-After: 3600")).await;
    let client = builder(&server).timeout(PATIENCE * 2).build().unwrap();
    let error = get_state(&client).await.unwrap_err();
    assert!(matches!(error, Error::Http { status: 503, .. }), "{error:?}");
    assert_eq!((error.attempts(), error.info().retry_after()), (1, Some(Duration::from_secs(3600))));
}

#[tokio::test]
async fn errors_have_attempts_elapsed_time_and_request_id() {
    let server = Server::always(later("X-Nothing: 1")).await;
    let error = get_state(&builder(&server).build().unwrap()).await.unwrap_err();
    assert_eq!((error.attempts(), error.request_id()), (3, Some("r-17")));
    assert!(error.elapsed() > Duration::ZERO && error.elapsed() < PATIENCE);
    let raw = error.into_raw();
    assert_eq!((raw.attempts(), raw.request_id()), (3, Some("r-17")));
}

#[tokio::test]
async fn the_deadline_covers_all_attempts() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let limit = Duration::from_millis(250);
    let policy = at_once().max_attempts(1000);
    let client = builder(&server).retry(policy).attempt_timeout(Duration::from_millis(100)).timeout(limit);
    let error = get_state(&client.build().unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(error.attempts() <= 3 && error.attempts() > 1, "{error:?}");
}
