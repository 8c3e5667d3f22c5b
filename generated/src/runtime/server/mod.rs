//! The other side: requests in, responses and events out.

mod connection;
mod handle;
mod hub;
mod in_process;
mod outbox;
mod router;
mod service_error;
mod subscriber;

pub use connection::Connection;
pub use handle::{IncomingRequest, handle};
pub use hub::EventHub;
pub use outbox::Outgoing;
pub use router::{Router, Routes};
pub use service_error::{ServiceError, ServiceResult, not_implemented};
