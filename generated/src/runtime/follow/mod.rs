//! What goes on after one response: pages, waiters and subscriptions.

mod page;
mod subscription;
mod wait;

pub use page::{Items, Page, Paged, Pages};
pub use subscription::Subscription;
pub use wait::{
    Cancellable, MetricRange, MetricSource, NoMetrics, Progress, ProgressUpdate, WaitError, Waitable, Waiter,
};
