//! An event without its type.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::event_error::EventError;
use crate::runtime::method::Channel;
#[cfg(feature = "server")]
use crate::runtime::wire;
use crate::runtime::wire::{DEEPEST, EventBytes, FromWire, ToWire};

/// An event as it came. Cheap to clone: nothing of it is read, or copied, before it is asked for.
#[derive(Clone)]
pub struct RawEvent {
    channel: &'static Channel,
    name: Cow<'static, str>,
    id: Arc<str>,
    bytes: EventBytes,
    /// How deep its JSON may be nested.
    deepest: usize,
}

impl RawEvent {
    /// An event of a session with these parameters.
    ///
    /// # Errors
    ///
    /// The parameters cannot be written.
    pub fn of<E: EventSet>(name: &'static str, id: &str, params: &impl ToWire) -> Result<Self, EventError> {
        match EventBytes::write(name, params) {
            Ok(bytes) => Ok(Self::new(E::CHANNEL, Cow::Borrowed(name), id.into(), bytes, DEEPEST)),
            Err(failure) => Err(EventError::new(E::CHANNEL.service, name, failure)),
        }
    }

    /// An event that came.
    pub(crate) fn new(
        channel: &'static Channel,
        name: Cow<'static, str>,
        id: Arc<str>,
        bytes: EventBytes,
        deepest: usize,
    ) -> Self {
        Self { channel, name, id, bytes, deepest }
    }

    /// The service, as the wire spells it.
    pub fn service(&self) -> &'static str {
        self.channel.service
    }

    /// The event, as the wire spells it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose event it is.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The parameters without what travels beside the JSON.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn json(&self) -> Result<Value, EventError> {
        let members = self.bytes.members(self.deepest);
        members.map(Value::Object).map_err(|failure| EventError::new(self.service(), self.name(), failure))
    }

    /// What travels beside the JSON.
    pub fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.bytes.blobs()
    }

    /// Reads the parameters into a type.
    ///
    /// # Errors
    ///
    /// They are not what they should be.
    pub fn params<T: FromWire>(&self) -> Result<T, EventError> {
        self.bytes.read(self.deepest).map_err(|failure| EventError::new(self.service(), self.name(), failure))
    }

    /// Whether no event follows.
    pub(crate) fn ends(&self) -> bool {
        self.channel.kind(self.name()).is_some_and(|kind| kind.ends)
    }

    /// How much it holds, about.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// The message of the event.
    #[cfg(feature = "server")]
    pub(crate) fn to_message(&self) -> Result<Bytes, EventError> {
        wire::event_message(self.service(), &self.bytes)
            .map_err(|failure| EventError::new(self.service(), self.name(), failure))
    }
}

impl PartialEq for RawEvent {
    /// Events are equal if they say the same, however their JSON is spelled.
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
