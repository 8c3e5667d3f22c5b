//! The contents of a folder.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::space::{BLOCK_SIZE, Space};

/// The bytes that a name takes beside itself.
const ENTRY: u64 = 24;

/// A folder: names, and the inode numbers that they stand for.
#[derive(Clone)]
pub(super) struct Folder {
    /// The folder that holds this one; the root folder holds itself.
    pub(super) parent: u64,
    /// The folders in it.
    pub(super) folders: u64,
    entries: BTreeMap<Bytes, u64>,
    size: u64,
}

impl Folder {
    pub(super) fn new(parent: u64) -> Self {
        Self { parent, folders: 0, entries: BTreeMap::new(), size: 0 }
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<u64> {
        self.entries.get(name).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Bytes, u64)> {
        self.entries.iter().map(|(name, number)| (name, *number))
    }

    /// Its size, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn space(&self) -> Space {
        Space::of_blocks(self.size.div_ceil(BLOCK_SIZE))
    }

    /// The space that one more name takes.
    pub(super) fn space_to_add(&self, name: &[u8]) -> Space {
        Space::of_blocks(self.size.saturating_add(taken(name)).div_ceil(BLOCK_SIZE)).without(self.space())
    }

    /// Adds a name, or gives it to another inode.
    pub(super) fn put(&mut self, name: Bytes, number: u64) {
        let bytes = taken(&name);
        if self.entries.insert(name, number).is_none() {
            self.size = self.size.saturating_add(bytes);
        }
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        if self.entries.remove(name).is_some() {
            self.size = self.size.saturating_sub(taken(name));
        }
    }
}

fn taken(name: &[u8]) -> u64 {
    u64::try_from(name.len()).unwrap_or(u64::MAX).saturating_add(ENTRY)
}
