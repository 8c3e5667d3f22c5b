//! What a call gives its caller.

use serde::Serialize;

use super::{Client, Operation, Waitable, Waiter};

/// What a successful call gives: the response itself, or a handle on what the call has started.
pub trait FromResponse<R: Operation>: Send + 'static {
    /// Makes the output of the request and its response.
    fn from_response(client: Client, request: R, response: R::Response) -> Self;
}

impl<R: Operation<Response = T>, T: Serialize + Send + 'static> FromResponse<R> for T {
    fn from_response(_: Client, _: R, response: T) -> Self {
        response
    }
}

impl<R: Waitable> FromResponse<R> for Waiter<R> {
    fn from_response(client: Client, request: R, response: R::Response) -> Self {
        Self::new(client, &request, response)
    }
}
