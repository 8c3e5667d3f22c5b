//! Training sessions, through a client.

use decthings::api::model::{ModelChanges, TrainingFailure, TrainingStatus, TrainingStatusCompleted};
use decthings::types::{
    DatasetKeyData, DatasetReference, ElementType, MaxDurationsSeconds, ParameterDefinition, ParameterProvider,
    StateEntry, TensorRules, TrainingMetricRange, TrainingStage,
};
use decthings::{Client, Tensor};
use decthings_local::{Limits, LocalConfig};

use crate::support::{
    accuracy, client, ended, error_code, follow, fresh, get_model, invalid, launcher, many, moons, new_model,
    new_state, one, succeeded, within,
};

async fn train(client: &Client, model: &str, params: Vec<ParameterProvider>) -> String {
    client.model().train(model, "trained", params, launcher()).await.unwrap().into_result().training_session_id
}

async fn completed(client: &Client, model: &str, session: &str) -> TrainingStatusCompleted {
    match ended(client, model, session).await {
        TrainingStatus::Completed(completed) => completed,
        other => panic!("{other:?}"),
    }
}

async fn failure(client: &Client, model: &str, session: &str) -> TrainingFailure {
    match ended(client, model, session).await {
        TrainingStatus::Failed(failed) => failed.fail_reason,
        other => panic!("{other:?}"),
    }
}

/// Parameters of a training that does not end within a test.
pub fn endless() -> Vec<ParameterProvider> {
    let (x, y) = moons(64, 1);
    vec![many("x", x), many("y", y), one("epochs", 100_000u32), one("batch_size", 1u8)]
}

pub async fn prediction(client: &Client, model: &str, x: &[Tensor]) -> Vec<Tensor> {
    let result = client.model().evaluate(model, [many("x", x.iter().cloned())]).await.unwrap();
    let mut output = succeeded(result).output;
    assert_eq!((output.len(), output[0].name.as_str()), (1, "prediction"));
    output.remove(0).data
}

#[tokio::test]
async fn mlp_learns_a_curved_border_and_linear_does_not() {
    within(async {
        let client = client();
        let models = client.model();
        let ((x, y), (unseen, classes)) = (moons(400, 1), moons(200, 2));
        let mut shares = Vec::new();
        for preset in ["linear", "mlp"] {
            let id = new_model(&client, preset, preset).await;
            let first = new_state(&client, &id, "first").await;
            let params = vec![
                many("x", x.clone()),
                many("y", y.clone()),
                one("epochs", 40u32),
                one("learning_rate", 0.02f64),
                one("validation_fraction", 0.1f32),
            ];
            let session = train(&client, &id, params).await;
            let done = completed(&client, &id, &session).await;

            let status = models.get_training_status(&id, &session).await.unwrap();
            assert_eq!((status.model_id.as_str(), status.new_state_name.as_str()), (id.as_str(), "trained"));
            let mut names: Vec<_> = status.metrics.iter().map(|one| (one.name.as_str(), one.amount)).collect();
            names.sort();
            let all = [("accuracy", 40), ("loss", 40), ("validation_accuracy", 40), ("validation_loss", 40)];
            assert_eq!(names, all);

            let model = get_model(&client, &id).await;
            assert_eq!(model.active_state.as_ref(), Some(&first), "a trained state waits to be activated");
            let trained = model.states.iter().find(|state| state.id == done.created_state_id).unwrap();
            assert_eq!((trained.name.as_str(), &trained.training_operations), ("trained", &vec![session.clone()]));
            models.set_active_model_state(&id, &done.created_state_id).await.unwrap();
            shares.push(accuracy(&prediction(&client, &id, &unseen).await, &classes));
        }
        assert!(shares[0] < 0.93, "linear: {}", shares[0]);
        assert!(shares[1] > 0.97, "mlp: {}", shares[1]);
    })
    .await;
}

