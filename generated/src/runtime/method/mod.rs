//! Facts of methods and channels, error codes, and the API key.

mod api_error;
mod channel;
#[cfg(feature = "dynamic")]
pub mod describe;
mod error_codes;
mod facts;

pub use api_error::{ApiError, ErrorCode, FieldError, MethodError};
pub use channel::{Channel, EventKind};
pub use error_codes::{ErrorInfo, InvalidRequest};
pub use facts::{ApiKey, IdSource, Method, TransportKind};
