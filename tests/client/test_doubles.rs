//! Test doubles of the service: scripted responses and recorded calls.

use std::path::PathBuf;

use decthings::Waiter;
use decthings::api::model::{DeleteModelRequest, TrainError, TrainRequest, TrainResult};
use decthings::runtime::TransportError;
use decthings::testing::{Cassette, Recorder, Script};
use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Error, RetryPolicy, Tensor};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{KEY, Temporary, soon};

use super::support::{frame, get_state, state_bytes, state_frame};

fn client(script: &Script) -> Client {
    Client::builder().script(script).retry(RetryPolicy::off()).build().unwrap()
}

async fn train(client: &Client) -> Result<TrainResult, Error<TrainError>> {
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
    let params = [ParameterProvider::new("x", vec![Tensor::from([1.0_f32, 2.0])])];
    soon(client.model().train("m", "n", params, launcher)).await.map(Waiter::into_result)
}

#[tokio::test]
async fn a_script_responds_in_order_and_records_calls() {
    let script = Script::new()
        .respond::<TrainRequest>(Ok(TrainResult::new("session")))
        .respond::<TrainRequest>(Err(TrainError::ModelNotFound))
        .fail::<DeleteModelRequest>(TransportError::new("the line is cut"));
    let client = client(&script);
    assert_eq!(train(&client).await.unwrap().training_session_id, "session");
    assert_eq!(train(&client).await.unwrap_err().into_api().unwrap(), TrainError::ModelNotFound);
    assert!(script.check().unwrap_err().to_string().contains("never called: [Model.deleteModel]"));
    let error = soon(client.model().delete_model("m")).await.unwrap_err();
    assert!(error.to_string().contains("the line is cut"), "{error}");
    script.check().unwrap();
    let calls = script.calls();
    assert_eq!((calls.len(), calls[0].service(), calls[2].method()), (3, "Model", "deleteModel"));
    let request: TrainRequest = calls[0].request().unwrap();
    assert_eq!((request.model_id.as_str(), request.new_state_name.as_str()), ("m", "n"));
    assert!(calls[0].request::<DeleteModelRequest>().unwrap_err().to_string().contains("Model.train"));
}

#[tokio::test]
async fn an_unexpected_call_names_the_expected_one() {
    let script = Script::new().respond::<TrainRequest>(Ok(TrainResult::new("session")));
    let client = client(&script);
    let text = soon(client.model().delete_model("m")).await.unwrap_err().to_string();
    assert!(text.contains("Model.deleteModel") && text.contains("expects a call of Model.train next"), "{text}");
    train(&client).await.unwrap();
    let text = train(&client).await.unwrap_err().to_string();
    assert!(text.contains("no response left"), "{text}");
    let text = script.check().unwrap_err().to_string();
    assert!(text.contains("unexpected calls: [Model.deleteModel, Model.train]"), "{text}");
}

#[tokio::test]
async fn a_script_responds_to_websocket_calls() {
    use decthings::api::debug::{LaunchDebugSessionRequest, LaunchDebugSessionResult};
    let script = Script::new().respond::<LaunchDebugSessionRequest>(Ok(LaunchDebugSessionResult::new("d")));
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
    let call = client(&script).debug().launch_debug_session("m", launcher);
    assert_eq!(soon(call).await.unwrap().debug_session_id, "d");
}

/// The path of a cassette in a folder of the test.
fn cassette(folder: &Temporary) -> PathBuf {
    folder.join("cassette.jsonl")
}

#[tokio::test]
async fn recorded_calls_are_played_back_without_the_network() {
    let folder = Temporary::new();
    let path = cassette(&folder);
    let server = Server::start(|request| match request.path().ends_with("train") {
        true => super::faults::api_error(r#"{"error":{"code":"quota_exceeded"}}"#),
        false => Reply::Respond(ok(&state_frame(b"\0abc"))),
    })
    .await;
    let recorder = Recorder::create(&path).unwrap();
    let live = Client::builder().http_url(server.url()).api_key(KEY).record(recorder).build().unwrap();
    let (state, rejection) = (get_state(&live).await, train(&live).await.unwrap_err());
    let (address, requests) = (server.address().to_string(), server.counts().requests);
    drop(server);
    let cassette = Cassette::open(&path).unwrap();
    // Key, headers and order are not part of the recording.
    let client = Client::builder().replay(&cassette).api_key("k3y-other").header("X-A", "b").build().unwrap();
    assert_eq!(train(&client).await.unwrap_err().to_string(), rejection.to_string());
    assert_eq!(state_bytes(&get_state(&client).await), state_bytes(&state));
    assert_eq!((cassette.left(), requests), (0, 2));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains(&address) && !text.to_lowercase().contains("authorization"), "{text}");
}

#[tokio::test]
async fn an_unrecorded_request_shows_expected_and_actual() {
    let folder = Temporary::new();
    let path = cassette(&folder);
    let server = Server::always(Reply::Respond(ok(&state_frame(b"abc")))).await;
    let live = Client::builder().http_url(server.url()).record(Recorder::create(&path).unwrap()).build().unwrap();
    get_state(&live).await.unwrap();
    let client = Client::builder().replay(&Cassette::open(&path).unwrap()).build().unwrap();
    let text = soon(client.model().get_model_state("another")).await.unwrap_err().to_string();
    for part in [
        "unexpected call of Model.getModelState with",
        "another",
        "expects Model.getModelState with",
        r#"{"modelId":"m"}"#,
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    get_state(&client).await.unwrap();
    let text = get_state(&client).await.unwrap_err().to_string();
    assert!(text.contains("no calls left"), "{text}");
}

#[tokio::test]
async fn the_key_is_not_recorded() {
    let folder = Temporary::new();
    let path = cassette(&folder);
    let blob = format!("your key is {KEY}");
    let frame = frame(&format!(r#"{{"result":{{"stateKeyNames":["{KEY}"]}}}}"#), &[blob.as_bytes()]);
    let server =
        Server::in_turn(vec![super::faults::page_with_key("400 Bad Request"), Reply::Respond(ok(&frame))]).await;
    let recorder = Recorder::create(&path).unwrap();
    let live = Client::builder().http_url(server.url()).api_key(KEY).record(recorder).build().unwrap();
    get_state(&live).await.unwrap_err();
    // Not with `get_state`, which logs its result: this server responds with the key.
    soon(live.model().get_model_state("m")).await.unwrap();
    let client = Client::builder().replay(&Cassette::open(&path).unwrap()).build().unwrap();
    assert!(matches!(get_state(&client).await, Err(Error::Http { status: 400, .. })));
    let state = get_state(&client).await.unwrap();
    let stars = "*".repeat(KEY.len());
    assert_eq!(
        (state.data[0].key.as_str(), state.data[0].data.as_bytes().unwrap()),
        (&*stars, format!("your key is {stars}").as_bytes())
    );
    assert!(!std::fs::read_to_string(&path).unwrap().contains(KEY));
}

#[tokio::test]
async fn a_malformed_cassette_names_the_line() {
    let folder = Temporary::new();
    let path = cassette(&folder);
    std::fs::write(&path, "{}\n").unwrap();
    let text = Cassette::open(&path).unwrap_err().to_string();
    assert!(text.contains("line 1 is not a recorded call"), "{text}");
}
