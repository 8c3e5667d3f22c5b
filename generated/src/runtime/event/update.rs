//! What a subscription delivers.

use std::fmt;

use super::event_error::EventError;
use super::raw_event::RawEvent;
use crate::runtime::method::ApiError;

/// What a subscription delivers: events, and what became of those that are missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update<E = RawEvent> {
    /// An event.
    Event(E),
    /// So many events were dropped here, as they were not read in time.
    Lagged(u64),
    /// The connection was lost here, and another one is in its place: events in between are missing.
    Gap,
    /// The server sent something that makes no sense. What follows is not affected.
    Malformed(EventError),
    /// Nothing follows, although no last event came.
    Ended(EndReason),
}

impl<E> Update<E> {
    /// The event, if it is one.
    pub fn event(self) -> Option<E> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }
}

/// Why a subscription ended without a last event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EndReason {
    /// The connection was lost, and subscribing again was refused: the session ended meanwhile, as a rule.
    Rejected(ApiError),
    /// The connection was lost for good, or cannot be subscribed on again.
    #[non_exhaustive]
    ConnectionLost {
        /// What happened.
        message: String,
    },
    /// Someone else called the method that ends the subscription.
    Unsubscribed,
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => write!(f, "subscribing again was refused: {error}"),
            Self::ConnectionLost { message } => f.write_str(message),
            Self::Unsubscribed => f.write_str("the subscription was ended by a call"),
        }
    }
}
