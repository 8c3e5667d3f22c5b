//! Streams as iterators.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use tokio::runtime::Runtime;

use super::run::{BlockingError, check, park, runtime};

/// A stream as an iterator: [`Items`](crate::Items), [`Pages`](crate::Pages), [`Progress`](crate::Progress) or a
/// [`Subscription`](crate::Subscription).
///
/// # Errors
///
/// This is async code, or the runtime for connections could not be started.
pub fn iter<S: Stream + Unpin>(stream: S) -> Result<Iter<S>, BlockingError> {
    check()?;
    Ok(Iter { stream, runtime: runtime()? })
}

/// A stream as an iterator. Made by [`iter`].
///
/// Each item is waited for. Async code to which the iterator is moved is held up by it.
#[derive(Debug)]
#[must_use = "nothing is read until the iterator is"]
pub struct Iter<S> {
    stream: S,
    runtime: &'static Runtime,
}

impl<S> Iter<S> {
    /// The stream.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream, with what has not been read.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Stream + Unpin> Iterator for Iter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let mut stream = Pin::new(&mut self.stream);
        park(self.runtime, poll_fn(|context| stream.as_mut().poll_next(context)))
    }
}
