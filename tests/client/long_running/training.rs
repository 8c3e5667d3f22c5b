//! A scripted training.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use decthings::api::debug::{
    CallTrainRequest, CallTrainResult, CancelTrainingSessionError, CancelTrainingSessionRequest,
    CancelTrainingSessionResult, DebugService, DebugTrainingFailure, DebugTrainingStatus, GetTrainingMetricsRequest,
    GetTrainingMetricsResult, GetTrainingStatusError, GetTrainingStatusRequest, GetTrainingStatusResult,
};
use decthings::api::errors::CommonError;
use decthings::api::types::{TrainingMetric, TrainingMetricCount, TrainingMetricEntry, TrainingMetricRange};
use decthings::runtime::ServiceResult;
use decthings::{Router, Waiter};
use serde_json::json;

use crate::support::in_process;

/// The response to a status request.
#[derive(Clone)]
pub enum Step {
    Status(DebugTrainingStatus, Vec<(&'static str, u32)>),
    Error(GetTrainingStatusError),
    Never,
}

pub fn running(metrics: &[(&'static str, u32)]) -> Step {
    Step::Status(DebugTrainingStatus::running(0.5), metrics.to_vec())
}

pub fn completed(metrics: &[(&'static str, u32)]) -> Step {
    Step::Status(DebugTrainingStatus::completed(1, 2), metrics.to_vec())
}

pub fn unknown() -> Step {
    Step::Status(DebugTrainingStatus::Unrecognized(json!({"state": "resting", "since": 1})), Vec::new())
}

pub type Metrics = fn(&TrainingMetricRange) -> Vec<(String, u32, u32)>;

/// A training whose last step is repeated for ever.
pub struct Training {
    steps: Mutex<VecDeque<Step>>,
    metrics: Metrics,
    pub polls: Mutex<u32>,
    pub fetched: Mutex<Vec<(String, u32, u32)>>,
    /// Whether cancelling is rejected, although the training ends as if it were not.
    pub rejects_cancelling: AtomicBool,
}

impl Training {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Self::with_metrics(steps, |range| vec![(range.name.clone(), range.start_index, range.amount)])
    }

    /// A training that responds to a range with these names, first indexes and numbers of values.
    pub fn with_metrics(steps: impl IntoIterator<Item = Step>, metrics: Metrics) -> Arc<Self> {
        let steps = Mutex::new(steps.into_iter().collect());
        let (polls, fetched, rejects_cancelling) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { steps, metrics, polls, fetched, rejects_cancelling })
    }

    pub fn polls(&self) -> u32 {
        *self.polls.lock().unwrap()
    }

    pub async fn start(self: &Arc<Self>) -> Waiter<CallTrainRequest> {
        let client = in_process(Router::new().debug(self.clone()));
        client.debug().call_train("session", "model", []).await.unwrap()
    }
}

impl DebugService for Training {
    async fn call_train(&self, _: CallTrainRequest) -> ServiceResult<CallTrainRequest> {
        Ok(CallTrainResult::new("training"))
    }

    async fn get_training_status(&self, request: GetTrainingStatusRequest) -> ServiceResult<GetTrainingStatusRequest> {
        assert_eq!((request.debug_session_id.as_str(), request.training_session_id.as_str()), ("session", "training"));
        *self.polls.lock().unwrap() += 1;
        let step = {
            let mut steps = self.steps.lock().unwrap();
            let step = steps[0].clone();
            if steps.len() > 1 {
                steps.pop_front();
            }
            step
        };
        match step {
            Step::Status(status, metrics) => {
                let metrics = metrics.into_iter().map(|(name, count)| TrainingMetricCount::new(name, count));
                Ok(GetTrainingStatusResult::new("training", 0, metrics, status))
            }
            Step::Error(error) => Err(error.into()),
            Step::Never => std::future::pending().await,
        }
    }

    async fn get_training_metrics(
        &self,
        request: GetTrainingMetricsRequest,
    ) -> ServiceResult<GetTrainingMetricsRequest> {
        let mut values = Vec::new();
        for range in &request.metrics {
            self.fetched.lock().unwrap().push((range.name.clone(), range.start_index, range.amount));
            for (name, start, count) in (self.metrics)(range) {
                let entries = (start..start + count).map(|index| TrainingMetricEntry::new(0, index as f32));
                values.push(TrainingMetric::new(name, start, entries));
            }
        }
        Ok(GetTrainingMetricsResult::new(values))
    }

    async fn cancel_training_session(
        &self,
        request: CancelTrainingSessionRequest,
    ) -> ServiceResult<CancelTrainingSessionRequest> {
        assert_eq!((request.debug_session_id.as_str(), request.training_session_id.as_str()), ("session", "training"));
        let failed = DebugTrainingStatus::failed(1, DebugTrainingFailure::Cancelled);
        *self.steps.lock().unwrap() = VecDeque::from([Step::Status(failed, Vec::new())]);
        // The end may be known before the response.
        tokio::time::sleep(Duration::from_millis(100)).await;
        if self.rejects_cancelling.load(Ordering::Relaxed) {
            return Err(CancelTrainingSessionError::from(CommonError::Unknown).into());
        }
        Ok(CancelTrainingSessionResult::new())
    }
}

/// The values that the progress of a training delivers, by metric, in the order in which they come.
pub async fn values(session: &Waiter<CallTrainRequest>) -> BTreeMap<String, Vec<u32>> {
    let mut values = BTreeMap::<String, Vec<u32>>::new();
    let mut progress = session.progress();
    while let Some(update) = progress.next().await {
        for metric in update.unwrap().metrics {
            let entries: Vec<u32> =
                metric.entries.iter().map(|entry| entry.data.item::<f32>().unwrap() as u32).collect();
            assert_eq!(metric.start_index, entries[0], "the index of the first value is right");
            values.entry(metric.name).or_default().extend(entries);
        }
    }
    values
}

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
