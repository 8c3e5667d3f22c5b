//! Errors of calls and of building a client.

mod build_error;
mod call_error;
mod failure;
mod failure_text;

pub use build_error::BuildError;
pub use call_error::{CallInfo, Error};
pub(crate) use failure::Failure;
pub use failure_text::FailureText;
