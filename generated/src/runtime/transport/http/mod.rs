//! Calls as HTTP requests.

mod blob_files;
pub(super) mod client;
mod request_body;
mod response_body;
