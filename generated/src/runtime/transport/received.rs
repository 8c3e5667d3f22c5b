//! Where responses are read into by code that does not know their types, and what a call has brought.

use super::session::lease::Lease;
use crate::runtime::error::Failure;
use crate::runtime::wire::RawResponse;

/// Where the response of a call is read into.
pub(crate) trait Slot: Send + Sync {
    /// Reads a response, of which the JSON may be nested that deeply.
    fn read(&self, response: RawResponse, deepest: usize) -> ReadOutcome;
}

/// What a response turned out to be.
#[derive(Debug)]
pub(crate) enum ReadOutcome {
    /// A result, perhaps with the id that the call has subscribed to.
    Result { subscription_id: Option<String> },
    /// An error of the API.
    Api { code: String, is_retryable: bool },
    /// Nothing that can be read.
    Malformed(Failure),
}

/// A response that was read into the slot of its call.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) outcome: ReadOutcome,
    /// The number of bytes.
    pub(crate) len: u64,
    pub(crate) lease: Option<Lease>,
}

impl Received {
    /// Reads a response.
    pub(crate) fn read(response: RawResponse, slot: &dyn Slot, deepest: usize) -> Self {
        let len = response.len();
        Self { outcome: slot.read(response, deepest), len, lease: None }
    }
}
