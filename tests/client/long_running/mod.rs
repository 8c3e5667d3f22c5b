//! Work that outlives the call that starts it: waiting for it, following its progress, and fetching its metrics.

mod metrics;
pub mod training;
mod waiting;
