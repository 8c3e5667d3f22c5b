//! What generated code uses: calls, errors, the wire, transports.
//!
//! Each folder is a layer, and imports from those below it only:
//!
//! | layer | contents |
//! |---|---|
//! | `newtypes` | the client's types in other crates, as macros |
//! | `dynamic` | calls by name, with JSON parameters |
//! | `testing`, `blocking` | test doubles; calls without async code |
//! | `server`, `follow` | the server side of services, also behind axum; pages, waiters and subscriptions |
//! | `client` | the builder, calls and their attempts: deadlines, retries, middleware, tracing |
//! | `transport` | HTTP, the WebSocket and its session |
//! | `event` | events, independent of their connection |
//! | `wire` | frames, messages, and the codec that generated code calls |
//! | `blob` | bytes in memory, in files and from readers |
//! | `error` | why a call failed |
//! | `method` | facts of methods and channels, error codes, the API key |
//! | `text`, `redact`, `backoff` | excerpts of text, text without credentials, delays |
//!
//! This module re-exports what generated code and users need. No layer imports from it.
//!
//! The way of a call:
//!
//! ```text
//! Call<TrainRequest>              plain data, completed by setters         client/call.rs
//!   TrainRequest::to_wire         its JSON, and its blobs in order         wire/{writer,object,blobs}.rs
//!   RequestFrame                  small blobs copied, large ones shared    wire/frame.rs
//!   Core::call, attempt           deadline, retries, spans, middleware     client/attempts.rs
//!   Transport::send               HTTP, in-process, a test double          transport/http/, server/, testing/
//!     or Session::call            a message on the WebSocket               transport/session/, wire/message.rs
//!   RawResponse                   its bytes                                transport/response.rs
//!   read_response                 one pass over the JSON, then the blobs   wire/{response,json,reader}.rs
//!   TrainResult::from_wire        the typed response, or TrainError
//! FromResponse                    the output: the response, or a waiter    client/operation.rs, follow/waiter.rs
//! ```
//!
//! The way of an event:
//!
//! ```text
//! read_server_message             the frame, not its JSON                  wire/message.rs
//! Readers::deliver                the head: the event and its session      wire/event.rs, transport/session/readers.rs
//! Buffer                          bounded, drops the oldest events         transport/session/buffer.rs
//! Subscription::next              parses the event into its type           follow/subscription.rs, event/raw_event.rs
//! ```

pub(crate) mod backoff;
pub(crate) mod blob;
#[cfg(feature = "blocking")]
pub mod blocking;
pub(crate) mod client;
#[cfg(feature = "dynamic")]
pub(crate) mod dynamic;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod follow;
pub(crate) mod method;
mod newtypes;
pub(crate) mod redact;
#[cfg(feature = "schemars")]
pub mod schema;
#[cfg(feature = "server")]
pub(crate) mod server;
#[cfg(feature = "test-util")]
pub mod testing;
pub(crate) mod text;
pub(crate) mod transport;
pub(crate) mod wire;

pub use bytes::Bytes;
pub use futures_core::Stream;
pub use futures_core::future::BoxFuture;
pub use serde_json::Value;

#[cfg(feature = "dynamic")]
pub use self::blob::Attachment;
pub use self::blob::{Base64, Blob, NotInMemory};
pub use self::client::{
    ApiClient, Attempt, AttemptOutcome, Call, Client, ClientBuilder, FromResponse, Middleware, Operation, RetryPolicy,
    Settable, Subscribable,
};
#[cfg(feature = "dynamic")]
pub use self::dynamic::{
    DynamicCall, DynamicItems, DynamicMessage, DynamicMetric, DynamicOperation, DynamicService, DynamicSubscription,
    DynamicUpdate, DynamicWork, EventsInfo, PagesInfo, WorkInfo, dynamic,
};
pub use self::error::{BuildError, CallInfo, Error, FailureText};
pub use self::event::{EndReason, EventError, EventSet, RawEvent, Update};
pub use self::follow::{
    Cancellable, Items, MetricRange, MetricRow, MetricSource, NoMetrics, NoValue, Page, Paged, Pages, Progress,
    ProgressUpdate, Subscription, WaitError, Waitable, Waiter,
};
#[cfg(feature = "dynamic")]
pub use self::method::describe;
pub use self::method::{
    ApiError, ApiKey, Channel, ErrorCode, ErrorInfo, EventKind, FieldError, IdSource, InvalidRequest, Method,
    MethodError, TransportKind,
};
#[cfg(feature = "axum")]
pub use self::server::AxumAdapter;
#[cfg(feature = "server")]
pub use self::server::{
    Connection, EventHub, IncomingRequest, Outgoing, Router, Routes, ServiceError, ServiceResult, handle,
    not_implemented,
};
pub use self::transport::{
    ApiKeyProvider, ProviderError, RequestBody, ResponseBuffer, TransferProgress, Transport, TransportError,
    TransportRequest, TransportResponse,
};
#[cfg(feature = "tower")]
pub use self::transport::{ServiceTransport, TransportService};
pub use self::wire::{
    Base64Text, BlobReader, FrameWriter, FromWire, IndexedTensor, IndexedTensorColumn, ItemOrList, Json, JsonKind,
    KeyedBlob, KeyedUnion, KindedUnion, ObjectWriter, PlainJson, RequestFrame, ResponseFrame, TaggedUnion,
    TensorColumn, ToWire, WireError, item_or_list, optional_item_or_list, read_keyed, read_kinded, read_tagged,
};
#[cfg(feature = "server")]
pub use crate::router_type;
pub use crate::tensor::Tensor;
pub use crate::{
    client_types, constructors, error_codes, keyed_union, kinded_union, plain_json, request_constructors, string_enum,
    tagged_union, wire_object,
};
#[cfg(feature = "dynamic")]
pub use crate::{describe_type, dynamic_calls};
