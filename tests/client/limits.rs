//! Timeouts and size limits.

use std::time::{Duration, Instant};

use decthings::{Client, Error};
use decthings_tests::server::{Reply, Server, chunked, ok, response};
use decthings_tests::{PATIENCE, soon};

use super::faults::{absurd_length, failure, more_than_allowed, no_response_in_time};
use super::service::Small;
use super::support::{MOMENT, client, frame, get_state, in_process, state_bytes, state_frame};

#[tokio::test]
async fn the_timeout_of_the_client_applies() {
    let start = Instant::now();
    let error = no_response_in_time().await;
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert!(start.elapsed() >= MOMENT);
    assert!(error.to_string().contains("no response within 150ms"), "{error}");
}

#[tokio::test]
async fn the_timeout_of_a_call_overrides_the_client() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let error = soon(client(&server).model().get_model_state("m").timeout(MOMENT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
}

#[tokio::test]
async fn the_timeout_of_a_call_may_be_longer() {
    // Three calls have to arrive before any gets a response.
    let service = Small::gated(3);
    let hasty = Client::builder().service(service.router()).timeout(Duration::ZERO).build().unwrap();
    let patient = soon(hasty.model().get_model_state("abc").timeout(PATIENCE));
    let others = async {
        assert!(matches!(get_state(&hasty).await, Err(Error::Timeout { .. })));
        get_state(&in_process(service.router())).await
    };
    let (patient, other) = tokio::join!(patient, others);
    assert_eq!((state_bytes(&patient), state_bytes(&other)), (b"abc".as_slice(), b"m".as_slice()));
}

#[tokio::test]
async fn slow_methods_keep_their_own_timeout() {
    let rejection = frame(r#"{"error":{"code":"model_not_found"}}"#, &[]);
    let server = Server::always(Reply::Respond(ok(&rejection))).await;
    let client = Client::builder().http_url(server.url()).timeout(Duration::ZERO).build().unwrap();
    let error = soon(client.model().evaluate("m", [])).await.unwrap_err();
    assert_eq!(error.code(), Some("model_not_found"));
}

#[tokio::test]
async fn a_stalled_response_times_out() {
    let begun = response("200 OK", &["Content-Length: 1000"], &state_frame(b"abc"));
    let server = Server::always(Reply::Stall(begun)).await;
    let error = soon(client(&server).model().get_model_state("m").timeout(MOMENT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn a_response_over_the_limit_names_limit_and_setting() {
    let large = state_frame(&[7; 5000]);
    for bytes in [ok(&large), chunked(&large, 600), response("200 OK", &[], &large)] {
        let error = more_than_allowed(Reply::Close(bytes)).await;
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("1000 bytes") && text.contains("max_response_bytes"), "{text}");
    }
}

#[tokio::test]
async fn a_response_announced_over_the_limit_is_not_read() {
    // It announces more than it sends: the call would time out if the limit were not checked first.
    let endless = response("200 OK", &["Content-Length: 5000"], &[7; 10]);
    let error = more_than_allowed(Reply::Stall(endless)).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn a_response_of_exactly_the_limit_is_accepted() {
    let frame = state_frame(b"abc");
    let limit = frame.len() as u64;
    for bytes in [ok(&frame), chunked(&frame, 10)] {
        let server = Server::always(Reply::Respond(bytes)).await;
        let build = |bytes| Client::builder().http_url(server.url()).max_response_bytes(bytes).build().unwrap();
        assert_eq!(state_bytes(&get_state(&build(limit)).await), b"abc");
        assert!(get_state(&build(limit - 1)).await.is_err());
    }
}

#[tokio::test]
async fn an_absurd_content_length_is_rejected() {
    let error = failure(absurd_length()).await;
    assert!(matches!(error, Error::Decode { .. } | Error::Transport { .. }), "{error:?}");
}
