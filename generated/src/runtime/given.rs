//! What a call gives back.

use serde::Serialize;

use super::{Client, Operation, Started, Starts};

/// What a successful call gives: the result itself, or a handle on what it has started.
pub trait Given<R: Operation>: Send + 'static {
    /// Made of the request and the result that it had.
    fn given(client: Client, request: R, result: R::Output) -> Self;
}

impl<R: Operation<Output = T>, T: Serialize + Send + 'static> Given<R> for T {
    fn given(_: Client, _: R, result: T) -> Self {
        result
    }
}

impl<R: Starts> Given<R> for Started<R> {
    fn given(client: Client, request: R, result: R::Output) -> Self {
        Self::new(client, &request, result)
    }
}
