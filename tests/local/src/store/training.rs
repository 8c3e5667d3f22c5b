//! Training sessions.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use decthings::Tensor;
use decthings::api::model::{
    GetTrainingStatusResult, TrainingFailure, TrainingStatus, TrainingStatusCompleted, TrainingStatusFailed,
    TrainingStatusGettingState, TrainingStatusRunning,
};
use decthings::api::user::{NotificationDataTrainingFinished, TrainingOutcome};
use decthings::types::{TrainingMetric, TrainingMetricRange, TrainingStartDurations, UsedExecutionLocation};
use serde::{Deserialize, Serialize};

use super::metrics::MetricLog;
use crate::jobs::signal::StopSignal;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::storage::object::Object;
use crate::util;

/// A training session. Its job writes the progress, and calls read it.
#[derive(Serialize, Deserialize)]
pub(crate) struct TrainingRun {
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) signal: StopSignal,
    /// What it has recorded, stored at its end.
    log: Object,
    model_id: String,
    new_state_name: String,
    created_at: i64,
    pub(crate) location: UsedExecutionLocation,
    progress: Mutex<Progress>,
}

#[derive(Serialize, Deserialize)]
struct Progress {
    status: TrainingStatus,
    start: TrainingStartDurations,
    #[serde(skip)]
    started: Option<Instant>,
    #[serde(skip)]
    trained: Option<(u64, Instant)>,
    #[serde(skip)]
    metrics: MetricLog,
}

impl TrainingRun {
    pub(crate) fn new(
        storage: &Storage,
        model_id: &str,
        new_state_name: &str,
        location: UsedExecutionLocation,
    ) -> Self {
        let progress = Progress {
            status: TrainingStatus::Starting,
            start: TrainingStartDurations::new(),
            started: None,
            trained: None,
            metrics: MetricLog::default(),
        };
        Self {
            id: util::new_id(),
            signal: StopSignal::new(),
            log: storage.new_object(),
            model_id: model_id.to_owned(),
            new_state_name: new_state_name.to_owned(),
            created_at: util::now(),
            location,
            progress: Mutex::new(progress),
        }
    }

    /// Opens a session that has been read from a record. One that was running has ended with the server.
    pub(super) fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        self.log = storage.object(self.log.number());
        let metrics = MetricLog::read(storage, &self.log)?;
        self.progress().metrics = metrics;
        Ok(())
    }

    /// Stores what it has recorded, for the next start.
    pub(crate) fn store(&self, storage: &Storage, batch: &mut Batch) -> Result<(), StorageError> {
        if storage.keeps_records() { self.progress().metrics.store(&self.log, batch) } else { Ok(()) }
    }

    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.progress().status, TrainingStatus::Completed(_) | TrainingStatus::Failed(_))
    }

    /// The launcher has started.
    pub(crate) fn launched(&self, milliseconds: u64) {
        self.progress().start.create_launcher = Some(milliseconds);
    }

    /// The code has started, unless it needed no start.
    pub(crate) fn code_started(&self, milliseconds: Option<u64>) {
        self.progress().start.code_startup = milliseconds;
    }

    /// The state is loaded; training starts.
    pub(crate) fn started(&self, instantiated_in: u64) {
        let mut progress = self.progress();
        progress.start.create_instantiated_model = Some(instantiated_in);
        progress.started = Some(Instant::now());
        progress.set_progress(0.0);
    }

    /// Sets the progress, from 0 to 1.
    pub(crate) fn set_progress(&self, share: f32) {
        self.progress().set_progress(share);
    }

    /// Adds a value to a metric.
    pub(crate) fn record(&self, name: &str, value: Tensor) {
        let mut progress = self.progress();
        if matches!(progress.status, TrainingStatus::Running(_)) {
            progress.metrics.record(name, value);
        }
    }

    /// Training is done; the new state is read.
    pub(crate) fn trained(&self) {
        let mut progress = self.progress();
        if matches!(progress.status, TrainingStatus::Running(_)) {
            let duration = progress.started.map_or(0, util::elapsed);
            progress.trained = Some((duration, Instant::now()));
            progress.status =
                TrainingStatus::GettingState(TrainingStatusGettingState::new(progress.start.clone(), duration));
        }
    }

    /// The new state is stored.
    pub(crate) fn completed(&self, state_id: &str) {
        let mut progress = self.progress();
        let (trained, get_state) = progress.trained.map_or((0, 0), |(trained, at)| (trained, util::elapsed(at)));
        let start = progress.start.clone();
        let completed = TrainingStatusCompleted::new(start, trained, get_state, util::now(), state_id);
        progress.status = TrainingStatus::Completed(completed);
    }

    /// There will be no new state.
    pub(crate) fn failed(&self, reason: TrainingFailure) {
        let mut progress = self.progress();
        let mut failed = TrainingStatusFailed::new(progress.start.clone(), util::now(), reason);
        failed.train_duration = match progress.trained {
            Some((trained, _)) => Some(trained),
            None => progress.started.map(util::elapsed),
        };
        failed.get_state_duration = progress.trained.map(|(_, at)| util::elapsed(at));
        progress.status = TrainingStatus::Failed(failed);
    }

    /// The notification of its end.
    pub(crate) fn notification(&self, outcome: TrainingOutcome) -> NotificationDataTrainingFinished {
        NotificationDataTrainingFinished::new(&self.model_id, &self.id, &self.new_state_name, outcome)
    }

    pub(crate) fn view(&self) -> GetTrainingStatusResult {
        let progress = self.progress();
        GetTrainingStatusResult::new(
            &self.id,
            &self.model_id,
            &self.new_state_name,
            self.created_at,
            progress.metrics.counts(),
            self.location.clone(),
            progress.status.clone(),
        )
    }

    /// The values in some ranges.
    pub(crate) fn metrics(&self, ranges: &[TrainingMetricRange]) -> Vec<TrainingMetric> {
        self.progress().metrics.ranges(ranges)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        util::lock(&self.progress)
    }
}

impl Progress {
    /// A job that has been stopped may still report for a moment.
    fn set_progress(&mut self, share: f32) {
        if matches!(self.status, TrainingStatus::Starting | TrainingStatus::Running(_)) {
            self.status = TrainingStatus::Running(TrainingStatusRunning::new(self.start.clone(), share));
        }
    }
}
