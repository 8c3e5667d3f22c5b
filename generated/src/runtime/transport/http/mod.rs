//! Calls as HTTP requests.

pub(super) mod client;
mod request_body;
mod response_body;
mod spool;
