//! Models in Python, with the official package. They need the virtual environment that `tests/python/environment.sh` makes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use decthings::api::debug::{DebugEvent, StateSource};
use decthings::api::model::{ModelChanges, TrainingStatus};
use decthings::types::{MaxDurationsSeconds, ParameterProvider, TrainingMetricRange};
use decthings::{Client, Tensor, Update};
use decthings_local::Local;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{client_of, config, ended, follow, fresh, launcher, many, one, start, succeeded};

/// An interpreter takes a while to start on a busy machine.
async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), test).await.expect("the test took too long")
}

/// The interpreter of the virtual environment.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/bin/python");
    if python.exists() {
        return Some(python);
    }
    println!("skipped: models in Python, for tests/local/tests/python/environment.sh has not run");
    None
}

/// A folder with the model of these tests.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/main.py");
    std::fs::copy(source, folder.path().join("main.py")).unwrap();
    folder
}

async fn serve(python: PathBuf) -> (Arc<Local>, Client, TempDir) {
    let folder = folder();
    let (local, client) = fresh(config().allow_processes(true).python(python).model("line", folder.path()));
    (local, client, folder)
}

/// Points of the line `y = 2 x`.
fn points() -> Vec<ParameterProvider> {
    let column = |factor: f32| (1..=4_u8).map(move |index| Tensor::scalar(f32::from(index) * factor / 4.0));
    vec![many("x", column(1.0)), many("y", column(2.0))]
}

fn with(mut params: Vec<ParameterProvider>, what: &str) -> Vec<ParameterProvider> {
    params.push(one("do", what.to_owned()));
    params
}

async fn create(client: &Client) -> Value {
    let created = client.model().create_state("line", "new", [], launcher()).await.unwrap();
    serde_json::to_value(created).unwrap()
}

async fn train(client: &Client, params: Vec<ParameterProvider>) -> (String, TrainingStatus) {
    let session = client.model().train("line", "trained", params, launcher()).await.unwrap().into_result();
    let status = ended(client, "line", &session.training_session_id).await;
    (session.training_session_id, status)
}

/// The failure of an evaluation.
async fn failure(client: &Client, what: &str) -> Value {
    let result = client.model().evaluate("line", with(vec![one("x", 1.0_f32)], what)).await.unwrap();
    serde_json::to_value(result).unwrap()["failed"]["error"].take()
}

