//! What generated code says about methods that start something.

use std::fmt::Debug;

use serde::Serialize;

use super::Meter;
use crate::runtime::Operation;

/// A request that starts work which goes on after the call.
pub trait Starts: Operation {
    /// The request that asks how far the work is.
    type Ask: Operation<Response: Clone> + Clone;
    /// What there is when the work ended well.
    type Done: Clone + Debug + Send + Sync + 'static;
    /// What there is when it failed.
    type Failed: Serialize + Clone + Debug + Send + Sync + 'static;
    /// Where the work's metrics are.
    type Meter: Meter<Self::Ask>;

    /// Asks about what this request has started.
    fn ask(&self, result: &Self::Response) -> Self::Ask;

    /// How the work ended; nothing while it goes on.
    fn outcome(answer: &<Self::Ask as Operation>::Response) -> Option<Result<Self::Done, Self::Failed>>;

    /// What there is when the answer is an error that means that the work had ended before.
    fn over(_code: &str) -> Option<Self::Done> {
        None
    }
}

/// A request whose work can be stopped.
pub trait Cancels: Starts {
    /// The request that stops it.
    type Cancel: Operation;

    /// Stops what is asked about.
    fn cancel(ask: &Self::Ask) -> Self::Cancel;
}
