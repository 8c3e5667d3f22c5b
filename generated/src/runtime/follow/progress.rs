//! Polls the status of work.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::metrics::{MetricReader, MetricRow, MetricSource, rows};
use super::waitable::{WaitError, Waitable};
use crate::runtime::backoff::{Backoff, equal_jitter};
use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::Error;
use crate::runtime::method::Method;

const FIRST_DELAY: Duration = Duration::from_millis(200);
const MAX_DELAY_AFTER_FAILURE: Duration = Duration::from_secs(30);
/// The maximum number of failed polls in a row.
const MAX_FAILURES: u32 = 8;
/// The maximum time for the response to cancelling work that has already ended.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// The progress of work: a stream of [`ProgressUpdate`]s, the last of which has the work's final status.
///
/// It polls the status at growing intervals, and retries a poll that fails temporarily. The stream ends after an error.
/// Dropping it stops the polling, but not the work.
#[must_use = "streams poll nothing until they are read"]
pub struct Progress<R: Waitable> {
    /// `None` while it is in `poll`.
    watch: Option<Box<Watch<R>>>,
    poll: Option<BoxFuture<'static, Polled<R>>>,
}

type Polled<R> = (Box<Watch<R>>, Option<Result<ProgressUpdate<R>, WaitError<<R as Waitable>::Failed>>>);

/// The status of work, and the metrics that are new since the previous update.
#[derive(Debug)]
#[non_exhaustive]
pub struct ProgressUpdate<R: Waitable> {
    /// The API's response.
    pub response: <R::Poll as Operation>::Response,
    /// New values of metrics, each only once.
    pub metrics: Vec<<R::Metrics as MetricSource<R::Poll>>::Values>,
}

impl<R: Waitable> ProgressUpdate<R> {
    /// The new values of metrics as rows: each step with the values of all metrics, in ascending order.
    ///
    /// ```no_run
    /// # use decthings::{Progress, api::model::TrainRequest};
    /// # async fn example(mut progress: Progress<TrainRequest>) -> Result<(), Box<dyn std::error::Error>> {
    /// while let Some(update) = progress.next().await {
    ///     for row in update?.rows() {
    ///         for (name, entry) in row.values {
    ///             println!("step {}: {name} is {}", row.step, entry.data.item::<f32>()?);
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows(&self) -> Vec<MetricRow<'_, <R::Metrics as MetricSource<R::Poll>>::Value>> {
        rows::<R::Poll, R::Metrics>(&self.metrics)
    }
}

impl<R: Waitable> Progress<R> {
    pub(super) fn new(client: Client, poll: R::Poll, pacing: Pacing, cancellation: Cancellation) -> Self {
        let watch = Watch {
            cancelled: cancellation.0.subscribe(),
            _cancellation: cancellation,
            client,
            poll,
            pacing,
            backoff: Backoff::by_half(FIRST_DELAY, pacing.interval),
            deadline: None,
            delay: Duration::ZERO,
            metrics: Some(MetricReader::default()),
            outcome: None,
        };
        Self { watch: Some(Box::new(watch)), poll: None }
    }

    /// The next update; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<ProgressUpdate<R>, WaitError<R::Failed>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits until the work has finished. Further metrics are not fetched.
    ///
    /// # Errors
    ///
    /// As those of [`Waiter::wait`](super::Waiter::wait). After an error of the stream, it is
    /// [`Error::Closed`](crate::Error::Closed).
    pub async fn wait(mut self) -> Result<R::Done, WaitError<R::Failed>> {
        loop {
            if let Some(watch) = &mut self.watch {
                watch.metrics = None;
                if let Some(outcome) = watch.outcome.take() {
                    return outcome;
                }
            }
            self.next().await.transpose()?;
        }
    }
}

impl<R: Waitable> Stream for Progress<R> {
    type Item = Result<ProgressUpdate<R>, WaitError<R::Failed>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(watch) = self.watch.take_if(|watch| watch.outcome.is_none()) {
            self.poll = Some(Box::pin(watch.next()));
        }
        let Some(poll) = &mut self.poll else { return Poll::Ready(None) };
        let (watch, item) = ready!(poll.as_mut().poll(context));
        self.watch = Some(watch);
        self.poll = None;
        Poll::Ready(item)
    }
}

impl<R: Waitable> fmt::Debug for Progress<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("method", &R::METHOD).finish_non_exhaustive()
    }
}

/// How long the work is polled, and the maximum interval between polls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pacing {
    pub(super) deadline: Duration,
    pub(super) interval: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { deadline: DEFAULT_DEADLINE, interval: Duration::from_secs(5) }
    }
}

/// Whether the caller has cancelled the work; shared by a handle, its clones, and those who follow the work.
#[derive(Clone, Debug, Default)]
pub(super) struct Cancellation(watch::Sender<CancelState>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CancelState {
    #[default]
    NotRequested,
    /// The work may end before the response arrives.
    Requested,
    Accepted,
}

impl Cancellation {
    /// The request counts as rejected when it is dropped, unless it is accepted before.
    pub(super) fn request(&self) -> CancelRequest<'_> {
        self.replace(CancelState::NotRequested, CancelState::Requested);
        CancelRequest(self)
    }

    fn replace(&self, old: CancelState, new: CancelState) {
        self.0.send_if_modified(|state| *state == old && std::mem::replace(state, new) != new);
    }
}

