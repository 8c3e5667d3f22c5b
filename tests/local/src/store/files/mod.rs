//! The filesystem of a model: inodes, in memory.
//!
//! It is cheap to clone: whoever clones it shares the contents of files, and a change copies only the blocks that it
//! touches. What would take more than there is room for is refused before anything has changed.

mod change;
mod content;
#[cfg(unix)]
mod disk;
#[cfg(all(test, unix))]
mod disk_tests;
mod errno;
mod folder;
mod inode;
mod read;
mod rename;
mod room;
mod tree;

use std::collections::BTreeMap;

pub(crate) use change::{Changes, Place};
#[cfg(unix)]
#[allow(unused_imports)] // The processes of models are what needs files on a disk.
pub(crate) use disk::{read_from, write_into};
pub(crate) use errno::Errno;
pub(crate) use inode::kind;
pub(crate) use rename::Existing;
pub(crate) use room::Room;

use folder::Folder;
use inode::{Inode, Node};

/// The inode number of the root folder.
pub(crate) const ROOT: u64 = 1;

/// A filesystem. Numbers of inodes are never used again, so an old one is stale rather than something else.
#[derive(Clone)]
pub(crate) struct Files {
    inodes: BTreeMap<u64, Inode>,
    last: u64,
    used: Room,
}

impl Files {
    /// An empty root folder.
    pub(crate) fn new() -> Self {
        let root = Inode::new(kind::FOLDER | 0o755, Node::Folder(Folder::new(ROOT)));
        Self { inodes: BTreeMap::from([(ROOT, root)]), last: ROOT, used: Room::default() }
    }

    /// What all files and folders take, but for the root folder itself.
    pub(crate) fn used(&self) -> Room {
        self.used
    }

    /// The memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.used.bytes()
    }

    fn inode(&self, number: u64) -> Result<&Inode, Errno> {
        self.inodes.get(&number).ok_or(Errno::Stale)
    }

    fn inode_mut(&mut self, number: u64) -> Result<&mut Inode, Errno> {
        self.inodes.get_mut(&number).ok_or(Errno::Stale)
    }

    fn folder(&self, number: u64) -> Result<&Folder, Errno> {
        match &self.inode(number)?.node {
            Node::Folder(folder) => Ok(folder),
            _ => Err(Errno::NotDir),
        }
    }

    fn is_folder(&self, number: u64) -> bool {
        self.folder(number).is_ok()
    }

    /// Changes a folder, and the time of its last change with it.
    fn change_folder<T>(&mut self, number: u64, change: impl FnOnce(&mut Folder) -> T) -> Result<T, Errno> {
        let inode = self.inodes.get_mut(&number).ok_or(Errno::Stale)?;
        let Node::Folder(folder) = &mut inode.node else { return Err(Errno::NotDir) };
        let before = folder.room();
        let changed = change(folder);
        self.used = self.used.without(before).with(folder.room());
        inode.content_changed();
        Ok(changed)
    }

    /// Stores a new inode, which has no name yet.
    fn insert(&mut self, inode: Inode) -> u64 {
        self.last = self.last.saturating_add(1);
        self.used = self.used.with(inode.room());
        self.inodes.insert(self.last, inode);
        self.last
    }

    /// Takes a name of an inode away, which is deleted with its last name.
    fn release(&mut self, number: u64) {
        let Some(inode) = self.inodes.get_mut(&number) else { return };
        inode.names = inode.names.saturating_sub(1);
        inode.attributes_changed();
        if inode.names == 0 {
            self.used = self.used.without(inode.room());
            self.inodes.remove(&number);
        }
    }
}
