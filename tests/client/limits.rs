//! Timeouts and size limits.

use std::time::{Duration, Instant};

use bytes::Bytes;
use decthings::{Client, Error};
use decthings_tests::codec::{join_request, request_message};
use decthings_tests::server::{Reply, Server, chunked, ok, response};
use decthings_tests::{PATIENCE, Temporary, soon};

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

/// A response with this number of bytes of JSON, and a blob.
fn with_json(len: usize) -> Vec<u8> {
    let begin = r#"{"result":{"stateKeyNames":["w"],"more":""#;
    let json = format!(r#"{begin}{}"}}}}"#, "x".repeat(len - begin.len() - 3));
    assert_eq!(json.len(), len);
    frame(&json, &[b"abc"])
}

#[tokio::test]
async fn json_over_the_limit_names_limit_and_setting() {
    let folder = Temporary::new();
    for bytes in [ok(&with_json(5000)), chunked(&with_json(5000), 1), chunked(&with_json(5000), 600)] {
        let server = Server::always(Reply::Respond(bytes)).await;
        for (most, fits) in [(5000, true), (4999, false)] {
            let client = Client::builder().http_url(server.url()).max_json_bytes(most).build().unwrap();
            let call = || client.model().get_model_state("m");
            for result in [soon(call()).await, soon(call().blobs_to_files(folder.path())).await] {
                let Err(error) = result else {
                    assert!(fits);
                    continue;
                };
                assert!(!fits && matches!(error, Error::Decode { .. }), "{error:?}");
                let text = error.to_string();
                assert!(text.contains("5000 bytes") && text.contains("may have 4999"), "{text}");
                assert!(text.contains("max_json_bytes"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn json_announced_over_the_limit_is_not_read() {
    // It announces more than it sends: the call would time out if the limit were not checked first.
    let begun = response("200 OK", &["Content-Length: 100000000"], &[254, 5, 0xf5, 0xe1, 0]);
    let server = Server::always(Reply::Stall(begun)).await;
    let error = get_state(&client(&server)).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(error.to_string().contains("100000000 bytes"), "{error}");
}

#[tokio::test]
async fn requests_with_json_over_the_limit_are_invalid() {
    let router = Small::new().router();
    let params = format!(r#"{{"modelId":"{}"}}"#, "x".repeat(4986));
    let message = format!(r#"{{"api":"Model","method":"getModelState","params":{params}}}"#);
    for (most, fits) in [(5055, true), (4999, false)] {
        let router = router.clone().max_json_bytes(most);
        let request = join_request::<&[u8]>(&params, &[]);
        let response = router.handle("Model", "getModelState", request.into()).await.to_bytes();
        let message = Bytes::from(request_message(7, &message, &[]));
        let message = soon(router.connect().handle(message)).await.unwrap();
        for response in [&response, &message] {
            let text = String::from_utf8_lossy(response);
            assert_eq!(text.contains("error") && text.contains("max_json_bytes"), !fits, "{text}");
        }
    }
}

#[tokio::test]
async fn an_absurd_content_length_is_rejected() {
    let error = failure(absurd_length()).await;
    assert!(matches!(error, Error::Decode { .. } | Error::Transport { .. }), "{error:?}");
}
