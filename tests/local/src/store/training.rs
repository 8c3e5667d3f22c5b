//! Training sessions, and the metrics that they record.

use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use decthings::Tensor;
use decthings::api::model::{
    GetTrainingStatusResult, TrainingFailure, TrainingStatus, TrainingStatusCompleted, TrainingStatusFailed,
    TrainingStatusGettingState, TrainingStatusRunning,
};
use decthings::api::user::{NotificationDataTrainingFinished, TrainingOutcome};
use decthings::types::{
    TrainingMetric, TrainingMetricCount, TrainingMetricEntry, TrainingMetricRange, TrainingStartDurations,
    UsedExecutionLocation,
};
use serde::{Deserialize, Serialize};

use super::entries::footprint_of;
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

/// The most metrics of a training session.
const MAX_METRICS: usize = 1_000;

/// The memory that the metrics of a training session may take, about, in bytes. A million numbers fit into it.
const MAX_METRIC_BYTES: u64 = 132 << 20;

/// The metrics that a training session records. What would be too much is left out.
#[derive(Default)]
pub(crate) struct MetricLog {
    metrics: Vec<Metric>,
    bytes: u64,
}

struct Metric {
    name: String,
    values: Vec<(i64, Tensor)>,
}

impl MetricLog {
    /// Stores all. Each metric takes two values of the object: its name with the times, and its tensors.
    fn store(&self, log: &Object, batch: &mut Batch) -> Result<(), StorageError> {
        for (index, metric) in (0u32..).step_by(2).zip(&self.metrics) {
            let times: Vec<i64> = metric.values.iter().map(|(time, _)| *time).collect();
            let head = serde_json::to_vec(&(&metric.name, times)).map_err(damaged)?;
            let mut tensors = Vec::new();
            metric.values.iter().for_each(|(_, tensor)| tensors.extend_from_slice(&tensor.to_bytes()));
            batch.put(log, index, head.into());
            batch.put(log, index.saturating_add(1), tensors.into());
        }
        Ok(())
    }

    fn read(storage: &Storage, log: &Object) -> Result<Self, StorageError> {
        let (mut read, mut values) = (Self::default(), Vec::new());
        storage.scan(log, 0..u32::MAX, |_, value| {
            values.push(value);
            Ok(())
        })?;
        for pair in values.chunks(2) {
            let [head, tensors] = pair else { return Err(damaged("the last metric has no values")) };
            let (name, times) = serde_json::from_slice::<(String, Vec<i64>)>(head).map_err(damaged)?;
            let tensors = Tensor::decode_many(tensors.clone()).map_err(damaged)?;
            if times.len() != tensors.len() {
                return Err(damaged(format!("{} times for {} values", times.len(), tensors.len())));
            }
            let bytes = tensors.iter().map(footprint_of).fold(read.bytes, u64::saturating_add);
            read.bytes = bytes;
            read.metrics.push(Metric { name, values: times.into_iter().zip(tensors).collect() });
        }
        Ok(read)
    }

    /// Adds a value to a metric.
    pub(crate) fn record(&mut self, name: &str, value: Tensor) {
        let bytes = self.bytes.saturating_add(footprint_of(&value));
        if bytes > MAX_METRIC_BYTES {
            return;
        }
        let value = (util::now(), value);
        let count = self.metrics.len();
        match self.metrics.iter_mut().find(|metric| metric.name == name) {
            Some(metric) => metric.values.push(value),
            None if count < MAX_METRICS => self.metrics.push(Metric { name: name.to_owned(), values: vec![value] }),
            None => return,
        }
        self.bytes = bytes;
    }

    /// How many values each metric has.
    pub(crate) fn counts(&self) -> Vec<TrainingMetricCount> {
        let amount = |metric: &Metric| u32::try_from(metric.values.len()).unwrap_or(u32::MAX);
        self.metrics.iter().map(|metric| TrainingMetricCount::new(&metric.name, amount(metric))).collect()
    }

    /// The values in some ranges, which are empty for an unknown metric.
    pub(crate) fn ranges(&self, ranges: &[TrainingMetricRange]) -> Vec<TrainingMetric> {
        ranges.iter().map(|range| self.range(range)).collect()
    }

    fn range(&self, range: &TrainingMetricRange) -> TrainingMetric {
        let values = self.metrics.iter().find(|metric| metric.name == range.name);
        let values = values.map_or(&[][..], |metric| &metric.values);
        let (start, amount) = (usize::try_from(range.start_index), usize::try_from(range.amount));
        let chosen = values.iter().skip(start.unwrap_or(usize::MAX)).take(amount.unwrap_or(usize::MAX));
        let entries = chosen.map(|(timestamp, value)| TrainingMetricEntry::new(*timestamp, value.clone()));
        TrainingMetric::new(&range.name, range.start_index, entries)
    }
}

fn damaged(reason: impl std::fmt::Display) -> StorageError {
    StorageError::Damaged(format!("the metrics of a training session: {reason}"))
}
