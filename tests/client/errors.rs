//! What an error knows of itself.

use std::error::Error as _;

use decthings::api::model::{DeleteModelError, GetModelStateError, TrainError};
use decthings::{ApiError, Error};
use decthings_tests::server::{Reply, Server, unused_address};
use decthings_tests::soon;

use super::faults::{self, api_error, failure, failures, status};
use super::support::{client, get_state_method};

/// What calls of a method that is not safe to repeat say about a server that does this in turn.
async fn unsafe_failures(acts: Vec<Reply>) -> Vec<Error<DeleteModelError>> {
    let number = acts.len();
    let server = Server::in_turn(acts).await;
    let client = client(&server);
    let mut failures = Vec::with_capacity(number);
    for _ in 0..number {
        failures.push(soon(client.model().delete_model("m")).await.expect_err("a failure"));
    }
    failures
}

#[test]
fn errors_are_small() {
    assert!(size_of::<Error<TrainError>>() <= 64);
    assert!(size_of::<Error<ApiError>>() <= 64);
}

#[test]
fn errors_can_be_sent_between_threads_and_boxed() {
    fn check<T: Send + Sync + 'static + Into<Box<dyn std::error::Error + Send + Sync>>>() {}
    check::<Error<TrainError>>();
    check::<Error>();
    check::<decthings::BuildError>();
}

#[tokio::test]
async fn every_error_knows_its_method_and_says_it_first() {
    for error in faults::all().await {
        assert_eq!((error.service(), error.method()), ("Model", "getModelState"));
        let text = error.to_string();
        assert!(text.starts_with("Model.getModelState: "), "{text}");
        assert!(text.lines().count() == 1 && text.chars().count() < 500, "{text}");
    }
}

#[tokio::test]
async fn every_error_is_told_the_same_without_its_type() {
    for error in faults::all().await {
        let (text, code, retryable) = (error.to_string(), error.code().map(str::to_owned), error.is_retryable());
        let has_source = error.source().is_some();
        let raw = error.into_raw();
        assert_eq!((raw.to_string(), raw.code().map(str::to_owned)), (text, code));
        assert_eq!((raw.is_retryable(), raw.source().is_some()), (retryable, has_source), "{raw}");
    }
}

#[tokio::test]
async fn a_known_refusal_has_its_type_its_code_and_a_sentence() {
    let error = failure(api_error(r#"{"error":{"code":"model_not_found"}}"#)).await;
    assert_eq!(error.api(), Some(&GetModelStateError::ModelNotFound));
    assert_eq!(error.code(), Some("model_not_found"));
    let told = "Model.getModelState: the model does not exist, or the caller has no access to it (model_not_found)";
    assert_eq!(error.to_string(), told);
    assert_eq!(error.into_api().unwrap(), GetModelStateError::ModelNotFound);
}

#[tokio::test]
async fn an_unknown_refusal_keeps_its_code_and_fields() {
    let error = failure(api_error(r#"{"error":{"code":"brand_new","why":"because"}}"#)).await;
    assert_eq!(error.code(), Some("brand_new"));
    let text = error.to_string();
    assert!(text.contains("brand_new") && text.contains("because"), "{text}");
    let Some(GetModelStateError::Unrecognized(raw)) = error.api() else { panic!("{error:?}") };
    assert_eq!(raw.fields()["why"], "because");
}

#[tokio::test]
async fn a_known_refusal_with_malformed_fields_is_a_malformed_answer() {
    let json = r#"{"error":{"code":"invalid_parameter","parameterName":"a","reason":7}}"#;
    let error = failure(api_error(json)).await;
    let Error::Decode { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&**path, "error.reason");
}

#[tokio::test]
async fn only_refusals_have_a_code() {
    for error in [faults::refused_connection().await.1, faults::no_answer_in_time().await] {
        assert_eq!((error.code(), error.api()), (None, None));
        let text = error.to_string();
        assert_eq!(error.into_api().unwrap_err().to_string(), text);
    }
}

#[tokio::test]
async fn a_broken_connection_has_a_cause_down_to_the_system() {
    let (_, error) = faults::refused_connection().await;
    let mut innermost = error.source().unwrap();
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let io = innermost.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(io.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn what_has_no_cause_claims_none() {
    assert!(failure(status("500 Oops", b"")).await.source().is_none());
    assert!(faults::no_answer_in_time().await.source().is_none());
}

#[tokio::test]
async fn a_refused_connection_may_be_tried_again_by_any_method() {
    let (_, error) = faults::refused_connection().await;
    assert!(error.is_retryable());
    let client = decthings::Client::builder().http_url(format!("http://{}", unused_address().await));
    let error = soon(client.build().unwrap().model().delete_model("m")).await.unwrap_err();
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_broken_call_may_be_tried_again_only_if_it_is_safe_to_repeat() {
    assert!(get_state_method().idempotent);
    let acts = vec![Reply::Reset(Vec::new()), faults::cut_short(), status("500 Oops", b""), status("502 Oops", b"")];
    for error in failures(acts.clone()).await {
        assert!(error.is_retryable(), "{error}");
    }
    for error in unsafe_failures(acts).await {
        assert!(!error.is_retryable(), "{error}");
    }
    assert!(faults::no_answer_in_time().await.is_retryable());
}

#[tokio::test]
async fn a_server_that_asks_for_patience_may_be_tried_again_by_any_method() {
    let acts = vec![
        status("429 Too Many Requests", b""),
        status("503 Service Unavailable", b""),
        api_error(r#"{"error":{"code":"too_many_requests"}}"#),
    ];
    for error in failures(acts.clone()).await {
        assert!(error.is_retryable(), "{error}");
    }
    for error in unsafe_failures(acts).await {
        assert!(error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn what_will_not_get_better_is_not_retryable() {
    let acts = vec![
        faults::redirect(),
        faults::compressed(),
        faults::frame_of_nonsense(),
        status("401 Unauthorized", b""),
        status("404 Not Found", b""),
        api_error(r#"{"error":{"code":"model_not_found"}}"#),
        api_error(r#"{"error":{"code":"brand_new"}}"#),
    ];
    for error in failures(acts).await {
        assert!(!error.is_retryable(), "{error}");
    }
}
