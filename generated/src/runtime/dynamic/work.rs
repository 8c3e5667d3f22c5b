//! Work by name: what goes on after the call that started it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::call::{DynamicCall, DynamicMessage, message};
use super::operation::{DynamicOperation, read};
use crate::runtime::client::{Client, Operation};
use crate::runtime::error::{Error, Failure};
use crate::runtime::follow::{Cancellable, MetricSource, Progress, ProgressUpdate, WaitError, Waitable, Work};
use crate::runtime::method::{ApiError, Method};
use crate::runtime::wire::JsonLimits;

/// A call that starts work.
type Starting = BoxFuture<'static, Result<(DynamicMessage, DynamicWork), Error>>;

/// How the work that a method starts is followed.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct WorkInfo {
    /// The method that polls its status, whose parameters say which work it is.
    pub poll: &'static Method,
    /// Whether it can be cancelled.
    pub cancellable: bool,
    start: fn(DynamicCall) -> Starting,
    follow: fn(&Client, Value) -> Result<DynamicWork, Error>,
}

impl fmt::Debug for WorkInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { poll, cancellable, .. } = self;
        f.debug_struct("WorkInfo").field("poll", poll).field("cancellable", cancellable).finish_non_exhaustive()
    }
}

impl DynamicOperation {
    /// Makes it a method that starts work.
    #[must_use]
    pub const fn starts<R>(mut self) -> Self
    where
        R: Waitable<Done: Serialize, Metrics: MetricSource<R::Poll, Value: Serialize>>,
    {
        self.work = Some(WorkInfo {
            poll: R::Poll::METHOD,
            cancellable: false,
            start: |call| start(call, |work| DynamicWork::new::<R>(work, None)),
            follow: |client, params| Ok(DynamicWork::new::<R>(&known(client, params)?, None)),
        });
        self
    }

    /// Makes it a method that starts work which can be cancelled.
    #[must_use]
    pub const fn starts_cancellable<R>(mut self) -> Self
    where
        R: Cancellable<Done: Serialize, Metrics: MetricSource<R::Poll, Value: Serialize>>,
    {
        self.work = Some(WorkInfo {
            poll: R::Poll::METHOD,
            cancellable: true,
            start: |call| start(call, |work| DynamicWork::new::<R>(work, Some(cancellation(work)))),
            follow: |client, params| {
                let work = known::<R>(client, params)?;
                Ok(DynamicWork::new::<R>(&work, Some(cancellation(&work))))
            },
        });
        self
    }

    /// Follows work that a call of this method has started before, given the parameters of
    /// [the method that polls it](WorkInfo::poll).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the parameters are not those of that method, or this method starts no work.
    pub fn follow(&self, client: &Client, params: Value) -> Result<DynamicWork, Error> {
        match self.work {
            Some(work) => (work.follow)(client, params),
            None => Err(self.lacks("starts no work")),
        }
    }
}

impl DynamicCall {
    /// Makes the call; returns its result, and the work that it has started.
    ///
    /// # Errors
    ///
    /// As those of a typed call; [`Error::Invalid`] if the method starts no work.
    pub async fn start(self) -> Result<(DynamicMessage, DynamicWork), Error> {
        match self.operation.work {
            Some(work) => (work.start)(self).await,
            None => Err(self.operation.lacks("starts no work")),
        }
    }
}

fn start<R: Waitable>(call: DynamicCall, follow: fn(&Work<R>) -> DynamicWork) -> Starting {
    Box::pin(async move {
        let call = call.typed::<R>()?;
        let response = call.response().await.map_err(Error::into_raw)?;
        let work = Work::<R>::new(call.client.clone(), call.request().poll_request(&response));
        let result =
            message(&response, call.client.json_limits()).map_err(|failure| failure.at::<ApiError>(R::METHOD))?;
        Ok((result, follow(&work)))
    })
}

fn known<R: Waitable>(client: &Client, params: Value) -> Result<Work<R>, Error> {
    let poll = read::<R::Poll>(params, "parameters").map_err(|failure| failure.at::<ApiError>(R::Poll::METHOD))?;
    Ok(Work::new(client.clone(), poll))
}

type Cancel = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

fn cancellation<R: Cancellable>(work: &Work<R>) -> Cancel {
    let work = Arc::new(work.clone());
    Arc::new(move || {
        let work = work.clone();
        Box::pin(async move { work.cancel().await.map_err(Error::into_raw) })
    })
}

/// Work that a call has started. Dropping it does not stop the work.
pub struct DynamicWork {
    params: Result<Value, String>,
    progress: Box<dyn Follow>,
    cancel: Option<Cancel>,
    at: &'static Method,
}

