//! Fetches the metrics that running work records.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;

use serde::Serialize;

use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::Error;

/// How the metrics of work are counted and fetched.
pub trait MetricSource<A: Operation>: Send + 'static {
    /// Values of one metric.
    type Values: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// One value.
    type Value: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// The request that fetches them.
    type Fetch: Operation;

    /// The names of the metrics, with the number of values of each.
    fn counts(response: &A::Response) -> Vec<(&str, u32)>;

    /// Makes the request that fetches values; `None` if the work has no metrics.
    fn fetch(poll: &A, ranges: Vec<MetricRange>) -> Option<Self::Fetch>;

    /// The fetched values.
    fn fetched(result: <Self::Fetch as Operation>::Response) -> Vec<Self::Values>;

    /// The name of the metric, the index of the first value, and the number of values.
    fn extent(values: &Self::Values) -> (&str, u32, usize);

    /// The values themselves.
    fn entries(values: &Self::Values) -> &[Self::Value];

    /// Removes the first values.
    fn skip(values: &mut Self::Values, count: u32);
}

/// A range of a metric's values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricRange {
    /// The name of the metric.
    pub name: String,
    /// The index of the first value.
    pub start: u32,
    /// The number of values.
    pub amount: u32,
}

/// The values that the metrics have at one step.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetricRow<'a, V> {
    /// The step: the index of the values, from zero.
    pub step: u32,
    /// The values with the names of their metrics, in the order of the response.
    pub values: Vec<(&'a str, &'a V)>,
}

impl<'a, V> MetricRow<'a, V> {
    /// The value of the metric with this name.
    pub fn get(&self, name: &str) -> Option<&'a V> {
        self.values.iter().find(|(metric, _)| *metric == name).map(|(_, value)| *value)
    }
}

/// The values of all metrics, step by step.
pub(super) fn rows<A: Operation, M: MetricSource<A>>(metrics: &[M::Values]) -> Vec<MetricRow<'_, M::Value>> {
    let mut rows: BTreeMap<u32, Vec<(&str, &M::Value)>> = BTreeMap::new();
    for values in metrics {
        let (name, start, _) = M::extent(values);
        for (step, value) in (start..=u32::MAX).zip(M::entries(values)) {
            rows.entry(step).or_default().push((name, value));
        }
    }
    rows.into_iter().map(|(step, values)| MetricRow { step, values }).collect()
}

/// A value of a metric of work without metrics: there are none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum NoValue {}

/// Work without metrics.
#[derive(Debug)]
pub struct NoMetrics;

impl<A: Operation> MetricSource<A> for NoMetrics {
    type Values = NoValue;
    type Value = NoValue;
    type Fetch = A;

    fn counts(_: &A::Response) -> Vec<(&str, u32)> {
        Vec::new()
    }

    fn fetch(_: &A, _: Vec<MetricRange>) -> Option<A> {
        None
    }

    fn fetched(_: A::Response) -> Vec<NoValue> {
        Vec::new()
    }

    fn extent(values: &NoValue) -> (&str, u32, usize) {
        match *values {}
    }

    fn entries(values: &NoValue) -> &[NoValue] {
        match *values {}
    }

    fn skip(values: &mut NoValue, _: u32) {
        match *values {}
    }
}

const MAX_METRICS_PER_FETCH: usize = 100;
const MAX_VALUES_PER_METRIC: u32 = 1000;

/// The index of the first unread value of each metric.
#[derive(Debug, Default)]
pub(super) struct MetricReader(HashMap<String, u32>);

impl MetricReader {
    /// The values that have been counted but not read.
    pub(super) fn unread(&self, counts: Vec<(&str, u32)>) -> Vec<MetricRange> {
        let mut names = HashSet::new();
        let ranges = counts.into_iter().filter_map(|(name, count)| {
            let start = self.0.get(name).copied().unwrap_or_default();
            let amount = count.saturating_sub(start);
            (amount > 0 && names.insert(name)).then(|| MetricRange { name: name.to_owned(), start, amount })
        });
        ranges.collect()
    }

    /// Fetches some of the unread values, and returns whether there are more.
    pub(super) async fn read<A: Operation, M: MetricSource<A>>(
        &mut self,
        client: &Client,
        poll: &A,
        mut ranges: Vec<MetricRange>,
    ) -> Result<(Vec<M::Values>, bool), Error> {
        let unread: u64 = ranges.iter().map(|range| u64::from(range.amount)).sum();
        ranges.truncate(MAX_METRICS_PER_FETCH);
        ranges.iter_mut().for_each(|range| range.amount = range.amount.min(MAX_VALUES_PER_METRIC));
        let names: HashSet<String> = ranges.iter().map(|range| range.name.clone()).collect();
        if names.is_empty() {
            return Ok((Vec::new(), false));
        }
        let Some(fetch) = M::fetch(poll, ranges) else { return Ok((Vec::new(), false)) };
        let result = Call::new(client, fetch).response().await.map_err(Error::into_raw)?;
        let mut fetched = M::fetched(result);
        let mut read = 0_u64;
        fetched.retain_mut(|values| {
            let count = if names.contains(M::extent(values).0) { self.advance::<A, M>(values) } else { 0 };
            read = read.saturating_add(u64::from(count));
            count > 0
        });
        // A server that counts values but never returns them is not polled forever.
        Ok((fetched, read > 0 && read < unread))
    }

    /// Removes the values that have been read before, and marks the others as read. Returns their number.
    fn advance<A: Operation, M: MetricSource<A>>(&mut self, values: &mut M::Values) -> u32 {
        let (name, start, count) = M::extent(values);
        let name = name.to_owned();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let next = self.0.get(&name).copied().unwrap_or_default();
        let known = next.saturating_sub(start).min(count);
        let fresh = count.saturating_sub(known);
        if fresh > 0 {
            M::skip(values, known);
            self.0.insert(name, start.saturating_add(count));
        }
        fresh
    }
}
