//! Waiting for work, in paused time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use decthings::api::debug::{DebugTrainingFailure, DebugTrainingStatus, GetTrainingStatusError};
use decthings::api::errors::CommonError;
use decthings::api::model::{
    CreateModelFailed, CreateModelFailure, CreateModelRequest, CreateModelResult, CreateModelSucceeded,
    InitialStateDurations, ModelOptions, ModelService, WaitForModelToBeCreatedError, WaitForModelToBeCreatedRequest,
};
use decthings::runtime::ServiceResult;
use decthings::{Router, WaitError, Waiter};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::training::{DAY, Step, Training, completed, running, unknown};
use crate::support::in_process;

#[tokio::test(start_paused = true)]
async fn waiting_returns_the_successful_end() {
    let training = Training::new([running(&[]), running(&[]), completed(&[])]);
    let session = training.start().await;
    assert_eq!(session.training_session_id, "training", "a handle reads like the result");
    let done = session.wait().await.unwrap();
    assert_eq!((done.finished_at, done.train_duration), (1, 2));
    assert_eq!(training.polls(), 3);
    assert!(training.fetched.lock().unwrap().is_empty());
    assert_eq!(session.into_result().training_session_id, "training");
}

#[tokio::test(start_paused = true)]
async fn progress_is_a_stream_that_ends_with_the_work() {
    let training = Training::new([running(&[]), completed(&[])]);
    let session = training.start().await;
    assert_eq!(training.polls(), 0);
    let mut progress = session.progress();
    assert_eq!(progress.next().await.unwrap().unwrap().response.status, DebugTrainingStatus::running(0.5));
    let last = progress.next().await.unwrap().unwrap();
    assert_eq!(last.response.status, DebugTrainingStatus::completed(1, 2));
    assert!(progress.next().await.is_none() && StreamExt::next(&mut progress).await.is_none());
    assert_eq!(progress.wait().await.unwrap().finished_at, 1);
    assert_eq!(training.polls(), 2, "how it ended is known already");
}

#[tokio::test(start_paused = true)]
async fn cancelled_work_is_reported_at_once() {
    let training = Training::new([running(&[])]);
    let session = training.start().await;
    let session = session.poll_interval(DAY / 2);
    let mut progress = session.progress();
    for _ in 0..20 {
        progress.next().await.unwrap().unwrap();
    }
    let waiting = tokio::spawn(progress.wait());
    sleep(Duration::from_secs(1)).await;
    let before = Instant::now();
    session.clone().cancel().await.unwrap();
    let error = waiting.await.unwrap().unwrap_err();
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
    assert!(matches!(error, WaitError::Cancelled { .. }), "{error:?}");
    assert_eq!(error.failed().unwrap().fail_reason, DebugTrainingFailure::Cancelled);
    assert_eq!(error.to_string(), "work of Debug.callTrain was cancelled");
    assert!(!error.is_retryable());
    assert!(matches!(session.wait().await, Err(WaitError::Cancelled { .. })), "also for those who wait later");
}

#[tokio::test(start_paused = true)]
async fn work_that_ends_before_the_response_to_cancelling_was_cancelled() {
    for is_rejected in [false, true] {
        let training = Training::new([running(&[])]);
        training.rejects_cancelling.store(is_rejected, Ordering::Relaxed);
        let session = training.start().await.poll_interval(Duration::from_millis(10));
        let waiting = tokio::spawn(session.progress().wait());
        sleep(Duration::from_secs(1)).await;
        assert_eq!(session.cancel().await.is_err(), is_rejected);
        let error = waiting.await.unwrap().unwrap_err();
        assert_eq!(matches!(error, WaitError::Cancelled { .. }), !is_rejected, "{error:?}");
    }
    // Cancelling is given up.
    let session = Training::new([running(&[])]).start().await;
    assert!(tokio::time::timeout(Duration::from_millis(50), session.cancel()).await.is_err());
    assert!(matches!(session.wait().await, Err(WaitError::Failed { .. })));
}

