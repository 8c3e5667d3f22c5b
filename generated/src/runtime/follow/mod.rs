//! Streams and handles that continue after one response: pages, waiters and subscriptions.

mod metrics;
mod pages;
mod progress;
mod subscription;
mod waitable;
mod waiter;

pub use metrics::{MetricRange, MetricRow, MetricSource, NoMetrics, NoValue};
pub use pages::{Items, Page, Paged, Pages};
pub use progress::{Progress, ProgressUpdate};
pub use subscription::Subscription;
pub use waitable::{Cancellable, WaitError, Waitable};
pub use waiter::Waiter;
#[cfg(feature = "dynamic")]
pub(in crate::runtime) use waiter::Work;
