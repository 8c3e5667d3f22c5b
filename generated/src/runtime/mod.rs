//! What the generated code stands on: calls, errors, the wire, transports.

mod api_error;
mod blob;
#[cfg(feature = "blocking")]
pub mod blocking;
mod build_error;
mod builder;
mod bytes_notation;
mod call;
mod client;
#[cfg(feature = "dynamic")]
mod dynamic;
mod endpoint;
mod error;
mod error_codes;
mod events;
mod given;
mod open;
mod operation;
mod page;
mod secret;
#[cfg(feature = "server")]
mod server;
mod socket;
mod tensor_serde;
mod text;
mod transport;
mod wait;
mod wire;

pub use crate::error_codes;
pub use api_error::{ApiError, ErrorCode, FieldError};
pub use blob::{Base64, Blob};
pub use build_error::BuildError;
pub use builder::ClientBuilder;
pub use call::Call;
pub use client::Client;
#[cfg(feature = "dynamic")]
pub use dynamic::{DynamicOperation, dynamic};
pub use error::Error;
pub use error_codes::Meaning;
pub use events::{
    Channel, EndReason, EventError, EventKind, EventSet, IdSource, RawEvent, Subscribes, Subscription, Update,
};
pub use given::Given;
pub use open::{JsonKind, Keyed, Kinded, Tagged};
pub use operation::{Method, Operation, Route};
pub use page::{Items, Page, Paged, Pages};
pub use secret::ApiKey;
#[cfg(feature = "server")]
pub use server::{
    Answer, Connection, EventHub, IncomingRequest, Outgoing, Reply, Router, Routes, ServiceError, handle,
    not_implemented,
};
pub use wait::{Cancels, Meter, MetricRange, Progress, ProgressUpdate, Started, Starts, Unmetered, WaitError};
pub use wire::{AnswerFrame, BlobRule, Payload, RequestFrame};

pub use crate::tensor::Tensor;

/// A future on the heap.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
