//! The connection that answers come on in any order, and events: one at a time, made when it is needed, and closed
//! when nothing uses it.

mod lease;
mod link;
mod shared;

pub(crate) use lease::Lease;
pub(crate) use link::{Dial, Incoming, Link, Lost};
pub(crate) use shared::{Opened, Opening, Settings};

use std::sync::Arc;

use super::error::Failure;
use super::{Method, RequestFrame};
use shared::Shared;

/// The way to the connection. Dropping it closes the connection.
pub(crate) struct Socket(Option<Arc<Shared>>);

/// What is wanted of a method besides its answer.
#[derive(Debug)]
pub(crate) enum Want {
    /// Nothing.
    Answer,
    /// The events of the id that it subscribes to.
    Events(Opening),
}

impl Socket {
    /// A connection that is made in this way; none can be made without one.
    pub(crate) fn new(settings: Option<Settings>) -> Self {
        Self(settings.map(|settings| Arc::new(Shared::new(settings))))
    }

    /// Makes a call.
    ///
    /// With a code to refuse it with, it is made only on a connection that is open.
    pub(crate) async fn call(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        refusal: Option<&'static str>,
        want: Want,
    ) -> Result<Opened, Failure> {
        let _ = (method, frame, refusal, want);
        let Some(_shared) = &self.0 else {
            return Err(Failure::invalid(
                "",
                "the call travels on the WebSocket, for which the cargo feature `ws` is off",
            ));
        };
        Err(Failure::invalid("", "the WebSocket is not there yet"))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.close();
        }
    }
}
