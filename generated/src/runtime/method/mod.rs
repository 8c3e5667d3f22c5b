//! Facts of methods and channels, error codes, and the API key: what says nothing about how calls travel.

mod api_error;
mod api_key;
mod channel;
mod error_codes;
mod facts;

pub use api_error::{ApiError, ErrorCode, FieldError};
pub use api_key::ApiKey;
pub use channel::{Channel, EventKind};
pub use error_codes::ErrorInfo;
pub use facts::{IdSource, Method, TransportKind};
