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
//! - A [`Client`] has one accessor per service, which has one function per method. Each returns a [`Call`]: complete it with
//!   its setters, then await it.
//! - [`Tensor`]s and [`Blob`]s carry data. They are cheap to clone, and are sent without copying.
//! - Data that is too large for memory is streamed from and to files: [`Blob::from_file`], [`Call::blobs_to_files`].
//! - [`Call::subscribe`] starts a session and returns a [`Subscription`], the stream of its events.
//! - [`Call::items`] and [`Call::pages`] read long lists as streams.
//! - A method that starts work returns a [`Waiter`]: wait until the work has finished, follow its [`Progress`], or cancel it.
//! - A call fails with an [`Error`]; [`Error::api`] is the error of the API, in the method's own type.
//!
//! The [`guide`] leads from a first call to your own tests, and lists the cargo features: [`guide::features`]. The default
//! features are all that a client of the public service needs.

#[cfg(feature = "dataset")]
pub mod bulk;
#[cfg(feature = "fs")]
pub mod files;
// Compiled only for its docs and doctests.
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod runtime;
mod service;
pub mod tensor;
mod varint;

pub use api::types;
#[cfg(feature = "blocking")]
pub use runtime::blocking;
#[cfg(feature = "test-util")]
pub use runtime::testing;
pub use runtime::{ApiError, ApiKey, Base64, Blob, BuildError, Call, Client, Error, NotInMemory};
pub use runtime::{ApiKeyProvider, Attempt, AttemptOutcome, CallInfo, Middleware, RetryPolicy, Transport};
#[cfg(feature = "server")]
pub use runtime::{Connection, EventHub, Router, ServiceError};
pub use runtime::{EndReason, EventError, RawEvent, ResponseBuffer, Subscription, TransferProgress, Update};
pub use runtime::{Items, Page, Pages, Progress, ProgressUpdate, WaitError, Waiter};
pub use tensor::{Audio, DType, Element, Image, Tensor, TensorError, Video};

/// The settings of a [`Client`], with the setters of [`runtime::ClientBuilder`].
pub type ClientBuilder = runtime::ClientBuilder<Client>;

pub mod api;
