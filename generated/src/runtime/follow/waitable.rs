//! Methods that start work, and the errors of waiting for it.

use std::fmt;
use std::fmt::Debug;
use std::time::Duration;

use serde::Serialize;

use super::metrics::MetricSource;
use crate::runtime::client::Operation;
use crate::runtime::error::Error;
use crate::runtime::method::Method;
use crate::runtime::text::json_excerpt;

/// A request that starts work, which continues after the call.
pub trait Waitable: Operation {
    /// The request that polls the status of the work.
    type Poll: Operation<Response: Clone> + Clone;
    /// The result of work that succeeded.
    type Done: Clone + Debug + Send + Sync + 'static;
    /// The result of work that failed.
    type Failed: Serialize + Clone + Debug + Send + Sync + 'static;
    /// The source of the work's metrics.
    type Metrics: MetricSource<Self::Poll>;

    /// Makes the request that polls the work that this request has started.
    fn poll_request(&self, result: &Self::Response) -> Self::Poll;

    /// The work's result; `None` while it is running.
    fn outcome(response: &<Self::Poll as Operation>::Response) -> Option<Result<Self::Done, Self::Failed>>;

    /// Why the work failed, as a sentence; its result as JSON if the definition names no reason.
    fn failure_text(failed: &Self::Failed) -> String {
        json_excerpt(failed)
    }

    /// The work's result, if this error code of a poll means that the work had already finished.
    fn already_finished(_code: &str) -> Option<Self::Done> {
        None
    }
}

/// A request whose work can be cancelled.
pub trait Cancellable: Waitable {
    /// The request that cancels the work.
    type Cancel: Operation;

    /// Makes the request that cancels the polled work.
    fn cancel(poll: &Self::Poll) -> Self::Cancel;
}

/// Why waiting for work failed. `F` is the result of work that failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError<F> {
    /// The work failed, or other code cancelled it.
    #[non_exhaustive]
    Failed {
        /// The method that started it.
        at: &'static Method,
        /// The work's result.
        failed: F,
        /// Why it failed, as a sentence.
        message: Box<str>,
    },
    /// [`Waiter::cancel`](super::Waiter::cancel) of this handle or a clone of it cancelled the work.
    #[non_exhaustive]
    Cancelled {
        /// The method that started it.
        at: &'static Method,
        /// The work's result.
        failed: F,
    },
    /// The status could not be polled. The work may still be running.
    Call(Error),
    /// The deadline has passed. The work is still running.
    #[non_exhaustive]
    Deadline {
        /// The method that started it.
        at: &'static Method,
        /// The deadline.
        after: Duration,
    },
}

impl<F> WaitError<F> {
    /// The result of work that failed or was cancelled.
    pub fn failed(&self) -> Option<&F> {
        match self {
            Self::Failed { failed, .. } | Self::Cancelled { failed, .. } => Some(failed),
            _ => None,
        }
    }

    /// Whether waiting again may succeed, as the work may still be running.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Failed { .. } | Self::Cancelled { .. } => false,
            Self::Call(error) => error.is_retryable(),
            Self::Deadline { .. } => true,
        }
    }
}

impl<F> fmt::Display for WaitError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { at, message, .. } => write!(f, "work of {at:?} failed: {message}"),
            Self::Cancelled { at, .. } => write!(f, "work of {at:?} was cancelled"),
            Self::Call(error) => write!(f, "{error}"),
            Self::Deadline { at, after } => write!(f, "work of {at:?} has not finished within {after:?}"),
        }
    }
}

impl<F: Debug> std::error::Error for WaitError<F> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            _ => None,
        }
    }
}
