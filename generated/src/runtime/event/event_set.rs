//! What generated code says about events.

use std::fmt::Debug;

use super::event_error::EventError;
use super::raw_event::RawEvent;
use crate::runtime::method::Channel;

/// The events of a service as one type.
pub trait EventSet: Debug + Clone + Send + Sync + Sized + 'static {
    /// The facts of the events.
    const CHANNEL: &'static Channel;

    /// Reads an event. One that the definition does not have is kept as it is.
    ///
    /// # Errors
    ///
    /// The event is known, but its parameters are not what they should be.
    fn read(event: RawEvent) -> Result<Self, EventError>;

    /// The event without its type.
    ///
    /// # Errors
    ///
    /// The parameters cannot be written.
    fn write(&self) -> Result<RawEvent, EventError>;
}
