//! Unusual responses that are accepted, and malformed ones.

use bytes::Bytes;
use decthings::Error;
use decthings::api::dynamic::operation;
use decthings_tests::server::{Reply, Server, chunked, ok, response};
use serde_json::{Value, json};

use super::faults::{self, failure};
use super::support::{client, frame, get_state, state_bytes, state_frame};

async fn is_accepted(bytes: Vec<u8>) {
    let server = Server::always(Reply::Close(bytes)).await;
    assert_eq!(state_bytes(&get_state(&client(&server)).await), b"abc");
}

fn length(frame: &[u8]) -> String {
    format!("Content-Length: {}", frame.len())
}

#[tokio::test]
async fn a_response_without_a_content_type_is_accepted() {
    is_accepted(ok(&state_frame(b"abc"))).await;
}

#[tokio::test]
async fn a_response_of_another_content_type_is_accepted() {
    let frame = state_frame(b"abc");
    is_accepted(response("200 OK", &["Content-Type: text/html", &length(&frame)], &frame)).await;
}

#[tokio::test]
async fn any_success_status_is_accepted() {
    let frame = state_frame(b"abc");
    is_accepted(response("203 Non-Authoritative Information", &[&length(&frame)], &frame)).await;
}

#[tokio::test]
async fn a_chunked_response_is_accepted() {
    for size in [1, 7, 1000] {
        is_accepted(chunked(&state_frame(b"abc"), size)).await;
    }
}

#[tokio::test]
async fn a_response_that_ends_with_the_connection_is_accepted() {
    is_accepted(response("200 OK", &[], &state_frame(b"abc"))).await;
}

#[tokio::test]
async fn identity_encoding_is_accepted() {
    let frame = state_frame(b"abc");
    is_accepted(response("200 OK", &["Content-Encoding: identity", &length(&frame)], &frame)).await;
}

#[tokio::test]
async fn a_compressed_response_is_a_decode_error() {
    let error = failure(faults::compressed()).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(error.to_string().contains("gzip"), "{error}");
}

#[tokio::test]
async fn a_truncated_response_is_a_connection_error() {
    let server = Server::always(faults::cut_short()).await;
    let error = get_state(&client(&server)).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(&server.address().to_string()) && text.contains("before the response was complete"),
        "{text}"
    );
}

#[tokio::test]
async fn a_response_longer_than_announced_is_malformed() {
    let error = failure(faults::longer_than_announced()).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(error.to_string().contains("the frame ends"), "{error}");
}

#[tokio::test]
async fn bytes_after_a_response_are_not_the_next_response() {
    let forged = [ok(&state_frame(b"true")), ok(&state_frame(b"forged"))].concat();
    let server = Server::always(Reply::Respond(forged)).await;
    let client = client(&server);
    assert_eq!(state_bytes(&get_state(&client).await), b"true");
    assert_eq!(state_bytes(&get_state(&client).await), b"true");
}

#[tokio::test]
async fn a_response_that_is_not_http_names_the_address() {
    let server = Server::always(faults::garbage()).await;
    let error = get_state(&client(&server)).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&server.address().to_string()) && text.contains("HTTP"), "{text}");
}

