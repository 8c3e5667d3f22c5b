//! What generated code stands on: calls, errors, the wire, transports.
//!
//! Each folder is a layer, and uses only those below it:
//!
//! | layer | what it has |
//! |---|---|
//! | `testing`, `blocking` | test doubles; calls without async code |
//! | `server`, `follow` | the other side of the services; pages, waiters and subscriptions |
//! | `client` | the builder, calls and their attempts: deadlines, retries, middleware, tracing |
//! | `transport` | HTTP, the WebSocket and its session |
//! | `event` | events, without the connection that they come on |
//! | `wire` | frames, messages, and the codec that generated code calls |
//! | `blob` | bytes in memory, in files and from readers |
//! | `error` | why a call failed |
//! | `method` | facts of methods and channels, error codes |
//!
//! This module is the facade for generated code and for users. Nothing below imports from it.

pub(crate) mod backoff;
pub(crate) mod blob;
#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod follow;
pub(crate) mod method;

#[cfg(feature = "schemars")]
pub mod schema;
#[cfg(feature = "server")]
pub(crate) mod server;
#[cfg(feature = "test-util")]
pub mod testing;
pub(crate) mod text;
pub(crate) mod transport;
pub(crate) mod wire;

pub use futures_core::future::BoxFuture;

pub use self::blob::{Base64, Blob};
pub use self::client::{
    Attempt, AttemptOutcome, Call, Client, ClientBuilder, FromResponse, Middleware, Operation, RetryPolicy,
    Subscribable,
};
#[cfg(feature = "dynamic")]
pub use self::client::{DynamicOperation, dynamic};
pub use self::error::{BuildError, CallInfo, Error};
pub use self::event::{EndReason, EventError, EventSet, RawEvent, Update};
pub use self::follow::{
    Cancellable, Items, MetricRange, MetricSource, NoMetrics, Page, Paged, Pages, Progress, ProgressUpdate,
    Subscription, WaitError, Waitable, Waiter,
};
pub use self::method::{
    ApiError, ApiKey, Channel, ErrorCode, ErrorInfo, EventKind, FieldError, IdSource, Method, TransportKind,
};
#[cfg(feature = "server")]
pub use self::server::{
    Connection, EventHub, IncomingRequest, Outgoing, Router, Routes, ServiceError, ServiceResult, handle,
    not_implemented,
};
pub use self::transport::{
    ApiKeyProvider, ProviderError, RequestBody, ResponseBuffer, TransferProgress, Transport, TransportError,
    TransportRequest, TransportResponse,
};
pub use self::wire::{
    Base64Text, BlobReader, FrameWriter, FromWire, IndexedTensor, IndexedTensorColumn, Json, JsonKind, KeyedBlob,
    KeyedUnion, KindedUnion, ObjectWriter, PlainJson, RequestFrame, ResponseFrame, TaggedUnion, TensorColumn, ToWire,
    WireError, read_keyed, read_kinded, read_tagged,
};
pub use crate::tensor::Tensor;
pub use crate::{
    constructors, error_codes, keyed_union, kinded_union, plain_json, request_constructors, string_enum, tagged_union,
    wire_object,
};
