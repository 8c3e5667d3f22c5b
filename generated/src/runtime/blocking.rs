//! The client without async code (feature `blocking`).
//!
//! ```no_run
//! # fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let total = client.model().get_models().total_blocking()?;
//! for model in client.model().get_models().items_blocking()? {
//!     println!("{} of {total}", model?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Requests and clients are the same types as in async code. What is awaited there has a function whose name ends with
//! `_blocking`, such as [`Call::send_blocking`] and [`Waiter::wait_blocking`]. For everything else, [`wait`] takes any future,
//! and [`iter()`] any stream. All connections share one single-threaded Tokio runtime, which starts on first use and never
//! stops.
//!
//! Blocking would stall async code. There, everything here fails with [`BlockingError`], or with an error such as
//! [`Error::Invalid`] where that is the error type: await the call, or move it into Tokio's `spawn_blocking` or
//! `block_in_place`, where blocking works. Async code that Tokio's `unconstrained` runs is not recognized, and stalls.

use std::future::poll_fn;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::{error, fmt, io, thread};

use bytes::Bytes;
use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::coop;

use super::blob::Blob;
use super::client::{Call, Operation, Subscribable};
use super::error::{Error, Failure};
use super::event::{EventSet, Update};
use super::follow::{Cancellable, Items, Paged, Pages, Progress, Subscription, WaitError, Waitable, Waiter};
use super::method::Method;

/// Why a future could not be waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockingError {
    /// The calling thread runs async code, which must not block.
    InsideRuntime,
    /// The runtime for connections could not be started.
    #[non_exhaustive]
    NoRuntime {
        /// The system's error message.
        message: String,
    },
}

impl BlockingError {
    pub(crate) fn at<E>(&self, method: &'static Method) -> Error<E> {
        Failure::invalid("", self.to_string()).at(method)
    }
}

impl fmt::Display for BlockingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InsideRuntime => {
                f.write_str("this would block async code; await it instead, or call it in tokio's `spawn_blocking`")
            }
            Self::NoRuntime { message } => write!(f, "the runtime for connections could not be started: {message}"),
        }
    }
}

impl error::Error for BlockingError {}

impl From<BlockingError> for io::Error {
    fn from(error: BlockingError) -> Self {
        Self::other(error)
    }
}

/// Waits for a future of this crate, such as [`Subscription::unsubscribe`].
///
/// # Errors
///
/// The calling thread runs async code, or the runtime for connections could not be started. The future was not polled.
pub fn wait<F: Future>(future: F) -> Result<F::Output, BlockingError> {
    Ok(park(runtime()?, future))
}

fn wait_for<T, E>(method: &'static Method, call: impl Future<Output = Result<T, Error<E>>>) -> Result<T, Error<E>> {
    wait(call).unwrap_or_else(|error| Err(error.at(method)))
}

/// The runtime of all connections, unless this thread runs async code.
fn runtime() -> Result<&'static Runtime, BlockingError> {
    static RUNTIME: OnceLock<Result<Runtime, BlockingError>> = OnceLock::new();
    if is_async() {
        return Err(BlockingError::InsideRuntime);
    }
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("decthings").enable_all().build();
        runtime.map_err(|error| BlockingError::NoRuntime { message: error.to_string() })
    });
    runtime.as_ref().map_err(Clone::clone)
}

/// Whether this thread runs async code of a Tokio runtime.
fn is_async() -> bool {
    if Handle::try_current().is_err() {
        return false;
    }
    // Tokio limits the steps of async code before it has to yield, and lifts the limit where code may block. Nothing else
    // tells both apart, also not the current runtime. The steps that are taken here are returned when `first` is dropped.
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(first) = coop::poll_proceed(&mut context) else { return true };
    let is_limited = (0..MAX_STEPS).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(step) => {
            step.made_progress();
            false
        }
        Poll::Pending => true,
    });
    drop(first);
    is_limited
}

/// More steps than Tokio permits, whose number has eight bits.
const MAX_STEPS: u32 = 1 << 8;

