//! What the generated code stands on: calls, errors, the wire, transports.

mod api_error;
mod blob;
#[cfg(feature = "blocking")]
pub mod blocking;
mod build_error;
mod builder;
mod bytes_notation;
mod call;
mod call_info;
mod client;
mod credentials;
#[cfg(feature = "dynamic")]
mod dynamic;
mod endpoint;
mod error;
mod error_codes;
mod events;
mod exchange;
mod files;
mod middleware;
mod open;
mod operation;
mod options;
mod output;
mod page;
mod response_buffer;
mod retry;
#[cfg(feature = "schemars")]
pub mod schema;
mod secret;
#[cfg(feature = "server")]
mod server;
mod setters;
mod slot;
mod socket;
mod tensor_serde;
#[cfg(feature = "test-util")]
pub mod testing;
mod text;
mod trace;
mod transport;
mod wait;
mod wire;

pub use crate::{
    error_codes, keyed_union, kinded_union, plain_json, request_setters, setters, string_enum, tagged_union,
    wire_object,
};
pub use api_error::{ApiError, ErrorCode, FieldError};
pub use blob::{Base64, Blob};
pub use build_error::BuildError;
pub use builder::ClientBuilder;
pub use call::Call;
pub use call_info::CallInfo;
pub use client::Client;
pub use credentials::{ApiKeyProvider, ProviderError};
#[cfg(feature = "dynamic")]
pub use dynamic::{DynamicOperation, dynamic};
pub use error::Error;
#[cfg(feature = "dataset")]
pub(crate) use error::Failure;
pub use error_codes::ErrorInfo;
pub use events::{
    Channel, EndReason, EventError, EventKind, EventSet, IdSource, RawEvent, Subscribable, Subscription, Update,
};
#[cfg(feature = "fs")]
pub(crate) use files::Part;
pub use files::TransferProgress;
pub use middleware::{Attempt, AttemptOutcome, Middleware};
pub use open::{JsonKind, KeyedUnion, KindedUnion, TaggedUnion, read_keyed, read_kinded, read_tagged};
pub use operation::{Method, Operation, TransportKind};
pub use output::FromResponse;
pub use page::{Items, Page, Paged, Pages};
pub use response_buffer::ResponseBuffer;
pub use retry::RetryPolicy;
pub use secret::ApiKey;
#[cfg(feature = "server")]
pub use server::{
    Connection, EventHub, IncomingRequest, Outgoing, Router, Routes, ServiceError, ServiceResult, handle,
    not_implemented,
};
pub use transport::{RequestBody, Transport, TransportError, TransportRequest, TransportResponse};
pub use wait::{
    Cancellable, MetricRange, MetricSource, NoMetrics, Progress, ProgressUpdate, WaitError, Waitable, Waiter,
};
pub use wire::{
    Base64Text, BlobReader, FrameWriter, FromWire, IndexedTensor, IndexedTensorColumn, Json, KeyedBlob, ObjectWriter,
    PlainJson, RequestFrame, ResponseFrame, TensorColumn, ToWire, WireError,
};

pub use crate::tensor::Tensor;

/// A future on the heap.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
