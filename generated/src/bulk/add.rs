//! Adds many entries.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use futures_util::stream::{FuturesUnordered, StreamExt as _};

use super::add_error::AddInPartsError;
use super::plan::{Part, cut, plan};
use super::requests::AddRequest;
use crate::api::dataset::AddEntriesRequest;
use crate::api::types::DatasetKeyData;
use crate::runtime::backoff::full_jitter;
use crate::runtime::error::Failure;
use crate::runtime::{BoxFuture, Call, Error, Operation, RetryPolicy};

/// The version of the dataset after a call.
type Sent<R> = Result<String, Error<<R as Operation>::Error>>;

const DEFAULT_PART_BYTES: u64 = 16 << 20;

/// The progress of adding entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddProgress {
    /// The number of added entries.
    pub entries: usize,
    /// The number of all entries to add.
    pub total_entries: usize,
    /// The bytes of the added entries.
    pub bytes: u64,
    /// The bytes of all entries to add.
    pub total_bytes: u64,
}

/// The result of adding all entries.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Added {
    /// The number of added entries.
    pub entries: usize,
    /// The number of calls.
    pub calls: usize,
    /// The version of the dataset after the last response.
    pub new_dataset_version_id: String,
}

/// Adds entries in parts: complete it with its setters, then await it, or [`send`](Self::send) it.
///
/// By default it makes one call at a time, each on the version of the dataset that the previous call created. So the
/// entries keep their order, no entries of other clients come between them, and a call whose response is lost is retried
/// without adding entries twice.
#[must_use = "adds nothing until it is awaited or sent"]
pub struct AddInParts<R = AddEntriesRequest> {
    call: Call<R>,
    part_bytes: u64,
    concurrency: usize,
    progress: Option<Box<dyn FnMut(AddProgress) + Send>>,
}

impl<R: AddRequest> AddInParts<R> {
    pub(super) fn new(call: Call<R>) -> Self {
        Self { call, part_bytes: DEFAULT_PART_BYTES, concurrency: 1, progress: None }
    }

    /// The maximum number of bytes of tensors per call, 16 MiB by default. A larger entry is sent in its own call.
    pub fn part_bytes(self, part_bytes: u64) -> Self {
        Self { part_bytes, ..self }
    }

    /// The number of concurrent calls; one by default.
    ///
    /// With more than one, parts are added in any order, no dataset version can be expected, and a call whose response is
    /// lost is not retried.
    pub fn concurrency(self, calls: usize) -> Self {
        Self { concurrency: calls.max(1), ..self }
    }

    /// Calls this function after each part.
    pub fn on_progress(self, progress: impl FnMut(AddProgress) + Send + 'static) -> Self {
        Self { progress: Some(Box::new(progress)), ..self }
    }

    /// Adds the entries. When a part fails, no further parts are sent, and it waits for those in flight.
    ///
    /// # Errors
    ///
    /// A part was rejected or failed, or the entries are invalid: see [`AddInPartsError`].
    pub async fn send(self) -> Result<Added, AddInPartsError<R::Error>> {
        let Self { call, part_bytes, concurrency, mut progress } = self;
        let mut keys = Vec::new();
        let call = call.with(|mut request| {
            keys = std::mem::take(request.keys_mut());
            request
        });
        let mut tally = Tally::<R>::new(&keys);
        let checked = check(&call, concurrency).and_then(|()| plan(&keys, part_bytes));
        let parts = checked.map_err(|failure| tally.failed(failure.at(R::METHOD)))?;
        let total = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.bytes));
        let (calls, mut bytes) = (parts.len(), 0_u64);
        let mut left = parts.into_iter();
        let mut running = FuturesUnordered::new();
        let mut first_error = None;
        loop {
            while running.len() < concurrency && first_error.is_none() {
                let Some(part) = left.next() else { break };
                let chained = (concurrency == 1).then(|| tally.version.clone()).flatten();
                running.push(send_part(part_of(&call, &keys, &part, chained), part));
            }
            let Some((part, sent)) = running.next().await else { break };
            bytes = bytes.saturating_add(if sent.is_ok() { part.bytes } else { 0 });
            if let Some(error) = tally.record(part.entries, sent) {
                first_error.get_or_insert(error);
            } else if let Some(progress) = &mut progress {
                progress(AddProgress {
                    entries: tally.entries(),
                    total_entries: tally.total,
                    bytes,
                    total_bytes: total,
                });
            }
        }
        match first_error {
            Some(error) => Err(tally.failed(error)),
            None => {
                Ok(Added { entries: tally.entries(), calls, new_dataset_version_id: tally.version.unwrap_or_default() })
            }
        }
    }
}

