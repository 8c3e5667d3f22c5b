//! Where the response of a call is read into.

use std::sync::{Mutex, PoisonError};

use super::operation::Operation;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::ErrorCode as _;
use crate::runtime::transport::{ReadOutcome, Slot};
use crate::runtime::wire;
use crate::runtime::wire::{RawResponse, ResponseError};

/// The slot of a request's response: the last one that was read counts.
pub(crate) struct ResponseSlot<R: Operation>(Mutex<Option<Content<R>>>);

type Content<R> = Result<<R as Operation>::Response, ResponseError<<R as Operation>::Error>>;

impl<R: Operation> ResponseSlot<R> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// What was read.
    pub(crate) fn take(&self, at: &CallInfo) -> Result<R::Response, Error<R::Error>> {
        match self.put(None) {
            Some(content) => content.map_err(|error| error.at(at.clone())),
            None => Err(Failure::decode("", "it was not read", "").at(at.clone())),
        }
    }

    fn put(&self, content: Option<Content<R>>) -> Option<Content<R>> {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), content)
    }
}

impl<R: Operation> Slot for ResponseSlot<R> {
    fn read(&self, response: RawResponse, deepest: usize) -> ReadOutcome {
        let (outcome, content) = match wire::read_response::<R::Response, R::Error>(response, deepest) {
            Ok(response) => {
                let subscription_id = R::response_subscription_id(&response).map(str::to_owned);
                (ReadOutcome::Result { subscription_id }, Ok(response))
            }
            Err(ResponseError::Api { error, detail }) => {
                let (code, is_retryable) = (error.code().to_owned(), error.is_retryable());
                (ReadOutcome::Api { code, is_retryable }, Err(ResponseError::Api { error, detail }))
            }
            Err(ResponseError::Malformed(failure)) => return ReadOutcome::Malformed(failure),
        };
        self.put(Some(content));
        outcome
    }
}
