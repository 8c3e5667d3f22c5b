//! What errors carry: code, source, message, and whether a retry may help.

use decthings::api::model::{DeleteModelError, GetModelStateError, TrainError};
use decthings::{ApiError, Client, Error};
use decthings_tests::server::{Reply, Server, ok, unused_address};
use decthings_tests::soon;
use serde_json::json;

use super::faults::{self, api_error, failure, failures, status};
use super::support::{client, frame, get_state_method};

/// The errors of a method that is not idempotent, from a server with these replies.
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
async fn every_error_starts_with_its_method() {
    for error in faults::all().await {
        assert_eq!((error.service(), error.method()), ("Model", "getModelState"));
        let text = error.to_string();
        assert!(text.starts_with("Model.getModelState: "), "{text}");
        assert!(text.lines().count() == 1 && text.chars().count() < 500, "{text}");
    }
}

#[tokio::test]
async fn untyped_errors_show_the_same() {
    for error in faults::all().await {
        let (text, code, retryable) = (error.to_string(), error.code().map(str::to_owned), error.is_retryable());
        let has_cause = error.cause().is_some();
        let raw = error.into_raw();
        assert_eq!((raw.to_string(), raw.code().map(str::to_owned)), (text, code));
        assert_eq!((raw.is_retryable(), raw.cause().is_some()), (retryable, has_cause), "{raw}");
    }
}

