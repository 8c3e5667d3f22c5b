//! Messages that await an answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::lease::Released;
use super::settings::{Effect, Opens};
use crate::runtime::error::Failure;
use crate::runtime::method::{Channel, Method};
use crate::runtime::transport::received::{Received, Slot};

/// The most answers that are awaited although no call waits for them.
const MOST_OTHERS: usize = 4096;

/// Whom a response is for.
pub(super) enum Awaited {
    Call(Asked),
    /// A call that subscribes, and that nobody waits for any more.
    Abandoned {
        method: &'static Method,
        opens: Opens,
        slot: Arc<dyn Slot>,
    },
    /// Subscribing to what was subscribed to on the last connection.
    Again {
        channel: &'static Channel,
        id: String,
    },
    /// The end of a subscription.
    Unsubscribe {
        service: &'static str,
        id: String,
        done: Option<Released>,
    },
}

/// A call that has been sent.
pub(super) struct Asked {
    pub(super) key: u64,
    pub(super) method: &'static Method,
    pub(super) effect: Effect,
    /// Where the response is read into.
    pub(super) slot: Arc<dyn Slot>,
    pub(super) reply: oneshot::Sender<Result<Received, Failure>>,
    /// Makes room when the call is done.
    pub(super) _permit: OwnedSemaphorePermit,
}

/// Messages that await an answer on a connection.
#[derive(Default)]
pub(super) struct Pending {
    next: u32,
    awaited: BTreeMap<u32, Awaited>,
    calls: HashMap<u64, u32>,
}

impl Pending {
    /// Begins to await an answer; gives the id of the message.
    pub(super) fn add(&mut self, awaited: Awaited) -> u32 {
        while self.awaited.contains_key(&self.next) {
            self.next = self.next.wrapping_add(1);
        }
        let id = self.next;
        self.next = id.wrapping_add(1);
        match &awaited {
            Awaited::Call(call) => {
                self.calls.insert(call.key, id);
            }
            _ => self.make_room(),
        }
        self.awaited.insert(id, awaited);
        id
    }

    /// Whom the answer is for; nothing if nobody awaits it.
    pub(super) fn take(&mut self, id: u32) -> Option<Awaited> {
        let awaited = self.awaited.remove(&id)?;
        if let Awaited::Call(call) = &awaited {
            self.calls.remove(&call.key);
        }
        Some(awaited)
    }

    /// Nobody waits for the call any more. What it subscribes to has to be ended still.
    pub(super) fn cancel(&mut self, key: u64) {
        let Some(id) = self.calls.remove(&key) else { return };
        if let Some(Awaited::Call(Asked { method, effect: Effect::Opens(opens), slot, .. })) = self.awaited.remove(&id)
        {
            self.make_room();
            self.awaited.insert(id, Awaited::Abandoned { method, opens, slot });
        }
    }

    /// Gives up the oldest answer that no call waits for, if there are too many of them. The number of calls has its
    /// bound elsewhere.
    fn make_room(&mut self) {
        if self.awaited.len().saturating_sub(self.calls.len()) < MOST_OTHERS {
            return;
        }
        let is_spare = |awaited: &Awaited| matches!(awaited, Awaited::Abandoned { .. } | Awaited::Unsubscribe { .. });
        let oldest = self.awaited.iter().find(|(_, awaited)| is_spare(awaited)).map(|(id, _)| *id);
        if let Some(id) = oldest {
            self.awaited.remove(&id);
        }
    }

    /// The messages of the calls that wait for an answer.
    pub(super) fn call_ids(&self) -> Vec<u32> {
        self.calls.values().copied().collect()
    }

    /// Whether someone waits for an answer.
    pub(super) fn is_waited_for(&self) -> bool {
        !self.calls.is_empty()
    }

    pub(super) fn is_unsubscribing(&self) -> bool {
        self.awaited.values().any(|awaited| matches!(awaited, Awaited::Unsubscribe { .. }))
    }

    /// Whether the end of a subscription to the session is on its way.
    pub(super) fn unsubscribes(&self, channel: &Channel, session: &str) -> bool {
        self.awaited.values().any(|awaited| {
            matches!(awaited, Awaited::Unsubscribe { service, id, .. } if *service == channel.service && id == session)
        })
    }

    /// Whether any call is under way that subscribes.
    pub(super) fn opens(&self) -> bool {
        self.opening().next().is_some()
    }

    /// Whether a call is under way that may subscribe to the session.
    pub(super) fn may_open(&self, channel: &Channel, session: &str) -> bool {
        self.opening()
            .any(|opens| opens.channel.service == channel.service && opens.id.as_ref().is_none_or(|id| id == session))
    }

    /// Whether a call is under way that subscribes to this very session.
    pub(super) fn subscribes(&self, channel: &Channel, session: &str) -> bool {
        self.opening().any(|opens| opens.channel.service == channel.service && opens.id.as_deref() == Some(session))
    }

    fn opening(&self) -> impl Iterator<Item = &Opens> {
        self.awaited.values().filter_map(|awaited| match awaited {
            Awaited::Call(Asked { effect: Effect::Opens(opens), .. }) | Awaited::Abandoned { opens, .. } => Some(opens),
            _ => None,
        })
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = Awaited> {
        self.awaited.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaited, MOST_OTHERS, Pending};

    #[test]
    fn ids_in_use_are_left_out_when_they_start_again() {
        let again = || Awaited::Unsubscribe { service: "S", id: String::new(), done: None };
        let mut pending = Pending::default();
        assert_eq!([pending.add(again()), pending.add(again()), pending.add(again())], [0, 1, 2]);
        assert!(pending.take(1).is_some() && pending.take(1).is_none());
        pending.next = u32::MAX;
        assert_eq!([pending.add(again()), pending.add(again()), pending.add(again())], [u32::MAX, 1, 3]);
    }

    #[test]
    fn a_server_that_never_answers_does_not_fill_the_memory() {
        let mut pending = Pending::default();
        for _ in 0..MOST_OTHERS.saturating_mul(2) {
            pending.add(Awaited::Unsubscribe { service: "S", id: String::new(), done: None });
        }
        assert_eq!(pending.awaited.len(), MOST_OTHERS);
    }
}
