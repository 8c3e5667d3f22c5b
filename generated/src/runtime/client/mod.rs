//! The client: how it is built, and how it makes calls.

mod attempts;
mod build;
mod builder;
mod call;
mod constructors;
#[cfg(feature = "dynamic")]
mod dynamic;
mod endpoint;
mod handle;
mod middleware;
mod operation;
mod response_slot;
mod retry;
mod trace;

pub use builder::ClientBuilder;
pub use call::Call;
#[cfg(feature = "dynamic")]
pub use dynamic::{DynamicOperation, dynamic};
pub use handle::Client;
pub use middleware::{Attempt, AttemptOutcome, Middleware};
pub use operation::{FromResponse, Operation, Subscribable};
pub use retry::RetryPolicy;
