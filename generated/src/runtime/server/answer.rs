//! One request, and its answer.

use bytes::Bytes;
use serde::Serialize;

use super::ServiceError;
use crate::runtime::error::Failure;
use crate::runtime::wire::{self, AnswerFrame};
use crate::runtime::{ApiError, BoxFuture, Method, Operation};

/// A request that has not been read yet.
#[derive(Clone, Debug)]
pub struct IncomingRequest {
    body: Bytes,
}

impl IncomingRequest {
    /// The body of an HTTP request. Whoever receives it limits its size.
    pub fn new(body: Bytes) -> Self {
        Self { body }
    }
}

/// An answer in its frame: the body of an HTTP answer, of which the status is 200 and the type
/// `application/octet-stream` also when the API refuses the call.
#[derive(Clone, Debug)]
pub struct Answer {
    frame: AnswerFrame,
}

impl Answer {
    /// An error.
    pub fn error(error: &ApiError) -> Self {
        Self { frame: wire::encode_error(error) }
    }

    fn result<T: Serialize>(method: &Method, result: &T) -> Self {
        match wire::encode_result(method, result) {
            Ok(frame) => Self { frame },
            Err(failure) => Self::refuse("invalid_result", &failure),
        }
    }

    fn refuse(code: &str, failure: &Failure) -> Self {
        Self::error(&ApiError::with_message(code, failure.explain()))
    }

    /// The body in pieces.
    pub fn segments(&self) -> &[Bytes] {
        self.frame.segments()
    }

    /// The body in pieces.
    pub fn into_segments(self) -> Vec<Bytes> {
        self.frame.into_segments()
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    /// Whether there are no bytes, which no answer is.
    pub fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }

    /// The body in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        self.frame.to_bytes()
    }
}

/// Reads a request, has it answered, and frames the answer.
///
/// A request that cannot be read is answered with the code `invalid_request`.
pub fn handle<'a, R, F, Fut>(request: IncomingRequest, service: F) -> BoxFuture<'a, Answer>
where
    R: Operation,
    F: FnOnce(R) -> Fut + Send + 'a,
    Fut: Future<Output = Result<R::Output, ServiceError<R::Error>>> + Send + 'a,
{
    Box::pin(async move {
        let request = match wire::decode_request(R::METHOD, request.body) {
            Ok(request) => request,
            Err(failure) => return Answer::refuse("invalid_request", &failure),
        };
        match service(request).await {
            Ok(result) => Answer::result(R::METHOD, &result),
            Err(error) => Answer::error(&error.into_api()),
        }
    })
}
