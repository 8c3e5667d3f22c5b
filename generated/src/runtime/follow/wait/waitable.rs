//! What generated code says about methods that start something.

use std::fmt::Debug;

use serde::Serialize;

use super::metrics::MetricSource;
use crate::runtime::client::Operation;

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