pub(super) struct CancelRequest<'a>(&'a Cancellation);

impl CancelRequest<'_> {
    /// Makes those who follow the work poll at once.
    pub(super) fn accepted(self) {
        self.0.0.send_replace(CancelState::Accepted);
    }
}

impl Drop for CancelRequest<'_> {
    fn drop(&mut self) {
        self.0.replace(CancelState::Requested, CancelState::NotRequested);
    }
}

struct Watch<R: Waitable> {
    /// Kept, as the receiver would otherwise see the end of its channel.
    _cancellation: Cancellation,
    cancelled: watch::Receiver<CancelState>,
    client: Client,
    poll: R::Poll,
    pacing: Pacing,
    backoff: Backoff,
    /// Set by the first poll.
    deadline: Option<Instant>,
    /// The delay before the next poll.
    delay: Duration,
    /// `None` if metrics are not wanted.
    metrics: Option<MetricReader>,
    outcome: Option<Result<R::Done, WaitError<R::Failed>>>,
}

impl<R: Waitable> Watch<R> {
    /// The next update; `None` if the work had finished before.
    async fn next(mut self: Box<Self>) -> Polled<R> {
        let now = Instant::now();
        let after = self.pacing.deadline;
        // A deadline too far for an `Instant` is replaced by the default.
        let deadline = || now.checked_add(after).or_else(|| now.checked_add(DEFAULT_DEADLINE)).unwrap_or(now);
        let deadline = *self.deadline.get_or_insert_with(deadline);
        let update = timeout_at(deadline, self.poll_with_retries()).await;
        let update = update.unwrap_or(Err(WaitError::Deadline { at: R::METHOD, after }));
        if update.is_err() {
            self.outcome = Some(Err(WaitError::Call(Error::Closed { at: Box::new(R::METHOD.into()) })));
        }
        (self, update.transpose())
    }

    async fn poll_with_retries(&mut self) -> Result<Option<ProgressUpdate<R>>, WaitError<R::Failed>> {
        let mut backoff = Backoff::by_half(FIRST_DELAY, MAX_DELAY_AFTER_FAILURE);
        let mut failures = 0_u32;
        // The work ends soon after it was cancelled.
        let delay = std::mem::take(&mut self.delay);
        if timeout(delay, changes_to(&mut self.cancelled, |state| state == CancelState::Accepted)).await.is_ok() {
            self.backoff = Backoff::by_half(FIRST_DELAY, self.pacing.interval);
        }
        loop {
            let error = match self.poll_once().await {
                Ok(update) => return Ok(update),
                Err(error) => error,
            };
            if !is_long_poll_timeout(&error, R::Poll::METHOD) {
                if failures >= MAX_FAILURES || !error.is_retryable() {
                    return Err(WaitError::Call(error));
                }
                failures = failures.saturating_add(1);
            }
            sleep(equal_jitter(backoff.next())).await;
        }
    }

    async fn poll_once(&mut self) -> Result<Option<ProgressUpdate<R>>, Error> {
        let response = match Call::new(&self.client, self.poll.clone()).response().await {
            Ok(response) => response,
            Err(error) => {
                let error = error.into_raw();
                let done = error.code().and_then(R::already_finished).ok_or(error)?;
                self.outcome = Some(Ok(done));
                return Ok(None);
            }
        };
        let (metrics, has_more) = match &mut self.metrics {
            Some(reader) => {
                let unread = reader.unread(R::Metrics::counts(&response));
                reader.read::<R::Poll, R::Metrics>(&self.client, &self.poll, unread).await?
            }
            None => (Vec::new(), false),
        };
        match R::outcome(&response) {
            _ if has_more => {}
            Some(outcome) => {
                self.outcome = Some(match outcome {
                    Ok(done) => Ok(done),
                    Err(failed) => Err(self.failed(failed).await),
                });
            }
            None => self.delay = equal_jitter(self.backoff.next()),
        }
        Ok(Some(ProgressUpdate { response, metrics }))
    }

    async fn failed(&mut self, failed: R::Failed) -> WaitError<R::Failed> {
        let state = *self.cancelled.borrow_and_update();
        if state == CancelState::Requested {
            let responds = changes_to(&mut self.cancelled, |state| state != CancelState::Requested);
            // Whoever cancels may have stopped to wait for the response.
            let _ = timeout(CANCEL_TIMEOUT, responds).await;
        }
        if *self.cancelled.borrow() == CancelState::Accepted {
            return WaitError::Cancelled { at: R::METHOD, failed };
        }
        let message = self.client.redactor().redact(&R::failure_text(&failed)).into();
        WaitError::Failed { at: R::METHOD, failed, message }
    }
}

/// Waits until the state changes to one that fulfils a condition.
async fn changes_to(state: &mut watch::Receiver<CancelState>, condition: impl Fn(CancelState) -> bool) {
    while state.changed().await.is_ok() {
        if condition(*state.borrow_and_update()) {
            return;
        }
    }
}

/// Whether a poll that blocks on the server took its maximum time, which is not a failure.
fn is_long_poll_timeout(error: &Error, poll: &Method) -> bool {
    let is_timeout = matches!(error, Error::Timeout { .. } | Error::Http { status: 408 | 504, .. });
    is_timeout && poll.deadline.is_some()
}
