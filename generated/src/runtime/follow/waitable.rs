//! What generated code implements for methods that start work, and why waiting fails.

use std::fmt;
use std::fmt::Debug;
use std::time::Duration;

use serde::Serialize;

use super::metrics::MetricSource;
use crate::runtime::client::Operation;
use crate::runtime::error::Error;
use crate::runtime::method::Method;
use crate::runtime::text::excerpt;

/// A request that starts work which goes on after the call.
pub trait Waitable: Operation {
    /// The request that asks how far the work is.
    type Poll: Operation<Response: Clone> + Clone;
    /// What there is when the work ended well.
    type Done: Clone + Debug + Send + Sync + 'static;
    /// What there is when it failed.
    type Failed: Serialize + Clone + Debug + Send + Sync + 'static;
    /// Where the work's metrics are.
    type Metrics: MetricSource<Self::Poll>;

    /// Asks about what this request has started.
    fn poll_request(&self, result: &Self::Response) -> Self::Poll;

    /// How the work ended; nothing while it goes on.
    fn outcome(response: &<Self::Poll as Operation>::Response) -> Option<Result<Self::Done, Self::Failed>>;

    /// What there is when the response is an error that means that the work had ended before.
    fn already_finished(_code: &str) -> Option<Self::Done> {
        None
    }
}

/// A request whose work can be stopped.
pub trait Cancellable: Waitable {
    /// The request that stops it.
    type Cancel: Operation;

    /// Stops what is asked about.
    fn cancel(poll: &Self::Poll) -> Self::Cancel;
}

/// Why waiting for work did not end well. `F` is what there is of work that failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WaitError<F> {
    /// The work has failed, or was cancelled.
    #[non_exhaustive]
    Failed {
        /// The method that started it.
        at: &'static Method,
        /// How it ended.
        failed: F,
    },
    /// How far the work is could not be asked. It may still go on.
    Call(Error),
    /// The work took longer than it was waited for. It still goes on.
    #[non_exhaustive]
    Deadline {
        /// The method that started it.
        at: &'static Method,
        /// How long it was waited for.
        after: Duration,
    },
}

impl<F> WaitError<F> {
    /// How the work ended, if it has failed.
    pub fn failed(&self) -> Option<&F> {
        match self {
            Self::Failed { failed, .. } => Some(failed),
            _ => None,
        }
    }

    /// Whether waiting once more may end well: the work still goes on, as far as is known.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Failed { .. } => false,
            Self::Call(error) => error.is_retryable(),
            Self::Deadline { .. } => true,
        }
    }
}

impl<F: Serialize> fmt::Display for WaitError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { at, failed } => {
                let failed = serde_json::to_string(failed).unwrap_or_default();
                write!(f, "what {at:?} started has failed: {}", excerpt(&failed))
            }
            Self::Call(error) => write!(f, "{error}"),
            Self::Deadline { at, after } => write!(f, "what {at:?} started is not over after {after:?}"),
        }
    }
}

impl<F: Serialize + Debug> std::error::Error for WaitError<F> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            _ => None,
        }
    }
}

/// Whether a call is made again, and whether that is counted.
pub(super) enum Again {
    No,
    Counted,
    /// It waited for as long as it may; the work's own deadline is what counts.
    Uncounted,
}

impl Again {
    pub(super) fn of(error: &Error, asked: &Method) -> Self {
        let timed_out = match error {
            Error::Timeout { .. } => true,
            Error::Http { status, .. } => matches!(status, 408 | 504),
            _ => false,
        };
        if timed_out && asked.deadline.is_some() {
            Self::Uncounted
        } else if error.is_retryable() {
            Self::Counted
        } else {
            Self::No
        }
    }
}
