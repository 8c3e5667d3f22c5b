//! Calls as HTTP requests.

mod body;
pub(super) mod client;
pub(crate) mod failure;
pub(crate) mod receive;
pub(crate) mod spool;