#[tokio::test]
async fn model_learns_a_line() {
    let Some(python) = python() else { return };
    within(async {
        let (local, client, _folder) = serve(python).await;
        assert!(create(&client).await["success"]["durations"]["codeStartup"].is_u64());
        let (session, status) = train(&client, points()).await;
        let TrainingStatus::Completed(completed) = status else { panic!("{status:?}") };
        let range = [TrainingMetricRange::new("loss", 0, 1000)];
        let metrics = client.model().get_training_metrics("line", &session, range).await.unwrap().metrics;
        let losses: Vec<f32> = metrics[0].entries.iter().map(|entry| entry.data.item().unwrap()).collect();
        assert!(losses.len() == 200 && losses[199] < losses[0] / 50.0, "{losses:?}");

        client.model().set_active_model_state("line", &completed.created_state_id).await.unwrap();
        let result = client.model().evaluate("line", [many("x", [Tensor::scalar(3.0_f32)])]).await.unwrap();
        let y = succeeded(result).output[0].data[0].item::<f32>().unwrap();
        assert!((y - 6.0).abs() < 0.5, "{y}");
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn failures_are_told_apart() {
    let Some(python) = python() else { return };
    within(async {
        let (local, client, folder) = serve(python).await;
        let durations = MaxDurationsSeconds::new(60, 60, 60, 60, 1);
        client.model().update_model("line", ModelChanges::new().max_durations_seconds(durations)).await.unwrap();
        create(&client).await;
        let raised = failure(&client, "raise").await;
        assert_eq!((&raised["code"], &raised["at"]), (&json!("exception"), &json!("evaluate")));
        let trace = raised["exceptionDetails"].as_str().unwrap();
        assert!(trace.contains("ValueError: no such luck") && trace.contains("main.py\", line "), "{trace}");
        let exited = failure(&client, "exit").await;
        assert_eq!((&exited["code"], &exited["exitCode"]), (&json!("code_terminated"), &json!(5)), "{exited}");
        let crashed = failure(&client, "crash").await;
        assert_eq!((&crashed["code"], &crashed["signal"]), (&json!("code_terminated"), &json!("SIGSEGV")), "{crashed}");
        let blocked = failure(&client, "block").await;
        assert_eq!(blocked, json!({"code": "max_duration_exceeded", "at": "evaluate"}));

        std::fs::write(folder.path().join("main.py"), "import no_such_module").unwrap();
        let error = create(&client).await["failed"]["error"].take();
        assert_eq!((&error["code"], &error["at"]), (&json!("exception"), &json!("codeStartup")), "{error}");
        assert!(error["exceptionDetails"].as_str().unwrap().contains("No module named 'no_such_module'"), "{error}");
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn missing_package_or_interpreter_is_explained() {
    let Some(python) = python() else { return };
    within(async {
        let empty = tempfile::tempdir().unwrap();
        let made = Command::new(&python).args(["-m", "venv", "--without-pip"]).arg(empty.path()).status().unwrap();
        assert!(made.success());
        let python = empty.path().join("bin/python");
        let install = format!("`{} -m pip install decthings-model`", python.display());
        for (python, text) in
            [(python, install.as_str()), ("no-such-python".into(), "does not start as no-such-python")]
        {
            let (local, client, _folder) = serve(python).await;
            let error = create(&client).await["failed"]["error"].take();
            assert_eq!((&error["code"], &error["at"]), (&json!("exception"), &json!("codeStartup")), "{error}");
            assert!(error["exceptionDetails"].as_str().unwrap().contains(text), "{error}");
            local.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn cancelled_training_is_killed() {
    let Some(python) = python() else { return };
    within(async {
        let (local, client, _folder) = serve(python).await;
        create(&client).await;
        let params = with(points(), "wait");
        let session = client.model().train("line", "trained", params, launcher()).await.unwrap().into_result();
        let id = session.training_session_id;
        follow(&client, "line", &id, |status| matches!(status.status, TrainingStatus::Running(_))).await;
        client.model().cancel_training_session("line", &id).await.unwrap();
        let TrainingStatus::Failed(failed) = ended(&client, "line", &id).await else { panic!("not failed") };
        assert_eq!(serde_json::to_value(failed.fail_reason).unwrap(), json!({"code": "cancelled"}));
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn debug_session_shows_output_at_once() {
    let Some(python) = python() else { return };
    within(async {
        let folder = folder();
        let (server, _) = start(config().allow_processes(true).python(python).model("line", folder.path())).await;
        let client = client_of(&server, server.key());
        let mut events = client.debug().launch_debug_session("line", launcher()).subscribe().await.unwrap();
        assert!(matches!(events.next().await, Some(Update::Event(DebugEvent::Initialized(_)))));
        let state = events.call_create_model_state([]).await.unwrap();
        let instance = events.call_instantiate_model(StateSource::data_id(&state.data_id)).await.unwrap();
        let params = with(points(), "read one");
        let id = events.id().to_owned();
        let training = client.debug().call_train(&id, &instance.instantiated_model_id, params).await.unwrap();
        let mut printed = String::new();
        while !printed.contains("1 of 4\n") {
            match events.next().await {
                Some(Update::Event(DebugEvent::Stdout(event))) => {
                    printed.push_str(std::str::from_utf8(event.data.as_bytes().unwrap()).unwrap());
                }
                other => panic!("{other:?} after {printed}"),
            }
        }
        assert!(printed.starts_with("training\n"), "{printed}");
        drop(training);
        events.terminate_debug_session().await.unwrap();
        server.shutdown().await;
    })
    .await;
}
