//! The updates of a subscription.

use std::fmt;

use super::event_error::EventError;
use super::raw_event::RawEvent;
use crate::runtime::method::ApiError;

/// An update of a subscription: an event, or why events are missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update<E = RawEvent> {
    /// An event.
    Event(E),
    /// This number of events was dropped here, because they were not read in time.
    Lagged(u64),
    /// The connection was lost. The client reconnects and resubscribes: [`Gap`](Self::Gap) or [`Ended`](Self::Ended)
    /// follows.
    #[non_exhaustive]
    Disconnected {
        /// The description of the failure.
        message: String,
    },
    /// The connection was replaced here after it had been lost: events in between are missing.
    Gap,
    /// The server sent a malformed event. Those that follow are not affected.
    Malformed(EventError),
    /// The subscription ended without a last event. No update follows.
    Ended(EndReason),
}

impl<E> Update<E> {
    /// The event, if the update is one.
    pub fn event(self) -> Option<E> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// The reason why a subscription ended without a last event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EndReason {
    /// The connection was lost, and the API rejected the new subscription, usually because the session has ended.
    Rejected(ApiError),
    /// The connection was lost, and the subscription cannot be restored.
    #[non_exhaustive]
    ConnectionLost {
        /// The description of the failure.
        message: String,
    },
    /// Other code called the method that ends the subscription.
    Unsubscribed,
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => write!(f, "resubscription was rejected: {error}"),
            Self::ConnectionLost { message } => f.write_str(message),
            Self::Unsubscribed => f.write_str("subscription was ended by a call"),
        }
    }
}
