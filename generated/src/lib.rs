//! Client of Decthings, a cloud for machine learning.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use decthings::Client;
//!
//! let client = Client::builder().api_key_file("auth.txt").build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! - A [`Client`] has a function a service, which has a function a method. Each makes a [`Call`]: complete it with its
//!   setters, then await it.
//! - Data goes in and comes out as [`Tensor`]s and [`Blob`]s, which are cheap to clone and not copied on their way.
//! - What is too large for memory comes from files and goes into files: [`Blob::from_file`], [`Call::blobs_to_files`].
//! - A method that starts something that tells events can be subscribed to: [`Call::subscribe`] gives a [`Subscription`],
//!   which is a stream.
//! - A method that answers page by page can be read as a stream: [`Call::items`], [`Call::pages`].
//! - A method that starts work gives a [`Waiter`]: wait for the end of the work, follow its [`Progress`], or cancel it.
//! - What went wrong is an [`Error`]; what the API itself refused is in [`Error::api`], with the method's own type.
//!
//! [`guide`] goes from a first call to tests of your own, and has a list of the cargo features: [`guide::features`]. Those
//! that are on by default are all that a client of the public service needs.

#[cfg(feature = "dataset")]
pub mod bulk;
#[cfg(feature = "fs")]
pub mod files;
// Costs nothing where nobody reads it.
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod runtime;
pub mod tensor;
mod varint;

pub use api::types;
#[cfg(feature = "blocking")]
pub use runtime::blocking;
#[cfg(feature = "test-util")]
pub use runtime::testing;
pub use runtime::{ApiError, ApiKey, Base64, Blob, BuildError, Call, Client, ClientBuilder, Error, ResponseBuffer};
pub use runtime::{ApiKeyProvider, Attempt, AttemptOutcome, CallInfo, Middleware, RetryPolicy, Transport};
#[cfg(feature = "server")]
pub use runtime::{Connection, EventHub, Router, ServiceError};
pub use runtime::{EndReason, EventError, RawEvent, Subscription, TransferProgress, Update};
pub use runtime::{Items, Page, Pages, Progress, ProgressUpdate, WaitError, Waiter};
pub use tensor::{Audio, DType, Element, Image, Tensor, TensorError, Video};

pub mod api;
