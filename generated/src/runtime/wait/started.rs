//! What a call has started.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::watch::{Pacing, Watch};
use super::{Cancels, Progress, Starts, WaitError};
use crate::runtime::{Call, Client};

/// What a call has started: the result of the call, and a handle on the work that goes on.
///
/// It reads like the result. Dropping it changes nothing: the work goes on.
///
/// ```no_run
/// # use decthings::{Progress, Started, api::model::TrainRequest};
/// # async fn example(session: Started<TrainRequest>) -> Result<(), Box<dyn std::error::Error>> {
/// println!("{}", session.training_session_id);
/// let completed = session.wait().await?;
/// println!("{}", completed.created_state_id);
/// # Ok(())
/// # }
/// ```
pub struct Started<R: Starts> {
    client: Client,
    ask: R::Ask,
    result: R::Response,
    pacing: Pacing,
}

impl<R: Starts> Started<R> {
    pub(crate) fn new(client: Client, request: &R, result: R::Response) -> Self {
        Self { client, ask: request.ask(&result), result, pacing: Pacing::default() }
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
        Watch::new(self.client.clone(), self.ask.clone(), self.pacing)
    }
}

impl<R: Cancels> Started<R> {
    /// A call that stops the work.
    pub fn cancel(&self) -> Call<R::Cancel> {
        Call::new(&self.client, R::cancel(&self.ask))
    }
}

impl<R: Starts> Deref for Started<R> {
    type Target = R::Response;

    fn deref(&self) -> &R::Response {
        &self.result
    }
}

impl<R: Starts<Response: Clone>> Clone for Started<R> {
    fn clone(&self) -> Self {
        let Self { client, ask, result, pacing } = self;
        Self { client: client.clone(), ask: ask.clone(), result: result.clone(), pacing: *pacing }
    }
}

impl<R: Starts> fmt::Debug for Started<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started").field("method", &R::METHOD).field("result", &self.result).finish_non_exhaustive()
    }
}
