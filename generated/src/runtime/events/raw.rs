//! An event without its type.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Channel, EventError, EventSet};
use crate::runtime::error::Failure;
use crate::runtime::wire::{self, Event};

/// An event as it came.
#[derive(Clone)]
pub struct RawEvent {
    channel: &'static Channel,
    event: Event,
    id: String,
}

impl RawEvent {
    /// An event with these parameters.
    ///
    /// # Errors
    ///
    /// The parameters cannot be written, or do not say whose event it is.
    pub fn of<E: EventSet>(name: &str, params: &impl Serialize) -> Result<Self, EventError> {
        let channel = E::CHANNEL;
        let rules = channel.kind(name).map_or(&[][..], |kind| kind.blobs);
        match wire::encode_event(name, params, rules) {
            Ok(event) => Self::new(channel, event),
            Err(failure) => Err(EventError::new(channel.service, name, failure)),
        }
    }

    /// An event of this channel.
    pub(crate) fn new(channel: &'static Channel, event: Event) -> Result<Self, EventError> {
        match event.params.get(channel.id).and_then(Value::as_str) {
            Some(id) => Ok(Self { channel, id: id.to_owned(), event }),
            None => {
                let path = format!("params.{}", channel.id);
                let failure = Failure::decode(path, "is missing, or not a string", "");
                Err(EventError::new(channel.service, &event.name, failure))
            }
        }
    }

    /// The service, as the wire spells it.
    pub fn service(&self) -> &'static str {
        self.channel.service
    }

    /// The event, as the wire spells it.
    pub fn name(&self) -> &str {
        &self.event.name
    }

    /// Whose event it is.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The parameters without what travels beside the JSON.
    pub fn json(&self) -> &Value {
        &self.event.params
    }

    /// What travels beside the JSON.
    pub fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        self.event.blobs()
    }

    /// Reads the parameters into a type.
    ///
    /// # Errors
    ///
    /// They are not what they should be.
    pub fn params<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        let rules = self.channel.kind(self.name()).map_or(&[][..], |kind| kind.blobs);
        wire::decode_event(&self.event, rules).map_err(|failure| EventError::new(self.service(), self.name(), failure))
    }

    /// Whether no event follows.
    pub(crate) fn ends(&self) -> bool {
        self.channel.kind(self.name()).is_some_and(|kind| kind.ends)
    }

    /// How much it holds, about.
    pub(crate) fn size(&self) -> usize {
        self.event.size
    }

    /// The message that tells it.
    #[cfg(feature = "server")]
    pub(crate) fn to_message(&self) -> Result<Bytes, EventError> {
        wire::event_message(self.service(), &self.event)
            .map_err(|failure| EventError::new(self.service(), self.name(), failure))
    }
}

impl PartialEq for RawEvent {
    fn eq(&self, other: &Self) -> bool {
        self.service() == other.service() && self.event == other.event
    }
}

impl fmt::Debug for RawEvent {
    /// Tells the lengths of blobs only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blobs: Vec<usize> = self.blobs().map(|blob| blob.len()).collect();
        f.debug_struct("RawEvent")
            .field("service", &self.service())
            .field("name", &self.name())
            .field("params", self.json())
            .field("blobs", &blobs)
            .finish()
    }
}
