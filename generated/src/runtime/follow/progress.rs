//! How far work is: the calls that poll it, and a stream of what they bring.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use tokio::time::{Instant, sleep, timeout_at};

use super::metrics::{MetricReader, MetricSource};
use super::waitable::{Again, WaitError, Waitable};
use crate::runtime::backoff::{Backoff, equal_jitter};
use crate::runtime::client::{Call, Client, Operation};
use crate::runtime::error::Error;

/// How work comes along: a stream of [`ProgressUpdate`]s, of which the last one tells how it ended.
///
/// Asks the API less and less often, and asks again when that fails for a passing reason. An error is the last item.
/// Dropping it ends the asking, not the work.
#[must_use = "nothing is asked until the stream is read"]
pub struct Progress<R: Waitable>(State<R>);

type Item<R> = Result<ProgressUpdate<R>, WaitError<<R as Waitable>::Failed>>;
type Asked<R> = (Box<Watch<R>>, Option<Item<R>>);

enum State<R: Waitable> {
    Idle(Box<Watch<R>>),
    Asking(BoxFuture<'static, Asked<R>>),
    /// After an error; or while the state changes.
    Broken,
}

impl<R: Waitable> Progress<R> {
    pub(super) fn new(watch: Watch<R>) -> Self {
        Self(State::Idle(Box::new(watch)))
    }

    /// The next update; `None` after the last one. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Item<R>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Waits for the end of the work. Metrics are not fetched any more.
    ///
    /// # Errors
    ///
    /// As those of [`Waiter::wait`](super::Waiter::wait). After an error of the stream, it is
    /// [`Error::Closed`](crate::Error::Closed).
    pub async fn wait(mut self) -> Result<R::Done, WaitError<R::Failed>> {
        loop {
            let finished = match &mut self.0 {
                State::Idle(watch) => {
                    watch.unmetered();
                    watch.is_finished()
                }
                State::Asking(_) => false,
                State::Broken => true,
            };
            if finished {
                break;
            }
            if let Some(Err(error)) = self.next().await {
                return Err(error);
            }
        }
        let outcome = match self.0 {
            State::Idle(watch) => watch.into_outcome(),
            _ => None,
        };
        outcome.unwrap_or(Err(WaitError::Call(crate::Error::Closed { at: Box::new(R::METHOD.into()) })))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Item<R>>> {
        let mut asking = match std::mem::replace(&mut self.0, State::Broken) {
            State::Idle(watch) if watch.is_finished() => {
                self.0 = State::Idle(watch);
                return Poll::Ready(None);
            }
            State::Idle(watch) => ask(watch),
            State::Asking(asking) => asking,
            State::Broken => return Poll::Ready(None),
        };
        let polled = asking.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = State::Asking(asking);
        }
        let (watch, item) = ready!(polled);
        if !matches!(item, Some(Err(_))) {
            self.0 = State::Idle(watch);
        }
        Poll::Ready(item)
    }
}

fn ask<R: Waitable>(mut watch: Box<Watch<R>>) -> BoxFuture<'static, Asked<R>> {
    Box::pin(async move {
        let item = watch.next().await.transpose();
        (watch, item)
    })
}

impl<R: Waitable> Stream for Progress<R> {
    type Item = Item<R>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<R: Waitable> fmt::Debug for Progress<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("method", &R::METHOD).finish_non_exhaustive()
    }
}

/// The first delay between two questions, about.
const FIRST: Duration = Duration::from_millis(200);
/// How often in a row asking may fail.
const FAILURES: u32 = 8;
/// The longest delay after a failure.
const RECOVERY: Duration = Duration::from_secs(30);

/// How far work is: what the API answered, and what came of its metrics since the update before.
#[non_exhaustive]
pub struct ProgressUpdate<R: Waitable> {
    /// What the API answered.
    pub response: <R::Poll as Operation>::Response,
    /// New values of metrics, each only once.
    pub metrics: Vec<<R::Metrics as MetricSource<R::Poll>>::Values>,
}

impl<R: Waitable> fmt::Debug for ProgressUpdate<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressUpdate").field("response", &self.response).field("metrics", &self.metrics).finish()
    }
}

