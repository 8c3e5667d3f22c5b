//! A training session in a debug session.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use decthings::Tensor;
use decthings::api::debug::{
    DebugTrainingFailure, DebugTrainingSession, DebugTrainingState, DebugTrainingStatus, DebugTrainingStatusCompleted,
    DebugTrainingStatusFailed, DebugTrainingStatusRunning, GetTrainingStatusResult,
};
use decthings::types::{TrainingMetric, TrainingMetricRange};

use crate::jobs::signal::StopSignal;
use crate::store::metrics::MetricLog;
use crate::util;

/// A training session. Its job writes the progress, and calls read it.
pub(crate) struct DebugTraining {
    pub(super) id: String,
    pub(super) signal: StopSignal,
    created_at: i64,
    progress: Mutex<Progress>,
}

struct Progress {
    status: DebugTrainingStatus,
    started: Option<Instant>,
    metrics: MetricLog,
}

impl DebugTraining {
    pub(super) fn new() -> Self {
        let progress = Progress { status: DebugTrainingStatus::Starting, started: None, metrics: MetricLog::default() };
        Self { id: util::new_id(), signal: StopSignal::new(), created_at: util::now(), progress: Mutex::new(progress) }
    }

    pub(super) fn is_finished(&self) -> bool {
        matches!(self.progress().status, DebugTrainingStatus::Completed(_) | DebugTrainingStatus::Failed(_))
    }

    pub(super) fn started(&self) {
        self.progress().started = Some(Instant::now());
        self.set_progress(0.0);
    }

    /// Sets the progress, from 0 to 1. A job that has been stopped may still report for a moment.
    pub(super) fn set_progress(&self, share: f32) {
        let mut progress = self.progress();
        if matches!(progress.status, DebugTrainingStatus::Starting | DebugTrainingStatus::Running(_)) {
            progress.status = DebugTrainingStatusRunning::new(share).into();
        }
    }

    pub(super) fn record(&self, name: &str, value: Tensor) {
        let mut progress = self.progress();
        if matches!(progress.status, DebugTrainingStatus::Running(_)) {
            progress.metrics.record(name, value);
        }
    }

    pub(super) fn finish(&self, result: Result<(), DebugTrainingFailure>) {
        let mut progress = self.progress();
        let took = progress.started.map(util::elapsed);
        progress.status = match result {
            Ok(()) => DebugTrainingStatusCompleted::new(util::now(), took.unwrap_or(0)).into(),
            Err(reason) => {
                let mut failed = DebugTrainingStatusFailed::new(util::now(), reason);
                failed.train_duration = took;
                failed.into()
            }
        };
    }

    pub(super) fn summary(&self) -> DebugTrainingSession {
        let state = match self.progress().status {
            DebugTrainingStatus::Running(_) => DebugTrainingState::Running,
            DebugTrainingStatus::Completed(_) => DebugTrainingState::Completed,
            DebugTrainingStatus::Failed(_) => DebugTrainingState::Failed,
            _ => DebugTrainingState::Starting,
        };
        DebugTrainingSession::new(&self.id, self.created_at, state)
    }

    pub(super) fn view(&self) -> GetTrainingStatusResult {
        let progress = self.progress();
        GetTrainingStatusResult::new(&self.id, self.created_at, progress.metrics.counts(), progress.status.clone())
    }

    pub(super) fn metrics(&self, ranges: &[TrainingMetricRange]) -> Vec<TrainingMetric> {
        self.progress().metrics.ranges(ranges)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        util::lock(&self.progress)
    }
}