#[tokio::test]
async fn a_known_api_error_has_type_code_and_description() {
    let error = failure(api_error(r#"{"error":{"code":"model_not_found"}}"#)).await;
    assert_eq!(error.api(), Some(&GetModelStateError::ModelNotFound));
    assert_eq!(error.code(), Some("model_not_found"));
    let expected = "Model.getModelState: the model does not exist, or the caller has no access to it (model_not_found)";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.into_api().unwrap(), GetModelStateError::ModelNotFound);
}

#[tokio::test]
async fn an_unknown_api_error_keeps_code_and_fields() {
    let error = failure(api_error(r#"{"error":{"code":"brand_new","why":"because"}}"#)).await;
    assert_eq!(error.code(), Some("brand_new"));
    let text = error.to_string();
    assert!(text.contains("brand_new") && text.contains("because"), "{text}");
    let Some(GetModelStateError::Unrecognized(raw)) = error.api() else { panic!("{error:?}") };
    assert_eq!(raw.fields()["why"], "because");
}

#[tokio::test]
async fn a_known_api_error_with_malformed_fields_is_a_decode_error() {
    let json = r#"{"error":{"code":"invalid_parameter","parameterName":"a","reason":7}}"#;
    let error = failure(api_error(json)).await;
    let Error::Decode { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&**path, "error.reason");
}

#[tokio::test]
async fn only_api_errors_have_a_code() {
    for error in [faults::refused_connection().await.1, faults::no_response_in_time().await] {
        assert_eq!((error.code(), error.api()), (None, None));
        let text = error.to_string();
        assert_eq!(error.into_api().unwrap_err().to_string(), text);
    }
}

#[tokio::test]
async fn a_connection_error_has_an_io_error_as_cause() {
    let (_, error) = faults::refused_connection().await;
    let mut innermost = error.cause().unwrap();
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    let io = innermost.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(io.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn error_without_cause_has_none() {
    assert!(failure(status("500 Oops", b"")).await.cause().is_none());
    assert!(faults::no_response_in_time().await.cause().is_none());
}

/// The texts of an error and of its sources, as `{:#}` of anyhow joins them.
fn with_sources(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn an_error_with_its_sources_repeats_nothing() {
    for error in faults::all().await {
        let text = with_sources(&error);
        let mut parts: Vec<&str> = text.split(": ").collect();
        parts.sort_unstable();
        assert!(parts.windows(2).all(|parts| parts[0] != parts[1]), "{text}");
        assert!(text.matches("refused").count() <= 1, "{text}");
    }
    let error = decthings::Client::builder().api_key_file("/nowhere/key").build().unwrap_err();
    assert_eq!(with_sources(&error).matches("os error").count(), 1, "{error}");
}

#[test]
fn urls_without_a_scheme_suggest_one() {
    for (url, meant) in [
        ("example.com", "https://example.com"),
        ("example.com:8443/v1", "https://example.com:8443/v1"),
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        let error = decthings::Client::builder().http_url(url).build().unwrap_err().to_string();
        assert!(error.contains(&format!("did you mean `{meant}`?")), "{error}");
    }
    let error = decthings::Client::builder().websocket_url("example.com/ws").build().unwrap_err().to_string();
    assert!(error.contains("did you mean `wss://example.com/ws`?"), "{error}");
    for url in ["", "/v1", "ftp://example.com", "not a host", "user:secret@example.com"] {
        let error = decthings::Client::builder().http_url(url).build().unwrap_err().to_string();
        assert!(!error.contains("did you mean") && !error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_retryable_for_any_method() {
    let (_, error) = faults::refused_connection().await;
    assert!(error.is_retryable());
    let client = decthings::Client::builder().http_url(format!("http://{}", unused_address().await));
    let error = soon(client.build().unwrap().model().delete_model("m")).await.unwrap_err();
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_broken_connection_is_retryable_only_if_idempotent() {
    assert!(get_state_method().idempotent);
    let acts = vec![Reply::Reset(Vec::new()), faults::cut_short(), status("500 Oops", b""), status("503 Oops", b"")];
    for error in failures(acts.clone()).await {
        assert!(error.is_retryable(), "{error}");
    }
    for error in unsafe_failures(acts).await {
        assert!(!error.is_retryable(), "{error}");
    }
    assert!(faults::no_response_in_time().await.is_retryable());
}

#[tokio::test]
async fn an_overloaded_server_is_retryable_for_any_method() {
    let acts = vec![status("429 Too Many Requests", b""), api_error(r#"{"error":{"code":"too_many_requests"}}"#)];
    for error in failures(acts.clone()).await {
        assert!(error.is_retryable(), "{error}");
    }
    for error in unsafe_failures(acts).await {
        assert!(error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn permanent_errors_are_not_retryable() {
    let acts = vec![
        faults::redirect(),
        faults::compressed(),
        faults::malformed_frame(),
        status("401 Unauthorized", b""),
        status("404 Not Found", b""),
        api_error(r#"{"error":{"code":"model_not_found"}}"#),
        api_error(r#"{"error":{"code":"brand_new"}}"#),
    ];
    for error in failures(acts).await {
        assert!(!error.is_retryable(), "{error}");
    }
}

#[tokio::test]
async fn errors_of_several_methods_convert_into_one_type() {
    async fn calls(client: &Client) -> Result<(), Error> {
        client.model().get_models().total().await?;
        client.dataset().get_entries("d", vec![0]).dataset_version_id("1").await?;
        Ok(())
    }
    let total = Reply::Respond(ok(&frame(r#"{"result":{"models":[],"total":0,"offset":0,"limit":1}}"#, &[])));
    let conflict = api_error(r#"{"error":{"code":"incorrect_version_id","datasetVersionId":"2"}}"#);
    let server = Server::in_turn(vec![total, conflict]).await;
    let error = soon(calls(&client(&server))).await.unwrap_err();
    assert_eq!(
        (error.service(), error.method(), error.code()),
        ("Dataset", "getEntries", Some("incorrect_version_id"))
    );
    let fields = error.api().unwrap().fields();
    assert_eq!((&fields["datasetVersionId"], error.is_retryable()), (&json!("2"), false));
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.to_string().contains("(incorrect_version_id)"), "{boxed}");
    let rejected = Server::always(api_error(r#"{"error":{"code":"too_many_requests"}}"#)).await;
    let error: Error = soon(calls(&client(&rejected))).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("too many calls in a short time"), "{error}");
}
