//! The metrics that a training session records.

use decthings::Tensor;
use decthings::types::{TrainingMetric, TrainingMetricCount, TrainingMetricEntry, TrainingMetricRange};

use crate::error::CallError;
use crate::util;

/// Far more than a session has. Repeated ranges would make a response arbitrarily long.
const MAX_RANGES: usize = 100;

/// The metrics that a training session records.
#[derive(Default)]
pub(crate) struct MetricLog(Vec<Metric>);

struct Metric {
    name: &'static str,
    values: Vec<(i64, f32)>,
}

impl MetricLog {
    /// Adds a value to a metric.
    pub(crate) fn record(&mut self, name: &'static str, value: f32) {
        let value = (util::now(), value);
        match self.0.iter_mut().find(|metric| metric.name == name) {
            Some(metric) => metric.values.push(value),
            None => self.0.push(Metric { name, values: vec![value] }),
        }
    }

    /// How many values each metric has.
    pub(crate) fn counts(&self) -> Vec<TrainingMetricCount> {
        let amount = |metric: &Metric| u32::try_from(metric.values.len()).unwrap_or(u32::MAX);
        self.0.iter().map(|metric| TrainingMetricCount::new(metric.name, amount(metric))).collect()
    }

    /// The values in some ranges, which are empty for an unknown metric.
    pub(crate) fn ranges(&self, ranges: &[TrainingMetricRange]) -> Vec<TrainingMetric> {
        ranges.iter().map(|range| self.range(range)).collect()
    }

    fn range(&self, range: &TrainingMetricRange) -> TrainingMetric {
        let values = self.0.iter().find(|metric| metric.name == range.name);
        let values = values.map_or(&[][..], |metric| &metric.values);
        let (start, amount) = (usize::try_from(range.start_index), usize::try_from(range.amount));
        let chosen = values.iter().skip(start.unwrap_or(usize::MAX)).take(amount.unwrap_or(usize::MAX));
        let entries = chosen.map(|&(timestamp, value)| TrainingMetricEntry::new(timestamp, Tensor::scalar(value)));
        TrainingMetric::new(&range.name, range.start_index, entries)
    }
}

/// Rejects a call with too many ranges.
pub(crate) fn check_ranges(ranges: &[TrainingMetricRange]) -> Result<(), CallError> {
    if ranges.len() > MAX_RANGES {
        let got = ranges.len();
        return Err(CallError::invalid("metrics", format!("at most {MAX_RANGES} in one call, got {got}")));
    }
    Ok(())
}
