//! Calls and their connections: validation, reuse, concurrency and cancellation.

use std::task::{Context, Poll, Waker};

use decthings::api::model::TrainRequest;
use decthings::api::types::{
    DatasetKeyData, ElementType, ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry, TensorRules,
};
use decthings::{Error, Tensor};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;
use tokio::task::JoinSet;

use super::service::{RemoteService, Small};
use super::support::{client, get_state, in_process, state_bytes, state_frame};

#[test]
fn arguments_with_one_meaning_are_converted() {
    let tensors = vec![Tensor::scalar(1_u8)];
    let launcher = LauncherSpec::new(1.0, 512);
    let short = TrainRequest::new("m", "n", [ParameterProvider::new("x", [tensors[0].clone()])], launcher.clone());
    let location = ExecutionLocation::temporary_launcher(launcher);
    assert_eq!(short, TrainRequest::new("m", "n", [ParameterProvider::new("x", tensors)], location));
    let rules = TensorRules::new([], [ElementType::U8]);
    assert!(rules.annotations.is_empty());
    assert_eq!(serde_json::to_value(&rules).unwrap()["annotations"], serde_json::json!([]));
    assert_eq!(rules.annotations(["a byte"]).annotations, ["a byte"]);
}

async fn fine() -> Server {
    Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await
}

/// Asserts that nothing reached the server before this call.
async fn nothing_was_sent(server: &Server, client: &decthings::Client) {
    get_state(client).await.unwrap();
    assert_eq!((server.counts().connections, server.counts().requests), (1, 1));
}

fn column(key: &str, entries: usize) -> DatasetKeyData {
    DatasetKeyData::new(key, vec![Tensor::scalar(1_u8); entries])
}

/// The path and the message of the error for entries that cannot be sent.
async fn invalid(keys: Vec<DatasetKeyData>) -> (String, String) {
    let server = fine().await;
    let client = client(&server);
    let error = soon(client.dataset().add_entries("d", keys)).await.unwrap_err();
    let Error::Invalid { path, .. } = &error else { panic!("{error:?}") };
    nothing_was_sent(&server, &client).await;
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    (path.to_string(), error.to_string())
}

#[tokio::test]
async fn more_than_255_blobs_are_rejected() {
    let server = fine().await;
    let client = client(&server);
    let entries = (0..256).map(|number| StateEntry::new(number.to_string(), "x"));
    let error = soon(client.model().upload_state("m", "n", entries)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("256 blobs") && text.contains("at most 255"), "{text}");
    nothing_was_sent(&server, &client).await;
}

#[tokio::test]
async fn up_to_255_blobs_are_sent() {
    let socket = RemoteService::start(Small::new().router()).await;
    let entries = (0..255).map(|number| StateEntry::new(number.to_string(), "x"));
    let state = soon(socket.client.model().upload_state("m", "n", entries)).await.unwrap();
    assert!(state.state_id.starts_with("0:1,1:1,") && state.state_id.ends_with(",254:1"), "{}", state.state_id);
}

#[tokio::test]
async fn too_many_entries_name_the_parameter() {
    let (path, text) = invalid(vec![column("a", 128), column("b", 128)]).await;
    assert_eq!(path, "keys");
    assert!(text.contains("2 keys with 128 tensors each are 256 blobs") && text.contains("`in_parts`"), "{text}");
}

#[tokio::test]
async fn a_duplicate_key_is_named() {
    let (path, text) = invalid(vec![column("a", 1), column("b", 1), column("a", 1)]).await;
    assert_eq!(path, "keys[2].key");
    assert!(text.contains("`keys[2].key`") && text.contains("\"a\"") && text.contains("duplicate name"), "{text}");
}

#[tokio::test]
async fn unequal_numbers_of_entries_are_named() {
    let (path, text) = invalid(vec![column("a", 2), column("b", 2), column("c", 1)]).await;
    assert_eq!(path, "keys[2].data");
    assert!(text.contains("1 tensor") && text.contains("`keys[0].data` has 2"), "{text}");
}

#[tokio::test]
async fn missing_keys_name_the_parameter() {
    assert_eq!(invalid(Vec::new()).await.0, "keys");
}

#[tokio::test]
async fn calls_do_nothing_until_awaited() {
    let server = fine().await;
    let client = client(&server);
    let call = client.model().get_model_state("m");
    drop(call.clone().send());
    drop(call);
    nothing_was_sent(&server, &client).await;
}

#[tokio::test]
async fn clones_share_a_connection() {
    let server = fine().await;
    let first = client(&server);
    for _ in 0..5 {
        assert_eq!(state_bytes(&get_state(&first).await), b"abc");
        assert_eq!(state_bytes(&get_state(&first.clone()).await), b"abc");
    }
    assert_eq!((server.counts().connections, server.counts().requests), (1, 10));
}

#[tokio::test]
async fn clones_outlive_the_original() {
    let server = fine().await;
    let first = client(&server);
    let second = first.clone();
    get_state(&first).await.unwrap();
    drop(first);
    get_state(&second).await.unwrap();
    assert_eq!(server.counts().connections, 1);
}

#[tokio::test]
async fn connections_close_with_the_last_client() {
    let server = fine().await;
    let client = client(&server);
    get_state(&client).await.unwrap();
    drop(client);
    server.until(|counts| counts.closed == 1).await;
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_and_the_client_still_works() {
    let server = Server::in_turn(vec![Reply::Stall(Vec::new()), Reply::Respond(ok(&state_frame(b"abc")))]).await;
    let client = client(&server);
    tokio::select! {
        outcome = get_state(&client) => panic!("{outcome:?}"),
        () = server.until(|counts| counts.requests == 1) => {}
    }
    server.until(|counts| counts.closed == 1).await;
    assert_eq!(state_bytes(&get_state(&client).await), b"abc");
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_in_process() {
    let service = Small::gated(2);
    let client = in_process(service.router());
    let mut call = client.model().get_model_state("m").into_future();
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(call);
    assert_eq!(*service.abandoned.borrow(), 1);
}

#[tokio::test]
async fn concurrent_calls_get_their_own_responses() {
    const CALLS: usize = 32;
    let service = Small::gated(CALLS);
    let socket = RemoteService::start(service.router()).await;
    for client in [&socket.client, &in_process(service.router())] {
        let mut calls = JoinSet::new();
        for number in 0..CALLS {
            let call = client.model().get_model_state(format!("model {number}"));
            calls.spawn(async move { (number, call.await) });
        }
        for (number, outcome) in soon(calls.join_all()).await {
            assert_eq!(state_bytes(&outcome), format!("model {number}").as_bytes());
        }
    }
}

#[test]
fn a_call_outside_a_runtime_is_an_error() {
    let client = decthings::Client::builder().http_url("http://127.0.0.1:1").build().unwrap();
    let mut call = client.model().get_model_state("m").into_future();
    let Poll::Ready(outcome) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!("it waits") };
    let text = outcome.unwrap_err().to_string();
    assert!(text.contains("Tokio runtime"), "{text}");
}

#[tokio::test]
async fn connections_closed_while_idle_are_replaced() {
    let server = Server::always(Reply::Close(ok(&state_frame(b"abc")))).await;
    let client = client(&server);
    for number in 1..=5 {
        assert_eq!(state_bytes(&get_state(&client).await), b"abc");
        server.until(|counts| counts.closed == number).await;
    }
    assert_eq!(server.counts().connections, 5);
}
