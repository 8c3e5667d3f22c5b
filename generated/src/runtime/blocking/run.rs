//! Waits for futures on the calling thread.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::{fmt, thread};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::runtime::error::Failure;

/// Why nothing was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockingError {
    /// This is async code, which must not be held up.
    InsideRuntime,
    /// The runtime for connections could not be started.
    #[non_exhaustive]
    NoRuntime {
        /// What the system says.
        message: String,
    },
}

impl BlockingError {
    pub(super) fn failure(&self) -> Failure {
        Failure::invalid("", self.to_string())
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

impl std::error::Error for BlockingError {}

/// Waits for a future of this crate, such as [`Subscription::unsubscribe`](crate::Subscription::unsubscribe).
///
/// # Errors
///
/// This is async code, or the runtime for connections could not be started. Nothing was done then.
pub fn wait<F: Future>(future: F) -> Result<F::Output, BlockingError> {
    check()?;
    Ok(park(runtime()?, future))
}

/// Refuses to hold up async code.
pub(super) fn check() -> Result<(), BlockingError> {
    match Handle::try_current() {
        Ok(_) => Err(BlockingError::InsideRuntime),
        Err(_) => Ok(()),
    }
}

/// The runtime that connections live on.
pub(super) fn runtime() -> Result<&'static Runtime, BlockingError> {
    static RUNTIME: OnceLock<Result<Runtime, BlockingError>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("decthings").enable_all().build();
        runtime.map_err(|error| BlockingError::NoRuntime { message: error.to_string() })
    });
    runtime.as_ref().map_err(Clone::clone)
}

/// Polls on this thread, which sleeps in between; connections and timers belong to the runtime.
///
/// Other than the runtime's own function for it, this cannot panic.
pub(super) fn park<F: Future>(runtime: &Runtime, future: F) -> F::Output {
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
