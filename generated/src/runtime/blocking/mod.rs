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
//! Requests and clients are the same ones. Connections live on one Tokio runtime of the process, which is started when it
//! is first needed, has one thread, and is never stopped; what waits is the calling thread.
//!
//! Async code must not be held up. Inside a Tokio runtime, which includes its threads for blocking work, everything here
//! is refused with [`BlockingError`], or with [`Error::Invalid`] where that is the error's type: await the call instead.

mod call;
mod iter;
mod run;

pub use iter::{Iter, iter};
pub use run::{BlockingError, wait};

#[cfg(doc)]
use super::Error;