#[cfg(feature = "blocking")]
impl<R: AddRequest> AddInParts<R> {
    /// Adds the entries, and blocks this thread until the last response; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send). In async code it fails with [`Error::Invalid`], and nothing is sent.
    #[expect(clippy::result_large_err, reason = "the error of `send`, which says what was added")]
    pub fn send_blocking(self) -> Result<Added, AddInPartsError<R::Error>> {
        let tally = Tally::<R>::new(self.call.request().keys());
        crate::blocking::wait(self.send()).unwrap_or_else(|error| Err(tally.failed(error.at(R::METHOD))))
    }
}

impl<R: AddRequest> IntoFuture for AddInParts<R> {
    type Output = Result<Added, AddInPartsError<R::Error>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<R: fmt::Debug> fmt::Debug for AddInParts<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddInParts")
            .field("call", &self.call)
            .field("part_bytes", &self.part_bytes)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

fn check<R: AddRequest>(call: &Call<R>, concurrency: usize) -> Result<(), Failure> {
    if concurrency == 1 || call.request().expected_version().is_none() {
        return Ok(());
    }
    let reason = "concurrent calls cannot expect one version of the dataset";
    Err(Failure::invalid("datasetVersionId", reason))
}

fn part_of<R: AddRequest>(call: &Call<R>, keys: &[DatasetKeyData], part: &Part, version: Option<String>) -> Call<R> {
    call.clone().with(|mut request| {
        *request.keys_mut() = cut(keys, &part.entries);
        if version.is_some() { request.expect_version(version) } else { request }
    })
}

/// Sends a part, and retries it after a lost response if its version prevents adding it twice.
async fn send_part<R: AddRequest>(call: Call<R>, part: Part) -> (Part, Sent<R>) {
    let policy = RetryPolicy::default();
    let mut backoff = policy.backoff();
    let is_safe = call.request().expected_version().is_some();
    let mut uncertain = None;
    for attempt in 0..policy.max_attempts.max(1) {
        if attempt > 0 {
            tokio::time::sleep(full_jitter(backoff.next())).await;
        }
        match call.response().await.map(R::new_version) {
            Err(error) if is_safe && is_uncertain::<R>(&error) => uncertain = Some(error),
            // The attempt without a response may have changed the dataset.
            Err(Error::Api { error, .. }) if uncertain.is_some() && R::is_conflict(&error) => break,
            sent => return (part, sent),
        }
    }
    let failure = || Failure::invalid("", "not sent").at(R::METHOD);
    (part, Err(uncertain.unwrap_or_else(failure)))
}

/// Whether the call may have taken effect.
fn is_uncertain<R: AddRequest>(error: &Error<R::Error>) -> bool {
    match error {
        Error::Api { error, .. } => R::is_unknown(error),
        Error::Transport { unsent, .. } => !unsent,
        Error::Http { status, .. } => *status >= 500,
        Error::Invalid { .. } => false,
        _ => true,
    }
}

/// The entries that were added or may have been added.
struct Tally<R> {
    request: PhantomData<fn() -> R>,
    total: usize,
    added: Vec<Range<usize>>,
    uncertain: Vec<Range<usize>>,
    version: Option<String>,
}

impl<R: AddRequest> Tally<R> {
    fn new(keys: &[DatasetKeyData]) -> Self {
        let total = keys.first().map_or(0, |key| key.data.len());
        Self { request: PhantomData, total, added: Vec::new(), uncertain: Vec::new(), version: None }
    }

    fn record(&mut self, entries: Range<usize>, sent: Sent<R>) -> Option<Error<R::Error>> {
        match sent {
            Ok(version) => {
                self.added.push(entries);
                self.version = Some(version);
                None
            }
            Err(error) => {
                if is_uncertain::<R>(&error) {
                    self.uncertain.push(entries);
                }
                Some(error)
            }
        }
    }

    fn entries(&self) -> usize {
        self.added.iter().fold(0, |sum, range| sum.saturating_add(range.len()))
    }

    fn failed(&self, error: Error<R::Error>) -> AddInPartsError<R::Error> {
        let joined = |ranges: &[Range<usize>]| {
            let mut ranges = ranges.to_vec();
            ranges.sort_by_key(|range| range.start);
            ranges.dedup_by(|next, last| {
                let follows = last.end == next.start;
                last.end = if follows { next.end } else { last.end };
                follows
            });
            ranges
        };
        AddInPartsError {
            added: joined(&self.added),
            uncertain: joined(&self.uncertain),
            total: self.total,
            dataset_version_id: self.version.clone(),
            error,
        }
    }
}
