//! Client and server of a queue service.
//!
//! `api` is generated from `queue.json`, and [`next`] from `queue-2.json`, the API's next revision, which is built on it. This
//! file and [`memory`] are all that is written by hand.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use queue::Client;
//! use queue::api::types::Priority;
//!
//! let client = Client::from_env()?;
//! let pushed = client.queue().push("orders", "two loaves of bread").priority(Priority::High).await?;
//! println!("pushed {}", pushed.message_id);
//! # Ok(())
//! # }
//! ```

pub mod api;
#[cfg(all(feature = "queue", feature = "server"))]
pub mod memory;
pub mod next;

#[cfg(feature = "server")]
pub use api::Router;
pub use api::{Call, Client, ClientBuilder, Subscription};
#[cfg(feature = "axum")]
pub use decthings::AxumAdapter;
#[cfg(feature = "server")]
pub use decthings::EventHub;
// What users of the client name, so that they need no other crate.
pub use decthings::{ApiKey, Blob, BuildError, Error, RetryPolicy, Update, WaitError, Waiter};
