//! When a call is made again, and when not.

mod after;
mod budget;
mod chance;
mod policy;

pub(crate) use after::retry_after;
pub(crate) use budget::RetryBudget;
pub(crate) use chance::up_to;
pub use policy::RetryPolicy;
