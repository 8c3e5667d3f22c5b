//! Calls as HTTP requests.

pub(crate) mod client;
pub(crate) mod failure;
pub(crate) mod receive;
pub(crate) mod spool;