#[tokio::test]
async fn training_reads_data_from_a_dataset() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let rules = |shape: &[i64], element| TensorRules::new(shape.to_vec(), [element]);
        let keys = [
            ParameterDefinition::new("point", true, rules(&[2], ElementType::F32)),
            ParameterDefinition::new("side", true, rules(&[], ElementType::U8)),
        ];
        let dataset = client.dataset().create_dataset("moons", "", keys).await.unwrap().dataset_id;
        let (x, y) = moons(200, 1);
        for (x, y) in x.chunks(100).zip(y.chunks(100)) {
            let data = [DatasetKeyData::new("point", x.to_vec()), DatasetKeyData::new("side", y.to_vec())];
            client.dataset().add_entries(&dataset, data).await.unwrap();
        }
        let from =
            |name: &str, dataset: &str, key: &str| ParameterProvider::new(name, DatasetReference::new(dataset, key));
        let both = vec![from("x", &dataset, "point"), from("y", &dataset, "side")];
        let session = train(&client, &id, [both, vec![one("epochs", 2u8)]].concat()).await;
        let stored = completed(&client, &id, &session).await.created_state_id;

        let sent = vec![many("x", x.clone()), many("y", y), one("epochs", 2u8)];
        let session = train(&client, &id, sent).await;
        let sent = completed(&client, &id, &session).await.created_state_id;
        let data = async |state| client.model().get_model_state(&id).state_id(state).await.unwrap();
        assert_eq!(data(stored).await, data(sent).await, "the same data, the same result");
        let evaluated = client.model().evaluate(&id, [from("x", &dataset, "point")]).await.unwrap();
        assert_eq!(succeeded(evaluated).output[0].data, prediction(&client, &id, &x).await);

        let wrong = client.model().evaluate(&id, [from("x", "gone", "point")]).await.unwrap_err().into_raw();
        assert_eq!(
            (wrong.code(), &wrong.api().unwrap().fields()["datasetId"]),
            (Some("dataset_not_found"), &"gone".into())
        );
        let wrong = client.model().evaluate(&id, [from("x", &dataset, "colour")]).await.unwrap_err().into_raw();
        let wrong = wrong.api().unwrap();
        assert_eq!((wrong.code(), &wrong.fields()["datasetKey"]), ("dataset_key_not_found", &"colour".into()));
    })
    .await;
}

#[tokio::test]
async fn session_is_cancelled_and_cleared() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let session = train(&client, &id, endless()).await;
        let loss = |status: &decthings::api::model::GetTrainingStatusResult| {
            status.metrics.iter().find(|metric| metric.name == "loss").map_or(0, |metric| metric.amount)
        };
        match follow(&client, &id, &session, |status| loss(status) > 3).await {
            TrainingStatus::Running(running) => {
                assert!(running.progress > 0.0 && running.progress < 0.1, "{running:?}");
                assert!(running.start_durations.create_launcher.is_some());
            }
            other => panic!("{other:?}"),
        }
        let model = get_model(&client, &id).await;
        assert_eq!(
            (&model.ongoing_training_sessions, &model.training_sessions),
            (&vec![session.clone()], &vec![session.clone()])
        );

        let ranges = [
            TrainingMetricRange::new("loss", 1, 2),
            TrainingMetricRange::new("accuracy", u32::MAX, u32::MAX),
            TrainingMetricRange::new("unknown", 0, 9),
        ];
        let metrics = models.get_training_metrics(&id, &session, ranges).await.unwrap().metrics;
        assert_eq!((metrics[0].start_index, metrics[0].entries.len()), (1, 2));
        assert!(metrics[0].entries[0].timestamp > 1_700_000_000_000);
        assert!(metrics[0].entries[1].data.item::<f32>().unwrap() > 0.0);
        assert!(metrics[1].entries.is_empty() && metrics[2].entries.is_empty());
        assert!(models.get_training_sysinfo(&id, &session).await.unwrap().sysinfo.is_empty());

        assert_eq!(error_code(models.clear_previous_training_session(&id, &session).await), "training_session_running");
        models.cancel_training_session(&id, &session).await.unwrap();
        assert_eq!(failure(&client, &id, &session).await, TrainingFailure::Cancelled);
        assert_eq!(error_code(models.cancel_training_session(&id, &session).await), "training_session_not_running");
        let model = get_model(&client, &id).await;
        assert_eq!((model.states.len(), model.ongoing_training_sessions.len()), (1, 0));
        assert_eq!(model.training_sessions, std::slice::from_ref(&session));

        models.clear_previous_training_session(&id, &session).await.unwrap();
        let rejected = [
            error_code(models.get_training_status(&id, &session).await),
            error_code(models.get_training_metrics(&id, &session, []).await),
            error_code(models.get_training_sysinfo(&id, &session).await),
            error_code(models.cancel_training_session(&id, &session).await),
            error_code(models.clear_previous_training_session(&id, &session).await),
        ];
        assert!(rejected.iter().all(|code| code == "training_session_not_found"), "{rejected:?}");
        assert!(get_model(&client, &id).await.training_sessions.is_empty());
    })
    .await;
}

