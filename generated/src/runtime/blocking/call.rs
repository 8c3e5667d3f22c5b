//! What calls and their handles offer to code that is not async.

use super::run::wait;
use crate::runtime::client::{Call, Operation, Subscribable};
use crate::runtime::error::Error;
use crate::runtime::follow::{Paged, Subscription, WaitError, Waitable, Waiter};

impl<R: Operation> Call<R> {
    /// Makes the call, and waits for the answer on this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send). Async code is refused with [`Error::Invalid`].
    pub fn send_blocking(self) -> Result<R::Output, Error<R::Error>> {
        wait(self.send()).unwrap_or_else(|error| Err(error.failure().at(R::METHOD)))
    }
}

impl<R: Subscribable> Call<R> {
    /// Subscribes as [`subscribe`](Self::subscribe) does, and waits on this thread; see [`blocking`](crate::blocking).
    /// [`iter`](crate::blocking::iter) reads the events.
    ///
    /// # Errors
    ///
    /// As those of [`send_blocking`](Self::send_blocking).
    pub fn subscribe_blocking(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        wait(self.subscribe()).unwrap_or_else(|error| Err(error.failure().at(R::METHOD)))
    }
}

impl<R: Paged> Call<R> {
    /// How many items there are on all pages; waits on this thread, see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`send_blocking`](Self::send_blocking).
    pub fn total_blocking(self) -> Result<u32, Error<R::Error>> {
        wait(self.total()).unwrap_or_else(|error| Err(error.failure().at(R::METHOD)))
    }
}

impl<R: Waitable> Waiter<R> {
    /// Waits for the end of the work on this thread; see [`blocking`](crate::blocking).
    /// [`iter`](crate::blocking::iter) reads its progress.
    ///
    /// # Errors
    ///
    /// As those of [`wait`](Self::wait). Async code is refused with [`Error::Invalid`].
    pub fn wait_blocking(&self) -> Result<R::Done, WaitError<R::Failed>> {
        wait(self.wait()).unwrap_or_else(|error| Err(WaitError::Call(error.failure().at(R::METHOD))))
    }
}
