//! The other side: requests in, answers and events out.

mod answer;
mod connection;
mod hub;
mod outbox;
mod router;
mod service_error;

pub use answer::{Answer, IncomingRequest, handle};
pub use connection::Connection;
pub use hub::EventHub;
pub use outbox::Outgoing;
pub use router::{Router, Routes};
pub use service_error::{Reply, ServiceError, not_implemented};
