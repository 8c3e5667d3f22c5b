//! Facts of the events of a service.

use std::borrow::Cow;
use std::fmt;

use super::facts::{IdSource, Method};

/// The events of a service, and the methods that subscribe to them.
pub struct Channel {
    /// The name of the service on the wire.
    pub service: &'static str,
    /// The parameter of each event with the id of its session, such as `terminalSessionId`.
    pub id: &'static str,
    /// Subscribes to an existing session. Without it, a lost connection ends the subscription.
    pub subscribe: Option<&'static Method>,
    /// Ends a subscription. Without it, events come until the connection is closed.
    pub unsubscribe: Option<&'static Method>,
    /// The events.
    pub events: &'static [EventKind],
}

impl Channel {
    /// The facts of an event; `None` if the definition does not have it.
    pub fn kind(&self, name: &str) -> Option<&'static EventKind> {
        self.events.iter().find(|kind| kind.name == name)
    }

    /// The name of an event, which is not copied if the definition has it.
    pub(crate) fn name_of(&self, name: Cow<'_, str>) -> Cow<'static, str> {
        self.kind(&name).map_or_else(|| Cow::Owned(name.into_owned()), |kind| Cow::Borrowed(kind.name))
    }

    /// The method that subscribes, and its parameter with the id.
    pub(crate) fn subscribing(&self) -> Option<(&'static Method, &'static str)> {
        let method = self.subscribe?;
        match method.opens? {
            IdSource::Params(param) => Some((method, param)),
            IdSource::Result(_) => None,
        }
    }

    /// The method that unsubscribes, and its parameter with the id.
    pub(crate) fn unsubscribing(&self) -> Option<(&'static Method, &'static str)> {
        let method = self.unsubscribe?;
        Some((method, method.closes?))
    }
}

impl fmt::Debug for Channel {
    /// `Terminal`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.service)
    }
}

/// The facts of an event.
#[derive(Clone, Copy, Debug)]
pub struct EventKind {
    /// The name of the event on the wire.
    pub name: &'static str,
    /// Whether it is the last event of a session.
    pub ends: bool,
    /// The member of its parameters with bytes, if it has one.
    pub bytes: Option<&'static str>,
}

impl EventKind {
    /// An event that is not the last one.
    pub const fn new(name: &'static str) -> Self {
        Self { name, ends: false, bytes: None }
    }

    /// Makes it an event with bytes.
    pub const fn bytes(self, member: &'static str) -> Self {
        Self { bytes: Some(member), ..self }
    }

    /// Makes it the last event of a session.
    pub const fn ends(self) -> Self {
        Self { ends: true, ..self }
    }
}
