//! When a call is made again, and when not.

mod after;
mod budget;
mod policy;

pub(crate) use after::retry_after;
pub(crate) use budget::RetryBudget;
pub use policy::RetryPolicy;