#[tokio::test(start_paused = true)]
async fn work_that_others_cancelled_failed() {
    let failed = Step::Status(DebugTrainingStatus::failed(1, DebugTrainingFailure::Cancelled), Vec::new());
    let error = Training::new([failed]).start().await.wait().await.unwrap_err();
    assert!(matches!(error, WaitError::Failed { .. }), "{error:?}");
    assert!(error.to_string().contains("was cancelled") && error.to_string().ends_with("(cancelled)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_in_a_sentence() {
    let trace = format!("Traceback:\n  line 1\n{}\u{1b}[31mValueError: NaN", "x".repeat(3000));
    let failure = DebugTrainingFailure::Exception(serde_json::from_value(json!({"exceptionDetails": trace})).unwrap());
    let failed = Step::Status(DebugTrainingStatus::failed(1, failure), Vec::new());
    let error = Training::new([failed]).start().await.wait().await.unwrap_err();
    let text = error.to_string();
    let start = "work of Debug.callTrain failed: the training session failed or was cancelled: the code of the model threw an \
                 exception or returned an error (exception): Traceback:\n  line 1\n";
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with("ValueError: NaN") && text.contains('…') && !text.contains('\u{1b}'), "{text}");
    let unknown = DebugTrainingFailure::Unrecognized(json!({"code": "melted", "degrees": 900}));
    let error = Training::new([Step::Status(DebugTrainingStatus::failed(1, unknown), Vec::new())]).start().await;
    let text = error.wait().await.unwrap_err().to_string();
    assert!(text.contains("melted") && text.contains("900"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn transient_errors_are_retried_up_to_a_limit() {
    let busy = || Step::Error(CommonError::TooManyRequests.into());
    let training = Training::new([busy(), busy(), running(&[]), busy(), Step::Never, busy(), completed(&[])]);
    training.start().await.wait().await.unwrap();
    let training = Training::new([busy()]);
    let error = training.start().await.wait().await.unwrap_err();
    let WaitError::Call(error) = error else { panic!("{error:?}") };
    assert_eq!(error.code(), Some("too_many_requests"));
    assert!((3..100).contains(&training.polls()), "{}", training.polls());
}

#[tokio::test(start_paused = true)]
async fn permanent_errors_end_the_wait() {
    let training = Training::new([Step::Error(GetTrainingStatusError::TrainingSessionNotFound), completed(&[])]);
    let mut progress = training.start().await.progress();
    let WaitError::Call(error) = progress.next().await.unwrap().unwrap_err() else { panic!("no error of the call") };
    assert_eq!((error.method(), error.code()), ("getTrainingStatus", Some("training_session_not_found")));
    assert!(progress.next().await.is_none());
    assert!(matches!(progress.wait().await, Err(WaitError::Call(decthings::Error::Closed { .. }))));
    assert_eq!(training.polls(), 1);
}

#[tokio::test(start_paused = true)]
async fn endless_work_times_out() {
    for step in [running(&[]), unknown(), Step::Never] {
        let training = Training::new([step]);
        let session = training.start().await.deadline(Duration::from_secs(100)).poll_interval(Duration::from_secs(10));
        let start = Instant::now();
        let error = session.wait().await.unwrap_err();
        assert!(matches!(error, WaitError::Deadline { after, .. } if after.as_secs() == 100), "{error:?}");
        assert!(error.to_string().contains("has not finished within 100s"), "{error}");
        assert_eq!(start.elapsed().as_secs(), 100);
        assert!(training.polls() < 40, "the interval grows, so there are fewer polls, not {} times", training.polls());
    }
    let training = Training::new([running(&[])]);
    let start = Instant::now();
    let rarely = DAY / 50;
    let session = training.start().await.poll_interval(rarely);
    assert!(
        matches!(session.wait().await, Err(WaitError::Deadline { .. })),
        "without a deadline of its own, it has one"
    );
    assert_eq!(start.elapsed().as_secs(), DAY.as_secs());
    let endless = training.start().await.deadline(Duration::MAX).poll_interval(rarely);
    assert!(tokio::time::timeout(DAY / 2, endless.wait()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn unknown_stages_are_reported_and_awaited() {
    let training = Training::new([unknown(), completed(&[])]);
    let session = training.start().await;
    let update = session.progress().next().await.unwrap().unwrap();
    assert!(matches!(update.response.status, DebugTrainingStatus::Unrecognized(_)));
    session.wait().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn dropping_progress_stops_polling_and_loses_nothing() {
    let training = Training::new([running(&[]), Step::Never, running(&[])]);
    let session = training.start().await;
    let mut progress = session.progress();
    progress.next().await.unwrap().unwrap();
    // The second request has no response yet, and the next future does not repeat it.
    for _ in 0..3 {
        assert!(tokio::time::timeout(Duration::from_secs(1), progress.next()).await.is_err());
        assert_eq!(training.polls(), 2);
    }
    drop(progress);
    drop(session);
    sleep(DAY).await;
    assert_eq!(training.polls(), 2);
}

/// A model whose creation takes this many requests to finish.
struct Creation {
    pending: u32,
    end: Result<(), Option<CreateModelFailure>>,
    polls: AtomicU32,
}

impl ModelService for Creation {
    async fn create_model(&self, _: CreateModelRequest) -> ServiceResult<CreateModelRequest> {
        Ok(CreateModelResult::new("model", true))
    }

    async fn wait_for_model_to_be_created(
        &self,
        request: WaitForModelToBeCreatedRequest,
    ) -> ServiceResult<WaitForModelToBeCreatedRequest> {
        assert_eq!(request.model_id, "model");
        if self.polls.fetch_add(1, Ordering::SeqCst) < self.pending {
            std::future::pending::<()>().await;
        }
        match self.end.clone() {
            Ok(()) => Ok(CreateModelSucceeded::new(InitialStateDurations::new(1, 2, 3)).into()),
            Err(Some(failure)) => Ok(CreateModelFailed::new(failure).into()),
            Err(None) => Err(WaitForModelToBeCreatedError::ModelAlreadyCreated.into()),
        }
    }
}

async fn create(
    pending: u32,
    end: Result<(), Option<CreateModelFailure>>,
) -> (Waiter<CreateModelRequest>, Arc<Creation>) {
    let creation = Arc::new(Creation { pending, end, polls: AtomicU32::new(0) });
    let client = in_process(Router::new().model(creation.clone()));
    let options = ModelOptions::from_existing("other");
    (client.model().create_model("name", "", options).await.unwrap(), creation)
}

#[tokio::test(start_paused = true)]
async fn a_method_that_waits_on_the_server_is_repeated() {
    let (model, creation) = create(20, Ok(())).await;
    assert_eq!(model.model_id, "model");
    assert_eq!(model.wait().await.unwrap(), Some(CreateModelSucceeded::new(InitialStateDurations::new(1, 2, 3))));
    assert_eq!(creation.polls.load(Ordering::SeqCst), 21);
    let (model, _) = create(u32::MAX, Ok(())).await;
    let start = Instant::now();
    assert!(matches!(model.deadline(DAY / 4).wait().await, Err(WaitError::Deadline { .. })));
    assert_eq!(start.elapsed().as_secs(), DAY.as_secs() / 4);
}

#[tokio::test(start_paused = true)]
async fn model_creation_fails_or_already_finished() {
    let (model, _) = create(0, Err(Some(CreateModelFailure::Cancelled))).await;
    assert_eq!(model.wait().await.unwrap_err().failed().unwrap().error, CreateModelFailure::Cancelled);
    let (model, _) = create(1, Err(None)).await;
    assert_eq!(model.wait().await.unwrap(), None);
    assert!(model.progress().next().await.is_none());
}
