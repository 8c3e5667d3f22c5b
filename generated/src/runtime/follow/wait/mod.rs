//! Work that goes on after the call that started it: how far it is, how it ends, and how it is stopped.

mod error;
mod metrics;
mod progress;
mod waitable;
mod waiter;
mod watch;

pub use error::WaitError;
pub use metrics::{MetricRange, MetricSource, NoMetrics};
pub use progress::Progress;
pub use waitable::{Cancellable, Waitable};
pub use waiter::Waiter;
pub use watch::ProgressUpdate;
