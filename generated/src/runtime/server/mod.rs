//! The other side: requests in, answers out.

mod answer;
mod router;
mod service_error;

pub use answer::{Answer, IncomingRequest, handle};
pub use router::{Router, Routes};
pub use service_error::{Reply, ServiceError, not_implemented};
