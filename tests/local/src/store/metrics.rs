//! The metrics of training sessions.

use decthings::Tensor;
use decthings::types::{TrainingMetric, TrainingMetricCount, TrainingMetricEntry, TrainingMetricRange};

use super::entries::footprint_of;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::storage::object::Object;
use crate::util;

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
    pub(super) fn store(&self, log: &Object, batch: &mut Batch) -> Result<(), StorageError> {
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

    pub(super) fn read(storage: &Storage, log: &Object) -> Result<Self, StorageError> {
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
