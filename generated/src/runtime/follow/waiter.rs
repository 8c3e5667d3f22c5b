//! A handle for work that continues after the call that started it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::progress::{Cancellation, Pacing, Progress};
use super::waitable::{Cancellable, WaitError, Waitable};
use crate::runtime::client::{Call, Client, FromResponse, Operation};
use crate::runtime::error::Error;

/// The result of a call that started work, and a handle for the work, which continues.
///
/// It dereferences to the result. Dropping it does not stop the work.
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
    work: Work<R>,
    result: R::Response,
}

/// Work that goes on after the call that started it.
pub(in crate::runtime) struct Work<R: Waitable> {
    pub(in crate::runtime) client: Client,
    pub(in crate::runtime) poll: R::Poll,
    pacing: Pacing,
    cancellation: Cancellation,
}

impl<R: Waitable> Work<R> {
    pub(in crate::runtime) fn new(client: Client, poll: R::Poll) -> Self {
        Self { client, poll, pacing: Pacing::default(), cancellation: Cancellation::default() }
    }

    pub(in crate::runtime) fn progress(&self) -> Progress<R> {
        Progress::new(self.client.clone(), self.poll.clone(), self.pacing, self.cancellation.clone())
    }
}

impl<R: Cancellable> Work<R> {
    pub(in crate::runtime) async fn cancel(&self) -> Result<(), Error<<R::Cancel as Operation>::Error>> {
        let request = self.cancellation.request();
        Call::new(&self.client, R::cancel(&self.poll)).response().await?;
        request.accepted();
        Ok(())
    }
}

impl<R: Waitable> Clone for Work<R> {
    fn clone(&self) -> Self {
        let Self { client, poll, pacing, cancellation } = self;
        let (client, poll, cancellation) = (client.clone(), poll.clone(), cancellation.clone());
        Self { client, poll, pacing: *pacing, cancellation }
    }
}

impl<R: Waitable> Waiter<R> {
    /// The result of the call alone.
    pub fn into_result(self) -> R::Response {
        self.result
    }

    /// The maximum time to wait; a day by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.work.pacing.deadline = deadline;
        self
    }

    /// The maximum interval between polls, 5 seconds by default. The first intervals are shorter.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.work.pacing.interval = interval;
        self
    }

    /// The progress of the work, as a stream that ends when the work has finished. Polling begins when it is read.
    pub fn progress(&self) -> Progress<R> {
        self.work.progress()
    }

    /// Waits until the work has finished.
    ///
    /// # Errors
    ///
    /// The work failed or was cancelled, the status could not be polled, or the deadline passed: see [`WaitError`].
    pub async fn wait(&self) -> Result<R::Done, WaitError<R::Failed>> {
        self.progress().wait().await
    }
}

impl<R: Cancellable> Waiter<R> {
    /// Cancels the work. [`wait`](Self::wait) and [`progress`](Self::progress) of this handle and its clones then poll at
    /// once, and report the end of the work as [`WaitError::Cancelled`].
    ///
    /// # Errors
    ///
    /// The API rejected the call, or it failed. The work may have finished before.
    pub async fn cancel(&self) -> Result<(), Error<<R::Cancel as Operation>::Error>> {
        self.work.cancel().await
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
        Self { work: self.work.clone(), result: self.result.clone() }
    }
}

impl<R: Waitable> fmt::Debug for Waiter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("method", &R::METHOD).field("result", &self.result).finish_non_exhaustive()
    }
}

impl<R: Waitable> FromResponse<R> for Waiter<R> {
    fn from_response(client: Client, request: R, response: R::Response) -> Self {
        let poll = request.poll_request(&response);
        Self { work: Work::new(client, poll), result: response }
    }
}
