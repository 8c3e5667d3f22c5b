//! Limits of time and size.

use std::time::{Duration, Instant};

use decthings::{Client, Error};
use decthings_tests::server::{Reply, Server, chunked, ok, response};
use decthings_tests::{PATIENCE, soon};

use super::faults::{absurd_length, failure, more_than_allowed, no_answer_in_time};
use super::service::{Small, in_process};
use super::support::{MOMENT, client, frame, get_state, state_bytes, state_frame};

#[tokio::test]
async fn a_client_gives_up_after_its_own_time() {
    let start = Instant::now();
    let error = no_answer_in_time().await;
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert!(start.elapsed() >= MOMENT);
    assert!(error.to_string().contains("no answer within 150ms"), "{error}");
}

#[tokio::test]
async fn a_call_gives_up_after_its_own_time_whatever_the_client_says() {
    let server = Server::always(Reply::Stall(Vec::new())).await;
    let error = soon(client(&server).model().get_model_state("m").timeout(MOMENT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
}

#[tokio::test]
async fn a_call_may_have_more_time_than_the_client() {
    // Three have to ask before one is answered.
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
async fn a_method_that_takes_long_keeps_its_time() {
    let refusal = frame(r#"{"error":{"code":"model_not_found"}}"#, &[]);
    let server = Server::always(Reply::Respond(ok(&refusal))).await;
    let client = Client::builder().http_url(server.url()).timeout(Duration::ZERO).build().unwrap();
    let error = soon(client.model().evaluate("m", [])).await.unwrap_err();
    assert_eq!(error.code(), Some("model_not_found"));
}

#[tokio::test]
async fn an_answer_that_stops_halfway_is_not_waited_for() {
    let begun = response("200 OK", &["Content-Length: 1000"], &state_frame(b"abc"));
    let server = Server::always(Reply::Stall(begun)).await;
    let error = soon(client(&server).model().get_model_state("m").timeout(MOMENT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn too_large_an_answer_names_the_limit_and_the_setting() {
    let large = state_frame(&[7; 5000]);
    for answer in [ok(&large), chunked(&large, 600), response("200 OK", &[], &large)] {
        let error = more_than_allowed(Reply::Close(answer)).await;
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("1000 bytes") && text.contains("max_response_bytes"), "{text}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    // It announces far more than it sends, and would be waited for if the limit did not count first.
    let endless = response("200 OK", &["Content-Length: 5000"], &[7; 10]);
    let error = more_than_allowed(Reply::Stall(endless)).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_of_exactly_the_limit_is_fine() {
    let frame = state_frame(b"abc");
    let limit = frame.len() as u64;
    for answer in [ok(&frame), chunked(&frame, 10)] {
        let server = Server::always(Reply::Respond(answer)).await;
        let build = |bytes| Client::builder().http_url(server.url()).max_response_bytes(bytes).build().unwrap();
        assert_eq!(state_bytes(&get_state(&build(limit)).await), b"abc");
        assert!(get_state(&build(limit - 1)).await.is_err());
    }
}

#[tokio::test]
async fn an_absurd_length_is_refused() {
    let error = failure(absurd_length()).await;
    assert!(matches!(error, Error::Decode { .. } | Error::Transport { .. }), "{error:?}");
}
