//! Errors of calls and of building a client.

mod build_error;
mod call_error;
mod call_info;
mod failure;

pub use build_error::BuildError;
pub use call_error::Error;
pub use call_info::CallInfo;
pub(crate) use failure::Failure;