#[tokio::test]
async fn a_refused_connection_names_the_address() {
    let (address, error) = faults::refused_connection().await;
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    let text = error.to_string();
    for part in [address.as_str(), "connection refused", "is a server running there?"] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_reset_before_the_response_names_the_address() {
    for act in [Reply::Reset(Vec::new()), faults::closed_without_response()] {
        let server = Server::always(act).await;
        let error = get_state(&client(&server)).await.unwrap_err();
        assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&server.address().to_string()) && text.contains("before the response"), "{text}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_recognized() {
    let error = faults::plain_server_over_tls().await;
    assert!(matches!(error, Error::Transport { unsent: true, .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("https://127.0.0.1") && text.contains("does the server speak TLS"), "{text}");
}

#[tokio::test]
async fn a_page_instead_of_a_frame_is_malformed() {
    let error = failure(faults::malformed_frame()).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(error.to_string().contains("malformed response"), "{error}");
}

#[tokio::test]
async fn an_empty_response_is_malformed() {
    for bytes in [ok(b""), response("204 No Content", &[], b"")] {
        let error = failure(Reply::Close(bytes)).await;
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains("the response is empty"), "{error}");
    }
}

#[tokio::test]
async fn malformed_json_is_shown_with_path_and_excerpt() {
    let json = r#"{"result":{"stateKeyNames":["w", 7]}}"#;
    let error = failure(Reply::Respond(ok(&frame(json, &[b"", b""])))).await;
    let Error::Decode { path, excerpt, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&**path, "result.stateKeyNames[1]");
    assert!(excerpt.contains('7') && excerpt.chars().count() <= 200, "{excerpt}");
}

#[tokio::test]
async fn excerpts_of_long_json_are_bounded_and_contain_the_error() {
    for before in [0, 1000] {
        let (before, after) = ("é".repeat(before), "ö".repeat(1000));
        let json = format!(r#"{{"result":{{"more":"{before}","stateKeyNames":[77],"rest":"{after}"}}}}"#);
        let error = failure(Reply::Respond(ok(&frame(&json, &[])))).await;
        let Error::Decode { excerpt, .. } = &error else { panic!("{error:?}") };
        assert!(excerpt.contains("[77") && excerpt.chars().count() <= 200, "{excerpt}");
    }
}

#[tokio::test]
async fn a_key_proto_is_rejected_with_and_without_escapes() {
    for (member, is_accepted) in [
        (r#""__proto__":1"#, false),
        (r#""a":{"__proto__" : 1}"#, false),
        (r#""\u005f_proto_\u005F":1"#, false),
        (r#""a":["__proto__"],"b":"__proto__""#, true),
        (r#""\\u005f_proto__":1"#, true),
    ] {
        let json = format!(r#"{{"result":{{{member},"stateKeyNames":["w"]}}}}"#);
        let server = Server::always(Reply::Respond(ok(&frame(&json, &[b"x"])))).await;
        let result = get_state(&client(&server)).await;
        assert_eq!(result.is_ok(), is_accepted, "{member}: {result:?}");
    }
}

#[test]
fn a_truncated_response_is_malformed() {
    let blobs: [&[u8]; 3] = [&[], &[7; 300], &[7; 70_000]];
    let whole = Bytes::from(frame(r#"{"result":{"stateKeyNames":["a","b","c"]}}"#, &blobs));
    let operation = operation("Model", "getModelState").unwrap();
    assert!(operation.decode_response(whole.clone()).is_ok());
    for end in (0..400).chain(whole.len() - 10..whole.len()) {
        assert!(operation.decode_response(whole.slice(..end)).is_err(), "{end}");
    }
}

#[tokio::test]
async fn false_lengths_are_rejected() {
    let mut frame = Vec::new();
    decthings_tests::codec::varint(0xffff_ffff, &mut frame);
    let error = failure(Reply::Respond(ok(&frame))).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    let error = failure(Reply::Respond(ok(&[255; 9]))).await;
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn a_client_works_after_every_bad_response() {
    let bad = [
        faults::redirect(),
        faults::status("500 Internal Server Error", b"oh"),
        faults::compressed(),
        faults::cut_short(),
        faults::longer_than_announced(),
        faults::garbage(),
        faults::closed_without_response(),
        Reply::Reset(Vec::new()),
        faults::malformed_frame(),
    ];
    let number = bad.len();
    let acts = bad.into_iter().flat_map(|bad| [bad, Reply::Respond(ok(&state_frame(b"abc")))]).collect();
    let server = Server::in_turn(acts).await;
    let client = client(&server);
    for _ in 0..number {
        assert!(get_state(&client).await.is_err());
        assert_eq!(state_bytes(&get_state(&client).await), b"abc");
    }
}

#[test]
fn one_pending_invite_is_read_as_a_list() {
    let organization = json!({"id": "o", "name": "n", "createdAt": 1, "members": [], "pendingInvites": {"email": "e"}});
    let result = json!({"result": {"organizations": [organization], "total": 1, "offset": 0, "limit": 20}});
    let operation = operation("Organization", "getOrganizations").unwrap();
    let result = operation.decode_response(frame(&result.to_string(), &[]).into()).unwrap();
    assert_eq!(result["organizations"][0]["pendingInvites"], json!([{"email": "e"}]));
}

#[test]
fn evaluations_are_read_under_their_older_names() {
    let operation = operation("Model", "getFinishedEvaluationResult").unwrap();
    let read = |key: &str, other: Value, blobs: &[&[u8]]| {
        let spec = json!({"cpus": 1.0, "memoryMebibytes": 1024});
        let launcher = json!({"type": "temporaryLauncher", "spec": spec});
        let mut outcome = json!({"totalDuration": 2, "durations": {"evaluate": 1}, "executedOnLauncher": launcher});
        outcome.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        let result = json!({"result": {(key): outcome}});
        operation.decode_response(frame(&result.to_string(), blobs).into()).unwrap()
    };
    for key in ["success", "evaluationSuccess"] {
        let result = read(key, json!({"output": [{"name": "o"}]}), &[b"\x07\x00\x05"]);
        let tensor = json!({"type": "u8", "shape": [], "data": [5]});
        assert_eq!(result["success"]["output"], json!([{"name": "o", "data": [tensor]}]));
    }
    for key in ["failed", "evaluationFailed"] {
        let result = read(key, json!({"error": {"code": "cancelled"}}), &[]);
        assert_eq!(result["failed"]["error"]["code"], "cancelled");
    }
}