#[tokio::test]
async fn invalid_values_fail_with_an_exception() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        let junk = client.model().upload_state(&id, "junk", [StateEntry::new("a", b"b")]).await.unwrap().state_id;
        let state = new_state(&client, &id, "first").await;
        let fails = async |state: &str, params: Vec<ParameterProvider>| {
            let train = client.model().train(&id, "trained", params, launcher()).state_id(state);
            let session = train.await.unwrap().into_result().training_session_id;
            match failure(&client, &id, &session).await {
                TrainingFailure::Exception(exception) => (exception.at, exception.exception_details.unwrap()),
                other => panic!("{other:?}"),
            }
        };
        let x = || one("x", [0.0f32, 1.0]);
        let (stage, details) = fails(&state, vec![x(), one("y", 2u8)]).await;
        assert!(stage == TrainingStage::Train && details.contains("`y`"), "{stage} {details}");
        let (stage, details) = fails(&state, vec![one("x", [f32::NAN, 1.0]), one("y", 1u8)]).await;
        assert!(stage == TrainingStage::Train && details.contains("`x`"), "{stage} {details}");
        let (stage, details) = fails(&state, vec![x(), many("y", [0u8, 1].map(Tensor::scalar))]).await;
        assert!(stage == TrainingStage::Train && details.contains("`y`"), "{stage} {details}");
        let (stage, details) = fails(&state, vec![x(), one("y", 1u8), one("epochs", 0u8)]).await;
        assert!(stage == TrainingStage::Train && details.contains("`epochs`"), "{stage} {details}");
        let (stage, details) = fails(&junk, vec![x(), one("y", 1u8)]).await;
        assert!(stage == TrainingStage::InstantiateModel && details.contains("config.json"), "{stage} {details}");

        let models = client.model();
        let wrong = models.train(&id, "trained", [x(), one("y", 1u8)], launcher()).state_id("gone").await;
        assert_eq!(error_code(wrong), invalid("stateId"));
        let wrong = models.train(&id, "", [x(), one("y", 1u8)], launcher()).await;
        assert_eq!(error_code(wrong), invalid("newStateName"));
        let wrong = models.train(&id, "trained", [x()], launcher()).await;
        assert_eq!(error_code(wrong), invalid("params"));
    })
    .await;
}

#[tokio::test]
async fn time_limit_ends_a_training() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let limits = ModelChanges::new().max_durations_seconds(MaxDurationsSeconds::new(1, 1, 1, 1, 1));
        client.model().update_model(&id, limits).await.unwrap();
        let session = train(&client, &id, endless()).await;
        match failure(&client, &id, &session).await {
            TrainingFailure::MaxDurationExceeded(exceeded) => assert_eq!(exceeded.at, TrainingStage::Train),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn regression_is_learned() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "linear").await;
        let params = [one("inputs", 1u8), one("outputs", 1u8), one("kind", "regression")];
        client.model().create_state(&id, "first", params, launcher()).await.unwrap();
        let x: Vec<f32> = (0..50).map(|n| n as f32 / 25.0 - 1.0).collect();
        let y = x.iter().map(|x| Tensor::scalar(f64::from(3.0 * x + 1.0)));
        let x = x.iter().map(|&x| Tensor::scalar(x));
        let session = train(&client, &id, vec![many("x", x), many("y", y), one("epochs", 100u8)]).await;
        let state = completed(&client, &id, &session).await.created_state_id;
        let status = client.model().get_training_status(&id, &session).await.unwrap();
        assert_eq!(status.metrics.iter().map(|metric| metric.name.as_str()).collect::<Vec<_>>(), ["loss"]);
        client.model().set_active_model_state(&id, state).await.unwrap();
        let values = prediction(&client, &id, &[Tensor::from([0.5f32]), Tensor::scalar(-1i8)]).await;
        let values: Vec<f32> = values.iter().map(|value| value.item::<f32>().unwrap()).collect();
        assert!((values[0] - 2.5).abs() < 0.1 && (values[1] + 2.0).abs() < 0.1, "{values:?}");
    })
    .await;
}

#[tokio::test]
async fn sessions_wait_for_a_processor_and_end_at_shutdown() {
    within(async {
        let mut limits = Limits::default();
        (limits.running_trainings, limits.training_sessions) = (1, 3);
        let (local, client) = fresh(LocalConfig::new().limits(limits));
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let first = train(&client, &id, endless()).await;
        let running = |status: &TrainingStatus| matches!(status, TrainingStatus::Running(_));
        follow(&client, &id, &first, |status| running(&status.status)).await;
        let second = train(&client, &id, endless()).await;
        let third = train(&client, &id, endless()).await;
        let fourth = client.model().train(&id, "trained", endless(), launcher()).await;
        assert_eq!(error_code(fourth), "quota_exceeded");
        let status = client.model().get_training_status(&id, &second).await.unwrap();
        assert_eq!(status.status, TrainingStatus::Starting);
        prediction(&client, &id, &[Tensor::from([0.0f32; 2])]).await;

        client.model().cancel_training_session(&id, &first).await.unwrap();
        follow(&client, &id, &second, |status| running(&status.status)).await;
        local.shutdown().await;
        assert_eq!(failure(&client, &id, &first).await, TrainingFailure::Cancelled);
        assert_eq!(failure(&client, &id, &second).await, TrainingFailure::LauncherTerminated);
        assert_eq!(failure(&client, &id, &third).await, TrainingFailure::LauncherTerminated);
        assert_eq!(get_model(&client, &id).await.states.len(), 1);
    })
    .await;
}
