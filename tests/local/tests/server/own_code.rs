//! Models with code of their own, which runs in programs.

use std::sync::Arc;

use decthings::api::debug::{DebugEvent, StateSource};
use decthings::api::model::{
    InitialState, ModelChanges, ModelOptions, ModelOptionsBasedOnModelSnapshot, ModelOptionsCode, ModelToMount,
    TrainingStatus,
};
use decthings::files::ModelFiles;
use decthings::types::{
    DebugSessionTerminatedReason, ElementType, EvaluationResult, ModelLanguage, ParameterDefinition,
    ParameterDefinitions, TensorRules, TrainingMetricRange,
};
use decthings::{Client, Tensor, Update};
use decthings_local::Local;
use serde_json::Value;
use tempfile::TempDir;

use crate::model_program::write_model;
use crate::processes::is_gone;
use crate::support::{
    config, ended, error_code, fresh, get_model, invalid, launcher, many, one, start, succeeded, within,
};

/// A server with a model `m`, whose code is the program of the tests.
pub fn serve(behavior: &str) -> (Arc<Local>, Client, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), behavior);
    let (local, client) = fresh(config().allow_processes(true).model("m", folder.path()));
    (local, client, folder)
}

/// The reason of an invalid parameter.
fn reason<T: std::fmt::Debug, E: decthings::runtime::ErrorCode>(result: Result<T, decthings::Error<E>>) -> String {
    let error = result.unwrap_err().into_raw();
    error.api().unwrap().fields()["reason"].as_str().unwrap().to_owned()
}

async fn new_state(client: &Client, model: &str) -> String {
    let created = client.model().create_state(model, "new", [], launcher()).await.unwrap();
    created.into_result().unwrap().state_id
}

async fn evaluate(client: &Client, model: &str, value: f32) -> Result<Vec<Tensor>, Value> {
    let result = client.model().evaluate(model, [one("x", value)]).await.unwrap();
    match result {
        EvaluationResult::Success(success) => Ok(success.output[0].data.clone()),
        other => Err(serde_json::to_value(other).unwrap()["failed"]["error"].take()),
    }
}

async fn state_data(client: &Client, model: &str, state: &str) -> Vec<(String, String)> {
    let data = client.model().get_model_state(model).state_id(state).await.unwrap().data;
    let text =
        |entry: &decthings::types::StateEntry| String::from_utf8(entry.data.as_bytes().unwrap().to_vec()).unwrap();
    data.iter().map(|entry| (entry.key.clone(), text(entry))).collect()
}

#[tokio::test]
async fn code_is_rejected_without_permission() {
    within(async {
        let folder = tempfile::tempdir().unwrap();
        write_model(folder.path(), "good");
        let (_, client) = fresh(config().model("m", folder.path()));
        let options = || ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Python));
        let created = client.model().create_model("a", "", options()).await;
        assert_eq!(error_code(created), invalid("options.preset"));
        assert!(reason(client.model().create_model("a", "", options()).await).contains("--allow-processes"));
        let created = client.model().create_state("m", "new", [], launcher()).await;
        assert_eq!(error_code(created), invalid("modelId"));
        assert!(reason(client.model().create_state("m", "new", [], launcher()).await).contains("--allow-processes"));
        let session = client.debug().launch_debug_session("m", launcher()).subscribe_to_events(false).await;
        assert!(reason(session).contains("--allow-processes"));
    })
    .await;
}