/// Polls the future on this thread, which sleeps in between. Unlike [`Runtime::block_on`], it does not panic in async code.
fn park<F: Future>(runtime: &Runtime, future: F) -> F::Output {
    let _inside = runtime.enter();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Reads a stream as an iterator: [`Items`], [`Pages`], [`Progress`] or a
/// [`Subscription`].
///
/// # Errors
///
/// As those of [`wait`].
pub fn iter<S: Stream + Unpin>(stream: S) -> Result<Iter<S>, BlockingError> {
    Ok(Iter { stream, runtime: runtime()? })
}

/// A stream as an iterator, made by [`iter`].
///
/// Each item blocks the calling thread, also when the iterator was moved into async code.
#[derive(Debug)]
#[must_use = "iterators read nothing until they are advanced"]
pub struct Iter<S> {
    stream: S,
    runtime: &'static Runtime,
}

impl<S> Iter<S> {
    /// The stream.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream, with the items that have not been read.
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

impl<R: Operation> Call<R> {
    /// Makes the call, and blocks this thread until the response; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send). In async code it fails with [`Error::Invalid`].
    pub fn send_blocking(self) -> Result<R::Output, Error<R::Error>> {
        wait_for(R::METHOD, self.send())
    }
}

impl<R: Subscribable> Call<R> {
    /// Subscribes as [`subscribe`](Self::subscribe) does, and blocks this thread until the response; see
    /// [`blocking`](crate::blocking). [`iter()`] reads the events.
    ///
    /// # Errors
    ///
    /// As those of [`send_blocking`](Self::send_blocking).
    pub fn subscribe_blocking(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        wait_for(R::METHOD, self.subscribe())
    }
}

impl<R: Paged> Call<R> {
    /// The [`items`](Self::items) of all pages as an iterator, which blocks this thread; see
    /// [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// In async code it fails with [`Error::Invalid`]. The iterator yields the errors of calls.
    pub fn items_blocking(self) -> Result<Iter<Items<R>>, Error<R::Error>> {
        iter(self.items()).map_err(|error| error.at(R::METHOD))
    }

    /// The [`pages`](Self::pages) as an iterator, which blocks this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`items_blocking`](Self::items_blocking).
    pub fn pages_blocking(self) -> Result<Iter<Pages<R>>, Error<R::Error>> {
        iter(self.pages()).map_err(|error| error.at(R::METHOD))
    }

    /// The number of items on all pages. Blocks this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`send_blocking`](Self::send_blocking).
    pub fn total_blocking(self) -> Result<u32, Error<R::Error>> {
        wait_for(R::METHOD, self.total())
    }
}

impl<R: Waitable> Waiter<R> {
    /// Blocks this thread until the work has finished; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`wait`](Self::wait). In async code it fails with [`Error::Invalid`].
    pub fn wait_blocking(&self) -> Result<R::Done, WaitError<R::Failed>> {
        wait(self.wait()).unwrap_or_else(|error| Err(WaitError::Call(error.at(R::METHOD))))
    }

    /// The [`progress`](Self::progress) of the work as an iterator, which blocks this thread; see
    /// [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// In async code it fails with [`Error::Invalid`]. The iterator yields the errors of polling.
    pub fn progress_blocking(&self) -> Result<Iter<Progress<R>>, WaitError<R::Failed>> {
        iter(self.progress()).map_err(|error| WaitError::Call(error.at(R::METHOD)))
    }
}

impl<R: Cancellable> Waiter<R> {
    /// Cancels the work, and blocks this thread until the response; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`cancel`](Self::cancel). In async code it fails with [`Error::Invalid`].
    pub fn cancel_blocking(&self) -> Result<(), Error<<R::Cancel as Operation>::Error>> {
        wait_for(R::Cancel::METHOD, self.cancel())
    }
}

impl<R: Waitable> Iter<Progress<R>> {
    /// Blocks this thread until the work has finished. Further metrics are not fetched.
    ///
    /// # Errors
    ///
    /// As those of [`Progress::wait`].
    pub fn wait_blocking(self) -> Result<R::Done, WaitError<R::Failed>> {
        park(self.runtime, self.stream.wait())
    }
}

impl<E: EventSet> Subscription<E> {
    /// The next update; `None` after the last one. Blocks this thread; see [`blocking`](crate::blocking). [`iter()`] reads
    /// all updates.
    ///
    /// # Errors
    ///
    /// As those of [`wait`].
    pub fn next_blocking(&mut self) -> Result<Option<Update<E>>, BlockingError> {
        wait(self.next())
    }

    /// Unsubscribes, and blocks this thread until the response; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`unsubscribe`](Self::unsubscribe). In async code it fails with [`Error::Invalid`], and the server is
    /// not waited for.
    pub fn unsubscribe_blocking(self) -> Result<(), Error> {
        let Some(method) = E::CHANNEL.unsubscribe else { return Ok(()) };
        wait_for(method, self.unsubscribe())
    }
}

impl Blob {
    /// The bytes, which are read if they are in a file. Blocks this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`bytes`](Self::bytes). In async code it fails.
    pub fn bytes_blocking(&self) -> io::Result<Bytes> {
        wait(self.bytes())?
    }

    /// Moves or writes the bytes to a file. Blocks this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// As those of [`save_as`](Self::save_as). In async code it fails.
    pub fn save_as_blocking(self, path: impl AsRef<Path>) -> io::Result<()> {
        wait(self.save_as(path))?
    }
}
