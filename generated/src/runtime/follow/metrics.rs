//! Metrics that work records as it goes on, fetched as they come.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::fmt::Debug;

use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::Error;

/// How the metrics of work are counted and fetched.
pub trait MetricSource<A: Operation>: Send + 'static {
    /// Values of one metric.
    type Values: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// The request that fetches them.
    type Fetch: Operation;

    /// The metrics that there are, with how many values each has.
    fn counts(response: &A::Response) -> Vec<(&str, u32)>;

    /// Asks for values; nothing if there are none to ask for.
    fn fetch(poll: &A, ranges: Vec<MetricRange>) -> Option<Self::Fetch>;

    /// What was fetched.
    fn fetched(result: <Self::Fetch as Operation>::Response) -> Vec<Self::Values>;

    /// The name of the metric, the index of the first value, and how many values there are.
    fn extent(values: &Self::Values) -> (&str, u32, usize);

    /// Takes values off the beginning.
    fn skip(values: &mut Self::Values, count: u32);
}

/// Values of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricRange {
    /// The metric.
    pub name: String,
    /// The index of the first value.
    pub start: u32,
    /// How many of them.
    pub amount: u32,
}

/// Work without metrics.
#[derive(Debug)]
pub struct NoMetrics;

impl<A: Operation> MetricSource<A> for NoMetrics {
    type Values = Infallible;
    type Fetch = A;

    fn counts(_: &A::Response) -> Vec<(&str, u32)> {
        Vec::new()
    }

    fn fetch(_: &A, _: Vec<MetricRange>) -> Option<A> {
        None
    }

    fn fetched(_: A::Response) -> Vec<Infallible> {
        Vec::new()
    }

    fn extent(values: &Infallible) -> (&str, u32, usize) {
        match *values {}
    }

    fn skip(values: &mut Infallible, _: u32) {
        match *values {}
    }
}

/// The most metrics of a fetch, and values of a metric.
const METRICS: usize = 100;
const VALUES: u32 = 1000;

/// How far each metric has been read.
#[derive(Debug, Default)]
pub(super) struct MetricReader {
    next: HashMap<String, u32>,
}

impl MetricReader {
    /// Fetches some of these values, and tells whether there are more.
    pub(super) async fn read<A: Operation, M: MetricSource<A>>(
        &mut self,
        client: &Client,
        poll: &A,
        news: Vec<MetricRange>,
    ) -> Result<(Vec<M::Values>, bool), Error> {
        let missing: u64 = news.iter().map(|range| u64::from(range.amount)).sum();
        let ranges: Vec<MetricRange> = news.into_iter().take(METRICS).map(shortened).collect();
        if ranges.is_empty() {
            return Ok((Vec::new(), false));
        }
        let Some(fetch) = M::fetch(poll, ranges.clone()) else { return Ok((Vec::new(), false)) };
        let result = Call::new(client, fetch).response().await.map_err(Error::into_raw)?;
        let mut fresh = Vec::new();
        let mut got = 0_u64;
        for mut values in M::fetched(result) {
            let asked = ranges.iter().any(|range| range.name == M::extent(&values).0);
            let count = if asked { self.advance::<A, M>(&mut values) } else { 0 };
            if count > 0 {
                got = got.saturating_add(u64::from(count));
                fresh.push(values);
            }
        }
        // A server that counts values but does not give them is not asked on and on.
        Ok((fresh, got > 0 && got < missing))
    }

    /// What has been counted but not read.
    pub(super) fn news(&self, counts: Vec<(&str, u32)>) -> Vec<MetricRange> {
        let mut news: Vec<MetricRange> = Vec::new();
        let mut names = HashSet::new();
        for (name, count) in counts {
            let start = self.next.get(name).copied().unwrap_or_default();
            let amount = count.saturating_sub(start);
            if amount > 0 && names.insert(name) {
                news.push(MetricRange { name: name.to_owned(), start, amount });
            }
        }
        news
    }

    /// Takes what has been read before off values, and counts the rest as read.
    fn advance<A: Operation, M: MetricSource<A>>(&mut self, values: &mut M::Values) -> u32 {
        let (name, start, count) = M::extent(values);
        let name = name.to_owned();
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let next = self.next.get(&name).copied().unwrap_or_default();
        let known = next.saturating_sub(start).min(count);
        let fresh = count.saturating_sub(known);
        if fresh > 0 {
            M::skip(values, known);
            self.next.insert(name, start.saturating_add(count));
        }
        fresh
    }
}

fn shortened(range: MetricRange) -> MetricRange {
    MetricRange { amount: range.amount.min(VALUES), ..range }
}