impl DynamicWork {
    fn new<R>(work: &Work<R>, cancel: Option<Cancel>) -> Self
    where
        R: Waitable<Done: Serialize, Metrics: MetricSource<R::Poll, Value: Serialize>>,
    {
        let params = serde_json::to_value(&work.poll).map_err(|error| error.to_string());
        let (progress, limits) = (work.progress(), work.client.json_limits());
        Self { params, progress: Box::new(Followed::<R> { progress, limits }), cancel, at: R::METHOD }
    }

    /// The parameters of [the method that polls it](WorkInfo::poll), with which it can be followed again.
    pub fn params(&self) -> &Value {
        self.params.as_ref().unwrap_or(&Value::Null)
    }

    /// The next update; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<DynamicUpdate, WaitError<Value>>> {
        self.progress.next().await
    }

    /// Waits until the work has finished, and returns its result.
    ///
    /// # Errors
    ///
    /// The work failed or was cancelled, the status could not be polled, or the deadline passed: see [`WaitError`].
    pub async fn wait(self) -> Result<DynamicMessage, WaitError<Value>> {
        self.progress.wait().await
    }

    /// Cancels the work, which then ends as [`WaitError::Cancelled`].
    ///
    /// # Errors
    ///
    /// The API rejected the call, or it failed; [`Error::Invalid`] if the work cannot be cancelled.
    pub fn cancel(&self) -> BoxFuture<'static, Result<(), Error>> {
        let at = self.at;
        match &self.cancel {
            Some(cancel) => cancel(),
            None => Box::pin(async move { Err(Failure::invalid("", "the work cannot be cancelled").at(at)) }),
        }
    }
}

impl fmt::Debug for DynamicWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicWork").field("method", self.at).field("params", &self.params).finish_non_exhaustive()
    }
}

/// The status of work, and the metrics that are new since the previous update.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DynamicUpdate {
    /// The API's response.
    pub status: DynamicMessage,
    /// New values of metrics, each only once.
    pub metrics: Vec<DynamicMetric>,
}

/// New values of one metric.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DynamicMetric {
    /// The name.
    pub name: String,
    /// The index of the first value.
    pub start: u32,
    /// The values, as JSON.
    pub values: Vec<Value>,
}

type Next<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The progress of work, whatever its method.
trait Follow: Send {
    fn next(&mut self) -> Next<'_, Option<Result<DynamicUpdate, WaitError<Value>>>>;
    fn wait(self: Box<Self>) -> Next<'static, Result<DynamicMessage, WaitError<Value>>>;
}

struct Followed<R: Waitable> {
    progress: Progress<R>,
    limits: JsonLimits,
}

impl<R> Follow for Followed<R>
where
    R: Waitable<Done: Serialize, Metrics: MetricSource<R::Poll, Value: Serialize>>,
{
    fn next(&mut self) -> Next<'_, Option<Result<DynamicUpdate, WaitError<Value>>>> {
        Box::pin(async move {
            let update = self.progress.next().await?;
            Some(update.map_err(raw).and_then(|update| {
                as_json(&update, self.limits).map_err(|failure| WaitError::Call(failure.at(R::Poll::METHOD)))
            }))
        })
    }

    fn wait(self: Box<Self>) -> Next<'static, Result<DynamicMessage, WaitError<Value>>> {
        Box::pin(async move {
            let done = self.progress.wait().await.map_err(raw)?;
            message(&done, self.limits).map_err(|failure| WaitError::Call(failure.at(R::Poll::METHOD)))
        })
    }
}

fn as_json<R>(update: &ProgressUpdate<R>, limits: JsonLimits) -> Result<DynamicUpdate, Failure>
where
    R: Waitable<Metrics: MetricSource<R::Poll, Value: Serialize>>,
{
    let mut metrics = Vec::new();
    for values in &update.metrics {
        let (name, start, _) = R::Metrics::extent(values);
        let entries = R::Metrics::entries(values).iter().map(|entry| super::operation::write(entry, limits));
        metrics.push(DynamicMetric { name: name.to_owned(), start, values: entries.collect::<Result<_, _>>()? });
    }
    Ok(DynamicUpdate { status: message(&update.response, limits)?, metrics })
}

fn raw<F: Serialize>(error: WaitError<F>) -> WaitError<Value> {
    let json = |failed: &F| serde_json::to_value(failed).unwrap_or_default();
    match error {
        WaitError::Failed { at, failed, message } => WaitError::Failed { at, failed: json(&failed), message },
        WaitError::Cancelled { at, failed } => WaitError::Cancelled { at, failed: json(&failed) },
        WaitError::Call(error) => WaitError::Call(error),
        WaitError::Deadline { at, after } => WaitError::Deadline { at, after },
    }
}
