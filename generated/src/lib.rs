//! Client of Decthings, a cloud for machine learning.
//!
//! ```no_run
//! use decthings::Client;
//! use decthings::types::{DatasetReference, ExecutionLocation, LauncherSpec, ParameterProvider};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().api_key_file("auth.txt").build()?;
//! let images = ParameterProvider::new("x", DatasetReference::new("dataset-id", "image"));
//! let labels = ParameterProvider::new("y", DatasetReference::new("dataset-id", "label"));
//! let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
//! let training = client.model().train("model-id", "digits-v2", [images, labels], launcher).state_id("state-id").await?;
//! println!("created the state {}", training.wait().await?.created_state_id);
//! # Ok(())
//! # }
//! ```
//!
//! A [`Client`] has one accessor per service, which has one function per method. Required parameters are its arguments.
//! Optional ones are setters of the [`Call`] that it returns; the docs of each method list them. Then await the call.
//!
#![doc = include_str!("api/services.md")]
//!
//! Types that only one method uses stand beside it, in the module of its service. Those that several methods share are in
//! [`types`].
//!
//! - [`Tensor`]s and [`Blob`]s carry data. They are cheap to clone, and are sent without copying.
//! - Data that is too large for memory is streamed from and to files: [`Blob::from_file`], [`Call::blobs_to_files`].
//! - [`Call::subscribe`] starts a session and returns a [`Subscription`], the stream of its events.
//! - [`Call::items`] and [`Call::pages`] read long lists as streams.
//! - A method that starts work returns a [`Waiter`]: wait until the work has finished, follow its [`Progress`], or cancel it.
//! - A call fails with an [`Error`]; [`Error::api`] is the error of the API, in the method's own type.
//!
//! The [`guide`] leads from a first call to your own tests, and lists the cargo features: [`guide::features`]. The default
//! features are all that a client of the public service needs.

#![cfg_attr(docsrs, feature(doc_cfg))]

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
#[cfg(feature = "axum")]
#[doc(inline)]
pub use runtime::AxumAdapter;
#[cfg(feature = "blocking")]
#[doc(inline)]
pub use runtime::blocking;
#[cfg(feature = "test-util")]
#[doc(inline)]
pub use runtime::testing;
#[doc(inline)]
pub use runtime::{ApiError, ApiKey, Base64, Blob, BuildError, Call, Client, Error, NotInMemory};
#[doc(inline)]
pub use runtime::{ApiKeyProvider, Attempt, AttemptOutcome, CallInfo, Middleware, RetryPolicy, Transport};
#[cfg(feature = "server")]
#[doc(inline)]
pub use runtime::{Connection, EventHub, Router, ServiceError};
#[doc(inline)]
pub use runtime::{EndReason, EventError, RawEvent, ResponseBuffer, Subscription, TransferProgress, Update};
#[doc(inline)]
pub use runtime::{Items, MetricRow, Page, Pages, Progress, ProgressUpdate, WaitError, Waiter};
#[doc(inline)]
pub use tensor::{Audio, DType, Element, Image, Tensor, TensorError, Video};

/// The settings of a [`Client`], with the setters of [`runtime::ClientBuilder`].
pub type ClientBuilder = runtime::ClientBuilder<Client>;

pub mod api;
#[cfg(feature = "weights")]
pub mod weights;
