//! Training sessions.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use decthings::Tensor;
use decthings::api::model::{
    GetTrainingStatusResult, TrainingFailure, TrainingStatus, TrainingStatusCompleted, TrainingStatusFailed,
    TrainingStatusGettingState, TrainingStatusRunning,
};
use decthings::api::user::{NotificationDataTrainingFinished, TrainingOutcome};
use decthings::types::{
    LauncherSpec, TrainingMetric, TrainingMetricCount, TrainingMetricEntry, TrainingMetricRange,
    TrainingStartDurations, UsedExecutionLocation, UsedExecutionLocationTemporaryLauncher,
};

use super::ids;
use crate::jobs::StopSign;
use crate::time;

/// A training session. Its job writes the progress, everybody else reads it.
pub(crate) struct TrainingRun {
    pub(crate) id: String,
    pub(crate) sign: StopSign,
    model_id: String,
    new_state_name: String,
    created_at: i64,
    pub(crate) location: UsedExecutionLocation,
    progress: Mutex<Progress>,
}

struct Progress {
    status: TrainingStatus,
    start: TrainingStartDurations,
    started: Option<Instant>,
    trained: Option<(u64, Instant)>,
    metrics: Vec<Metric>,
}

struct Metric {
    name: &'static str,
    values: Vec<(i64, f32)>,
}

impl TrainingRun {
    pub(crate) fn new(model_id: &str, new_state_name: &str, location: UsedExecutionLocation) -> Self {
        let progress = Progress {
            status: TrainingStatus::Starting,
            start: TrainingStartDurations::new(),
            started: None,
            trained: None,
            metrics: Vec::new(),
        };
        Self {
            id: ids::id(),
            sign: StopSign::new(),
            model_id: model_id.to_owned(),
            new_state_name: new_state_name.to_owned(),
            created_at: time::now(),
            location,
            progress: Mutex::new(progress),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.progress().status, TrainingStatus::Completed(_) | TrainingStatus::Failed(_))
    }

    /// The launcher is there.
    pub(crate) fn launched(&self, milliseconds: u64) {
        self.progress().start.create_launcher = Some(milliseconds);
    }

    /// The state is loaded; training starts.
    pub(crate) fn running(&self, instantiated_in: u64) {
        let mut progress = self.progress();
        progress.start.create_instantiated_model = Some(instantiated_in);
        progress.started = Some(Instant::now());
        progress.set_share(0.0);
    }

    /// Training has come so far, from 0 to 1.
    pub(crate) fn at(&self, share: f32) {
        self.progress().set_share(share);
    }

    /// Adds a value to a metric.
    pub(crate) fn record(&self, name: &'static str, value: f32) {
        let mut progress = self.progress();
        if !matches!(progress.status, TrainingStatus::Running(_)) {
            return;
        }
        let value = (time::now(), value);
        match progress.metrics.iter_mut().find(|metric| metric.name == name) {
            Some(metric) => metric.values.push(value),
            None => progress.metrics.push(Metric { name, values: vec![value] }),
        }
    }

    /// Training is done; the new state is read.
    pub(crate) fn trained(&self) {
        let mut progress = self.progress();
        if matches!(progress.status, TrainingStatus::Running(_)) {
            let duration = progress.started.map_or(0, time::elapsed);
            progress.trained = Some((duration, Instant::now()));
            progress.status =
                TrainingStatus::GettingState(TrainingStatusGettingState::new(progress.start.clone(), duration));
        }
    }

    /// The new state is stored.
    pub(crate) fn completed(&self, state_id: &str) {
        let mut progress = self.progress();
        let (trained, get_state) = progress.trained.map_or((0, 0), |(trained, at)| (trained, time::elapsed(at)));
        let start = progress.start.clone();
        let completed = TrainingStatusCompleted::new(start, trained, get_state, time::now(), state_id);
        progress.status = TrainingStatus::Completed(completed);
    }

    /// There will be no new state.
    pub(crate) fn failed(&self, reason: TrainingFailure) {
        let mut progress = self.progress();
        let mut failed = TrainingStatusFailed::new(progress.start.clone(), time::now(), reason);
        failed.train_duration = match progress.trained {
            Some((trained, _)) => Some(trained),
            None => progress.started.map(time::elapsed),
        };
        failed.get_state_duration = progress.trained.map(|(_, at)| time::elapsed(at));
        progress.status = TrainingStatus::Failed(failed);
    }

    /// What the caller is told at the end.
    pub(crate) fn finished(&self, outcome: TrainingOutcome) -> NotificationDataTrainingFinished {
        NotificationDataTrainingFinished::new(&self.model_id, &self.id, &self.new_state_name, outcome)
    }

    pub(crate) fn view(&self) -> GetTrainingStatusResult {
        let progress = self.progress();
        let count = |metric: &Metric| {
            TrainingMetricCount::new(metric.name, u32::try_from(metric.values.len()).unwrap_or(u32::MAX))
        };
        GetTrainingStatusResult::new(
            &self.id,
            &self.model_id,
            &self.new_state_name,
            self.created_at,
            progress.metrics.iter().map(count),
            self.location.clone(),
            progress.status.clone(),
        )
    }

    /// The values in a range; none of a metric that there is not, or not yet.
    pub(crate) fn metric(&self, range: &TrainingMetricRange) -> TrainingMetric {
        let progress = self.progress();
        let values = progress.metrics.iter().find(|metric| metric.name == range.name);
        let values = values.map_or(&[][..], |metric| &metric.values);
        let (start, amount) = (usize::try_from(range.start_index), usize::try_from(range.amount));
        let chosen = values.iter().skip(start.unwrap_or(usize::MAX)).take(amount.unwrap_or(usize::MAX));
        let entries = chosen.map(|&(timestamp, value)| TrainingMetricEntry::new(timestamp, Tensor::scalar(value)));
        TrainingMetric::new(&range.name, range.start_index, entries)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// A job that has been stopped may still report for a moment.
    fn set_share(&mut self, share: f32) {
        if matches!(self.status, TrainingStatus::Starting | TrainingStatus::Running(_)) {
            self.status = TrainingStatus::Running(TrainingStatusRunning::new(self.start.clone(), share));
        }
    }
}

/// A launcher of an operation's own.
pub(crate) fn temporary(launcher: LauncherSpec) -> UsedExecutionLocation {
    UsedExecutionLocation::TemporaryLauncher(UsedExecutionLocationTemporaryLauncher::new(launcher))
}
