//! Events without a type.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::event_error::EventError;
use crate::runtime::error::Failure;
use crate::runtime::method::Channel;
#[cfg(feature = "server")]
use crate::runtime::wire;
use crate::runtime::wire::{EventBytes, FromWire, JsonLimits, ToWire};

/// An event without a type. Cheap to clone; its parameters are parsed on demand.
#[derive(Clone)]
pub struct RawEvent {
    channel: &'static Channel,
    name: Cow<'static, str>,
    id: Arc<str>,
    bytes: EventBytes,
    limits: JsonLimits,
}

impl RawEvent {
    /// An event of the session with this id.
    ///
    /// # Errors
    ///
    /// The parameters cannot be serialized.
    pub fn of<E: EventSet>(name: &'static str, id: &str, params: &impl ToWire) -> Result<Self, EventError> {
        match EventBytes::write(name, params) {
            Ok(bytes) => Ok(Self::new(E::CHANNEL, Cow::Borrowed(name), id.into(), bytes, JsonLimits::default())),
            Err(failure) => Err(EventError::new(E::CHANNEL.service, name, failure)),
        }
    }

    pub(crate) fn new(
        channel: &'static Channel,
        name: Cow<'static, str>,
        id: Arc<str>,
        bytes: EventBytes,
        limits: JsonLimits,
    ) -> Self {
        Self { channel, name, id, bytes, limits }
    }

    /// The name of the service on the wire.
    pub fn service(&self) -> &'static str {
        self.channel.service
    }

    /// The name of the event on the wire.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the session.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The parameters as JSON, without blobs.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn json(&self) -> Result<Value, EventError> {
        self.bytes.members(self.limits).map(Value::Object).map_err(|failure| self.error(failure))
    }

    /// The blobs.
    pub fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.bytes.blobs()
    }

    /// Deserializes the parameters.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn params<T: FromWire>(&self) -> Result<T, EventError> {
        self.bytes.read(self.limits).map_err(|failure| self.error(failure))
    }

    /// Whether it is the last event of its session.
    pub(crate) fn ends(&self) -> bool {
        self.channel.kind(self.name()).is_some_and(|kind| kind.ends)
    }

    /// The number of bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The WebSocket message.
    #[cfg(feature = "server")]
    pub(crate) fn to_message(&self) -> Result<Bytes, EventError> {
        wire::event_message(self.service(), &self.bytes).map_err(|failure| self.error(failure))
    }

    fn error(&self, failure: Failure) -> EventError {
        EventError::new(self.service(), self.name(), failure)
    }
}

impl PartialEq for RawEvent {
    /// Compares the values of the JSON, not its text.
    fn eq(&self, other: &Self) -> bool {
        let is_same_json = || self.bytes.json() == other.bytes.json() || self.json() == other.json();
        self.service() == other.service()
            && self.name == other.name
            && self.bytes.blob_bytes() == other.bytes.blob_bytes()
            && is_same_json()
    }
}

impl fmt::Debug for RawEvent {
    /// Shows the lengths of blobs only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blobs: Vec<usize> = self.blobs().map(|blob| blob.len()).collect();
        f.debug_struct("RawEvent")
            .field("service", &self.service())
            .field("name", &self.name())
            .field("params", &self.json())
            .field("blobs", &blobs)
            .finish()
    }
}

/// A type of the events of a service.
pub trait EventSet: Debug + Clone + Send + Sync + Sized + 'static {
    /// The facts of the events.
    const CHANNEL: &'static Channel;

    /// Converts an event into the type. An unknown event is kept as it is.
    ///
    /// # Errors
    ///
    /// The event is known, but its parameters are malformed.
    fn read(event: RawEvent) -> Result<Self, EventError>;

    /// The event without the type.
    ///
    /// # Errors
    ///
    /// The parameters cannot be serialized.
    fn write(&self) -> Result<RawEvent, EventError>;
}