/// How often and for how long it is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pacing {
    pub(super) deadline: Duration,
    pub(super) interval: Duration,
}

impl Default for Pacing {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(24 * 60 * 60), interval: Duration::from_secs(5) }
    }
}

/// What is known of work.
pub(super) struct Watch<R: Waitable> {
    client: Client,
    poll: R::Poll,
    pacing: Pacing,
    backoff: Backoff,
    /// When it was asked first, and until when it is.
    until: Option<Instant>,
    /// How long to wait before it is asked again.
    delay: Duration,
    /// None if nobody wants metrics.
    meters: Option<MetricReader>,
    outcome: Option<Outcome<R>>,
}

pub(super) type Outcome<R> = Result<<R as Waitable>::Done, WaitError<<R as Waitable>::Failed>>;

/// What one question has brought.
type Step<R> = Option<ProgressUpdate<R>>;

impl<R: Waitable> Watch<R> {
    pub(super) fn new(client: Client, poll: R::Poll, pacing: Pacing) -> Self {
        let backoff = Backoff::by_half(FIRST, pacing.interval);
        let meters = Some(MetricReader::default());
        Self { client, poll, pacing, backoff, until: None, delay: Duration::ZERO, meters, outcome: None }
    }

    /// Without metrics from now on.
    pub(super) fn unmetered(&mut self) {
        self.meters = None;
    }

    pub(super) fn is_finished(&self) -> bool {
        self.outcome.is_some()
    }

    pub(super) fn into_outcome(self) -> Option<Outcome<R>> {
        self.outcome
    }

    /// The next update; nothing after the last one, or if the end came without one.
    ///
    /// # Errors
    ///
    /// What ends the watch as well.
    pub(super) async fn next(&mut self) -> Result<Step<R>, WaitError<R::Failed>> {
        if self.is_finished() {
            return Ok(None);
        }
        let start = Instant::now();
        // Who would wait longer than time can be told waits for the default.
        let after = |deadline| start.checked_add(deadline);
        let until = after(self.pacing.deadline).or_else(|| after(Pacing::default().deadline)).unwrap_or(start);
        let until = *self.until.get_or_insert(until);
        let step = timeout_at(until, self.step()).await;
        step.unwrap_or(Err(WaitError::Deadline { at: R::METHOD, after: self.pacing.deadline }))
    }

    async fn step(&mut self) -> Result<Step<R>, WaitError<R::Failed>> {
        let mut recovery = Backoff::by_half(FIRST, RECOVERY);
        let mut failures = 0_u32;
        sleep(std::mem::take(&mut self.delay)).await;
        loop {
            let error = match self.look().await {
                Ok(step) => return Ok(step),
                Err(error) => error,
            };
            match Again::of(&error, R::Poll::METHOD) {
                Again::No => return Err(WaitError::Call(error)),
                Again::Counted if failures >= FAILURES => return Err(WaitError::Call(error)),
                Again::Counted => failures = failures.saturating_add(1),
                Again::Uncounted => {}
            }
            sleep(equal_jitter(recovery.next())).await;
        }
    }

    /// Asks once, and fetches metrics once.
    async fn look(&mut self) -> Result<Step<R>, Error> {
        let response = match Call::new(&self.client, self.poll.clone()).response().await.map_err(Error::into_raw) {
            Ok(response) => response,
            Err(error) => {
                let finished = error.code().and_then(R::already_finished);
                return match finished {
                    Some(done) => {
                        self.outcome = Some(Ok(done));
                        Ok(None)
                    }
                    None => Err(error),
                };
            }
        };
        let (metrics, more) = match &mut self.meters {
            Some(meters) => {
                let news = meters.news(R::Metrics::counts(&response));
                meters.read::<R::Poll, R::Metrics>(&self.client, &self.poll, news).await?
            }
            None => (Vec::new(), false),
        };
        match R::outcome(&response) {
            _ if more => {}
            Some(Ok(done)) => self.outcome = Some(Ok(done)),
            Some(Err(failed)) => self.outcome = Some(Err(WaitError::Failed { at: R::METHOD, failed })),
            None => self.delay = equal_jitter(self.backoff.next()),
        }
        Ok(Some(ProgressUpdate { response, metrics }))
    }
}
