//! The client without async code (feature `blocking`).
//!
//! ```no_run
//! # fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let total = client.model().get_models().total_blocking()?;
//! for model in decthings::blocking::iter(client.model().get_models().items())? {
//!     println!("{} of {total}", model?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Requests and clients are the same types as in async code. All connections share one single-threaded Tokio runtime, which
//! starts on first use and never stops. Functions of this module block the calling thread.
//!
//! Blocking would stall an async runtime. Inside a Tokio runtime, including its threads for blocking work, everything here
//! fails with [`BlockingError`], or with [`Error::Invalid`] where that is the error type: await the call instead.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::{error, fmt, thread};

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use super::client::{Call, Operation, Subscribable};
use super::error::{Error, Failure};
use super::follow::{Paged, Subscription, WaitError, Waitable, Waiter};
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
    fn at<E>(&self, method: &'static Method) -> Error<E> {
        Failure::invalid("", self.to_string()).at(method)
    }
}

impl fmt::Display for BlockingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InsideRuntime => f.write_str("this would block an async runtime; await it instead"),
            Self::NoRuntime { message } => write!(f, "the runtime for connections could not be started: {message}"),
        }
    }
}

impl error::Error for BlockingError {}

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
    if Handle::try_current().is_ok() {
        return Err(BlockingError::InsideRuntime);
    }
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("decthings").enable_all().build();
        runtime.map_err(|error| BlockingError::NoRuntime { message: error.to_string() })
    });
    runtime.as_ref().map_err(Clone::clone)
}

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

/// Reads a stream as an iterator: [`Items`](crate::Items), [`Pages`](crate::Pages), [`Progress`](crate::Progress) or a
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
    /// [`blocking`](crate::blocking). [`iter`] reads the events.
    ///
    /// # Errors
    ///
    /// As those of [`send_blocking`](Self::send_blocking).
    pub fn subscribe_blocking(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        wait_for(R::METHOD, self.subscribe())
    }
}

impl<R: Paged> Call<R> {
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
    /// Blocks this thread until the work has finished; see [`blocking`](crate::blocking). [`iter`] reads its progress.
    ///
    /// # Errors
    ///
    /// As those of [`wait`](Self::wait). In async code it fails with [`Error::Invalid`].
    pub fn wait_blocking(&self) -> Result<R::Done, WaitError<R::Failed>> {
        wait(self.wait()).unwrap_or_else(|error| Err(WaitError::Call(error.at(R::METHOD))))
    }
}
