//! Work that goes on after the call that started it: how far it is, how it ends, and how it is stopped.

mod error;
mod meter;
mod pace;
mod progress;
mod started;
mod starts;
mod watch;

pub use error::WaitError;
pub use meter::{MetricRange, MetricSource, NoMetrics};
pub use progress::{Progress, ProgressUpdate};
pub use started::Waiter;
pub use starts::{Cancellable, Waitable};