#[tokio::test]
async fn uploaded_code_makes_trains_and_evaluates_states() {
    within(async {
        let folder = tempfile::tempdir().unwrap();
        write_model(folder.path(), "good");
        let (local, client) = fresh(config().allow_processes(true));
        let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Rust));
        let model = client.model().create_model("a", "", options).await.unwrap().into_result().model_id;
        ModelFiles::new(&client, &model).upload(folder.path(), "").await.unwrap();

        let first = new_state(&client, &model).await;
        assert_eq!(state_data(&client, &model, &first).await, [("count", "0"), ("mounted", "")].map(owned));
        let x: Vec<Tensor> = (0..10_u8).map(Tensor::scalar).collect();
        let params = [many("x", x.clone()), many("y", x.clone())];
        let training = client.model().train(&model, "trained", params, launcher()).await.unwrap().into_result();
        let session = training.training_session_id;
        let completed = match ended(&client, &model, &session).await {
            TrainingStatus::Completed(completed) => completed,
            other => panic!("{other:?}"),
        };
        assert!(completed.start_durations.code_startup.is_some());
        assert_eq!(state_data(&client, &model, &completed.created_state_id).await, [owned(("count", "1"))]);
        let range = TrainingMetricRange::new("first", 0, 100);
        let metrics = client.model().get_training_metrics(&model, &session, [range]).await.unwrap().metrics;
        let values: Vec<Tensor> = metrics[0].entries.iter().map(|entry| entry.data.clone()).collect();
        assert_eq!(values, x);

        let result = succeeded(client.model().evaluate(&model, [many("x", x.clone())]).await.unwrap());
        assert_eq!((result.output[0].name.as_str(), &result.output[0].data), ("x", &x));
        assert!(result.durations.code_startup.is_some());
        local.shutdown().await;
    })
    .await;
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[tokio::test]
async fn edited_folder_is_in_the_next_call() {
    within(async {
        let (local, client, folder) = serve("tell the process");
        assert_eq!(get_model(&client, "m").await.name, "m");
        new_state(&client, "m").await;
        let process = |tensors: Vec<Tensor>| tensors[0].item::<u32>().unwrap();
        let first = process(evaluate(&client, "m", 1.0).await.unwrap());
        // Nothing has changed, so the program still runs.
        let again = client.model().evaluate("m", [one("x", 1.0_f32)]).await.unwrap();
        let again = succeeded(again);
        assert_eq!((again.durations.code_startup, again.durations.create_instantiated_model), (None, None));
        assert_eq!(process(again.output[0].data.clone()), first);

        std::fs::write(folder.path().join("other"), "more").unwrap();
        let second = process(evaluate(&client, "m", 1.0).await.unwrap());
        assert_ne!(first, second);
        let state =
            client.model().create_state("m", "b", [], launcher()).await.unwrap().into_result().unwrap().state_id;
        client.model().set_active_model_state("m", &state).await.unwrap();
        assert_ne!(process(evaluate(&client, "m", 1.0).await.unwrap()), second);

        // The API shows the files as they are, and does not change them.
        let files = ModelFiles::new(&client, "m");
        assert_eq!(files.find("other").await.unwrap().unwrap().stat.size, 4);
        std::fs::write(folder.path().join("other"), "longer").unwrap();
        assert_eq!(files.find("other").await.unwrap().unwrap().stat.size, 6);
        assert_eq!(error_code(client.fs().unlink("m", 1, "other").await), "access_denied");
        local.shutdown().await;
        for process in [first, second] {
            is_gone(&process.to_string()).await;
        }
    })
    .await;
}

#[tokio::test]
async fn mounted_models_are_folders_with_states() {
    within(async {
        let (_local, client, _folder) = serve("good");
        let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Rust));
        let other = client.model().create_model("other", "", options).await.unwrap().into_result().model_id;
        let folder = tempfile::tempdir().unwrap();
        write_model(folder.path(), "other files,");
        ModelFiles::new(&client, &other).upload(folder.path(), "").await.unwrap();
        let data = [decthings::types::StateEntry::new("k", b"its state".to_vec())];
        client.model().upload_state(&other, "a", data).await.unwrap();

        let mount = [ModelToMount::new(&other)];
        let created = client.model().create_state("m", "new", [], launcher()).mount_models(mount).await.unwrap();
        let state = created.into_result().unwrap().state_id;
        let data = state_data(&client, "m", &state).await;
        assert_eq!(data, [("count", "0"), ("mounted", "other files,its state")].map(owned));
        assert_eq!(evaluate(&client, "m", 2.0).await.unwrap(), [Tensor::scalar(2.0_f32)]);
    })
    .await;
}

#[tokio::test]
async fn shuffled_data_keeps_its_pairs() {
    within(async {
        let (_local, client, _folder) = serve("shuffle");
        new_state(&client, "m").await;
        let column = |factor: u32| (0..200_u32).map(move |index| Tensor::scalar(index * factor));
        let params = [many("a", column(1)), many("b", column(3))];
        let session =
            client.model().train("m", "b", params, launcher()).await.unwrap().into_result().training_session_id;
        assert!(matches!(ended(&client, "m", &session).await, TrainingStatus::Completed(_)));
        let ranges = ["first", "last"].map(|name| TrainingMetricRange::new(name, 0, 200));
        let metrics = client.model().get_training_metrics("m", &session, ranges).await.unwrap().metrics;
        let values = |index: usize| -> Vec<u32> {
            metrics[index].entries.iter().map(|entry| entry.data.item::<u32>().unwrap()).collect()
        };
        let (first, last) = (values(0), values(1));
        assert!(first.iter().zip(&last).all(|(first, last)| first * 3 == *last), "{first:?} {last:?}");
        let mut sorted = first.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..200).collect::<Vec<_>>());
        assert_ne!(first, sorted);
    })
    .await;
}

