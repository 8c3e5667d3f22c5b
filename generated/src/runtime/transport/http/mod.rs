//! Calls as HTTP requests.

mod blob_files;
pub(super) mod client;
mod request_body;
pub(super) mod response_body;
