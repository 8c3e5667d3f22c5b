//! The client: its builder, and its calls.

mod attempts;
mod build;
mod builder;
mod call;
mod constructors;
mod endpoint;
mod handle;
mod middleware;
mod operation;
mod retry;
mod trace;

pub use builder::ClientBuilder;
pub use call::Call;
pub use constructors::Settable;
pub use handle::{ApiClient, Client};
pub use middleware::{Attempt, AttemptOutcome, Middleware};
pub use operation::{FromResponse, Operation, Subscribable};
pub use retry::RetryPolicy;
