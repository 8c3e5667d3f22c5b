//! A handle on work that goes on after the call that started it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::progress::{Pacing, Progress, Watch};
use super::waitable::{Cancellable, WaitError, Waitable};
use crate::runtime::client::{Call, Client, FromResponse};

/// What a call has started: the result of the call, and a handle on the work that goes on.
///
/// It reads like the result. Dropping it changes nothing: the work goes on.
///
/// ```no_run
/// # use decthings::{Progress, Waiter, api::model::TrainRequest};
/// # async fn example(session: Waiter<TrainRequest>) -> Result<(), Box<dyn std::error::Error>> {
/// println!("{}", session.training_session_id);
/// let completed = session.wait().await?;
/// println!("{}", completed.created_state_id);
/// # Ok(())
/// # }
/// ```
pub struct Waiter<R: Waitable> {
    client: Client,
    poll: R::Poll,
    result: R::Response,
    pacing: Pacing,
}

impl<R: Waitable> Waiter<R> {
    pub(crate) fn new(client: Client, request: &R, result: R::Response) -> Self {
        Self { client, poll: request.poll_request(&result), result, pacing: Pacing::default() }
    }

    /// The result of the call alone.
    pub fn into_result(self) -> R::Response {
        self.result
    }

    /// How long is waited for the end at most, instead of a day.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.pacing.deadline = deadline;
        self
    }

    /// How long at most until it is asked again, instead of 5 seconds. It begins with less.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.pacing.interval = interval;
        self
    }

    /// How the work comes along, as a stream that ends with it. Nothing is asked before the stream is read.
    pub fn progress(&self) -> Progress<R> {
        Progress::new(self.watch())
    }

    /// Waits for the end of the work.
    ///
    /// # Errors
    ///
    /// The work failed or was cancelled, or nothing could be learned about it in time: see [`WaitError`].
    pub async fn wait(&self) -> Result<R::Done, WaitError<R::Failed>> {
        self.progress().wait().await
    }

    fn watch(&self) -> Watch<R> {
        Watch::new(self.client.clone(), self.poll.clone(), self.pacing)
    }
}

impl<R: Cancellable> Waiter<R> {
    /// A call that stops the work.
    pub fn cancel(&self) -> Call<R::Cancel> {
        Call::new(&self.client, R::cancel(&self.poll))
    }
}

impl<R: Waitable> Deref for Waiter<R> {
    type Target = R::Response;

    fn deref(&self) -> &R::Response {
        &self.result
    }
}

impl<R: Waitable<Response: Clone>> Clone for Waiter<R> {
    fn clone(&self) -> Self {
        let Self { client, poll, result, pacing } = self;
        Self { client: client.clone(), poll: poll.clone(), result: result.clone(), pacing: *pacing }
    }
}

impl<R: Waitable> fmt::Debug for Waiter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("method", &R::METHOD).field("result", &self.result).finish_non_exhaustive()
    }
}

impl<R: Waitable> FromResponse<R> for Waiter<R> {
    fn from_response(client: Client, request: R, response: R::Response) -> Self {
        Self::new(client, &request, response)
    }
}
