//! What the runtime knows of a service's events.

use std::borrow::Cow;
use std::fmt;

use super::facts::{IdSource, Method};

/// The events of a service, and how one subscribes to them.
pub struct Channel {
    /// The service, as the wire spells it.
    pub service: &'static str,
    /// The parameter of each event that says whose it is, such as `terminalSessionId`.
    pub id: &'static str,
    /// Subscribes to a session that is there already. Without it, a lost connection ends the subscription.
    pub subscribe: Option<&'static Method>,
    /// Ends a subscription. Without it, events come for as long as the connection lasts.
    pub unsubscribe: Option<&'static Method>,
    /// The events.
    pub events: &'static [EventKind],
}

impl Channel {
    /// The facts of an event; nothing if the definition does not have it.
    pub fn kind(&self, name: &str) -> Option<&'static EventKind> {
        self.events.iter().find(|kind| kind.name == name)
    }

    /// The name of an event, which is not copied if the definition has it.
    pub(crate) fn name_of(&self, name: Cow<'_, str>) -> Cow<'static, str> {
        self.kind(&name).map_or_else(|| Cow::Owned(name.into_owned()), |kind| Cow::Borrowed(kind.name))
    }

    /// The method that subscribes, and the parameter that says to what.
    pub(crate) fn subscribing(&self) -> Option<(&'static Method, &'static str)> {
        let method = self.subscribe?;
        match method.opens? {
            IdSource::Params(param) => Some((method, param)),
            IdSource::Result(_) => None,
        }
    }

    /// The method that unsubscribes, and the parameter that says from what.
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
    /// The event, as the wire spells it.
    pub name: &'static str,
    /// Whether no event follows.
    pub ends: bool,
}

impl EventKind {
    /// An event that others follow.
    pub const fn new(name: &'static str) -> Self {
        Self { name, ends: false }
    }

    /// Is the last one.
    pub const fn ends(self) -> Self {
        Self { ends: true, ..self }
    }
}
