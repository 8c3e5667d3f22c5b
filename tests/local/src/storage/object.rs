//! Objects: groups of values that live as long as anything refers to them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::StorageError;
use super::key::Key;
use crate::util;

/// A reference to values. When the last one is gone, the values are deleted.
///
/// In a record, it is the number of the object. One that has been deserialized refers to nothing until it is opened with
/// [`Storage::object`](super::Storage::object).
#[derive(Clone)]
pub(crate) struct Object(Arc<Inner>);

struct Inner {
    number: u64,
    owner: Weak<Objects>,
}

impl Object {
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    pub(super) fn key(&self, index: u32) -> Key {
        Key { object: self.0.number, index }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(objects) = self.owner.upgrade() {
            objects.release(self.number);
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        Ok(Self(Arc::new(Inner { number, owner: Weak::new() })))
    }
}

/// How many objects are deleted at a time.
const OBJECTS_AT_A_TIME: usize = 32;

/// The objects of a storage.
#[derive(Default)]
pub(super) struct Objects {
    last: AtomicU64,
    open: Mutex<HashMap<u64, Weak<Inner>>>,
    /// The objects that nothing refers to, whose values are still there.
    unused: Mutex<Vec<u64>>,
}

impl Objects {
    /// New objects get numbers after this one.
    pub(super) fn after(last: u64) -> Self {
        Self { last: AtomicU64::new(last), ..Self::default() }
    }

    pub(super) fn add(self: &Arc<Self>) -> Object {
        self.open(self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1))
    }

    /// All references to the same object have to come from here, so that the last one is known.
    pub(super) fn open(self: &Arc<Self>, number: u64) -> Object {
        self.last.fetch_max(number, Ordering::Relaxed);
        let mut open = util::lock(&self.open);
        if let Some(inner) = open.get(&number).and_then(Weak::upgrade) {
            return Object(inner);
        }
        let inner = Arc::new(Inner { number, owner: Arc::downgrade(self) });
        open.insert(number, Arc::downgrade(&inner));
        Object(inner)
    }

    fn release(&self, number: u64) {
        util::lock(&self.open).remove(&number);
        util::lock(&self.unused).push(number);
    }

    pub(super) fn keep_only_open(&self, all: Vec<u64>) {
        let open = util::lock(&self.open);
        util::lock(&self.unused).extend(all.into_iter().filter(|number| !open.contains_key(number)));
    }

    /// Deletes values of some unused objects. The function deletes some in a range, and returns whether none is left. What
    /// cannot be deleted now is deleted later.
    pub(super) fn delete(&self, mut some: impl FnMut(Range<Key>) -> Result<bool, StorageError>) {
        for _ in 0..OBJECTS_AT_A_TIME {
            let Some(number) = util::lock(&self.unused).pop() else { return };
            match some(Key::first(number)..Key::first(number.saturating_add(1))) {
                Ok(true) => {}
                Ok(false) | Err(_) => return util::lock(&self.unused).push(number),
            }
        }
    }
}
