//! The server side: reads requests, and sends responses and events.

#[cfg(feature = "axum")]
mod axum_adapter;
mod connection;
mod handle;
mod hub;
mod in_process;
mod outbox;
mod router;

#[cfg(feature = "axum")]
pub use axum_adapter::AxumAdapter;
pub use connection::Connection;
pub use handle::{IncomingRequest, ServiceError, ServiceResult, handle, not_implemented};
pub use hub::EventHub;
pub use outbox::Outgoing;
pub use router::{Router, Routes};