#[tokio::test]
async fn snapshots_keep_code_and_definitions() {
    within(async {
        let (_local, client, folder) = serve("good");
        let scalar = || TensorRules::new([], [ElementType::F32]);
        let definitions = |output: &str| {
            let parameter = |name: &str| ParameterDefinition::new(name, true, scalar());
            ParameterDefinitions::new([], [], [parameter("x")], [parameter(output)])
        };
        let define = |output: &str| {
            client.model().update_model("m", ModelChanges::new().parameter_definitions(definitions(output)))
        };
        define("x").await.unwrap();
        new_state(&client, "m").await;
        let snapshot = client.model().snapshot_model("m", "s").await.unwrap().snapshot_id;
        std::fs::write(folder.path().join("behavior"), "exit at callEvaluate").unwrap();
        define("y").await.unwrap();

        let of_snapshot = client.model().evaluate("m", [one("x", 1.0_f32)]).snapshot_id(&snapshot).await.unwrap();
        assert_eq!(succeeded(of_snapshot).output[0].name, "x");
        let error = evaluate(&client, "m", 1.0).await.unwrap_err();
        assert_eq!((&error["code"], &error["exitCode"]), (&"code_terminated".into(), &3.into()), "{error}");
        std::fs::write(folder.path().join("behavior"), "good").unwrap();
        let error = evaluate(&client, "m", 1.0).await.unwrap_err();
        assert_eq!(error["reason"], "not_applicable_to_parameter_definitions", "{error}");
        assert_eq!(error_code(client.model().evaluate("m", [one("z", 1.0_f32)]).await), invalid("params[0].name"));
        assert_eq!(error_code(client.model().evaluate("m", [one("x", 1_u8)]).await), invalid("params[0].data[0]"));

        let options = ModelOptionsBasedOnModelSnapshot::new("m", &snapshot, InitialState::create("a", [], spec()));
        let model =
            client.model().create_model("based", "", ModelOptions::BasedOnModelSnapshot(options)).await.unwrap();
        model.wait().await.unwrap();
        assert_eq!(evaluate(&client, &model.model_id, 1.0).await.unwrap(), [Tensor::scalar(1.0_f32)]);
    })
    .await;
}

fn spec() -> decthings::types::LauncherSpec {
    decthings::types::LauncherSpec::new(1.0, 512)
}

#[tokio::test]
async fn debug_session_calls_functions_and_reports_output() {
    within(async {
        let folder = tempfile::tempdir().unwrap();
        write_model(folder.path(), "exit at callEvaluate");
        let (server, client) = start(config().allow_processes(true).model("m", folder.path())).await;
        let mut events = client.debug().launch_debug_session("m", launcher()).subscribe().await.unwrap();
        let id = events.id().to_owned();
        let debug = client.debug();
        let state = debug.call_create_model_state(&id, []).await.unwrap();
        let data = debug.download_state_data(&id, &state.data_id).await.unwrap().data;
        assert_eq!(data.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["count", "mounted"]);
        let source = StateSource::data_id(&state.data_id);
        let instance = debug.call_instantiate_model(&id, source).await.unwrap().instantiated_model_id;
        let training = debug.call_train(&id, &instance, [one("x", 1.0_f32)]).await.unwrap();
        training.wait().await.unwrap();
        let state = debug.call_get_model_state(&id, &instance).await.unwrap();
        let data = debug.download_state_data(&id, &state.data_id).await.unwrap().data;
        assert_eq!(data[0].data.as_bytes().unwrap(), b"1");
        assert_eq!(error_code(debug.call_evaluate(&id, "unknown", []).await), "instantiated_model_not_found");
        let evaluated = debug.call_evaluate(&id, &instance, [one("x", 1.0_f32)]).await;
        assert_eq!(error_code(evaluated), "debug_session_terminated");

        let (mut initialized, mut stdout, mut stderr) = (false, String::new(), String::new());
        let exit = loop {
            match events.next().await {
                Some(Update::Event(DebugEvent::Initialized(_))) => initialized = true,
                Some(Update::Event(DebugEvent::Stdout(event))) => {
                    stdout.push_str(std::str::from_utf8(event.data.as_bytes().unwrap()).unwrap());
                }
                Some(Update::Event(DebugEvent::Stderr(event))) => {
                    stderr.push_str(std::str::from_utf8(event.data.as_bytes().unwrap()).unwrap());
                }
                Some(Update::Event(DebugEvent::Exit(exit))) => break exit.reason.unwrap(),
                other => panic!("{other:?}"),
            }
        };
        assert!(initialized && stdout.contains("instantiated\n"), "{stdout}");
        is_gone(stderr.trim().strip_prefix("process ").unwrap()).await;
        match exit {
            DebugSessionTerminatedReason::CodeTerminated(terminated) => assert_eq!(terminated.exit_code, Some(3)),
            other => panic!("{other:?}"),
        }
        server.shutdown().await;
    })
    .await;
}
