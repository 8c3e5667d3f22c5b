//! Long-running operations: progress, waiting and cancellation through the client.

use std::time::Duration;

use decthings::api::model::{InitialState, ModelOptions, TrainingFailure, TrainingStatus};
use decthings::types::LauncherSpec;

use crate::support::{client, get_model, launcher, many, moons, new_model, new_state, one, sizes, within};
use crate::training::endless;

const INTERVAL: Duration = Duration::from_millis(5);

#[tokio::test]
async fn progress_reports_a_training_until_it_completes() {
    within(async {
        let client = client();
        let id = new_model(&client, "m", "linear").await;
        new_state(&client, &id, "first").await;
        let (x, y) = moons(64, 1);
        let params = [many("x", x), many("y", y), one("epochs", 300u32)];
        let session = client.model().train(&id, "second", params, launcher()).await.unwrap().poll_interval(INTERVAL);
        let mut progress = session.progress();
        let mut losses = 0;
        let mut last = None;
        while let Some(update) = progress.next().await {
            let update = update.unwrap();
            for metric in update.metrics.iter().filter(|metric| metric.name == "loss") {
                assert_eq!(metric.start_index, losses, "each value is reported once, and in order");
                losses += metric.entries.len() as u32;
            }
            last = Some(update.response.status);
        }
        assert_eq!(losses, 300);
        let completed = progress.wait().await.unwrap();
        assert_eq!(last, Some(TrainingStatus::Completed(completed.clone())));
        let states = get_model(&client, &id).await.states;
        assert!(states.iter().any(|state| state.id == completed.created_state_id));
        assert_eq!(session.wait().await.unwrap(), completed);
    })
    .await;
}

#[tokio::test]
async fn cancelled_and_failed_trainings_are_reported() {
    within(async {
        let client = client();
        let id = new_model(&client, "m", "linear").await;
        new_state(&client, &id, "first").await;
        let session = client.model().train(&id, "second", endless(), launcher()).await.unwrap().poll_interval(INTERVAL);
        session.progress().next().await.unwrap().unwrap();
        session.cancel().await.unwrap();
        let error = session.wait().await.unwrap_err();
        assert_eq!(error.failed().unwrap().fail_reason, TrainingFailure::Cancelled);
        let (x, y) = moons(64, 1);
        let bad = [many("x", x), many("y", y), one("epochs", 200_000u32)];
        let session = client.model().train(&id, "second", bad, launcher()).await.unwrap();
        let error = session.wait().await.unwrap_err();
        assert!(matches!(error.failed().unwrap().fail_reason, TrainingFailure::Exception(_)), "{error}");
    })
    .await;
}

#[tokio::test]
async fn waits_for_the_creation_of_a_model() {
    within(async {
        let client = client();
        let models = client.model();
        let base = new_model(&client, "base", "linear").await;
        new_state(&client, &base, "first").await;
        let snapshot = models.snapshot_model(&base, "one").await.unwrap().snapshot_id;
        let first = InitialState::create("own", sizes(), LauncherSpec::new(1.0, 512));
        let options = ModelOptions::based_on_model_snapshot(&base, &snapshot, first);
        let model = models.create_model("copy", "", options).await.unwrap();
        assert!(model.is_now_creating);
        assert!(model.wait().await.unwrap().is_some(), "it has durations");
        assert_eq!(model.wait().await.unwrap(), None, "it has been created already");
    })
    .await;
}
