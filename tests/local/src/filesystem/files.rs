//! The inodes of a filesystem, and the names that lead to them.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::{Errno, kind};
use super::space::Space;

/// The inode number of the root folder.
pub(crate) const ROOT: u64 = 1;

/// A filesystem. Numbers of inodes are never used again, so an old one is stale rather than something else.
#[derive(Clone)]
pub(crate) struct Files {
    pub(super) inodes: BTreeMap<u64, Inode>,
    pub(super) last: u64,
    pub(super) used: Space,
}

impl Files {
    /// An empty root folder.
    pub(crate) fn new() -> Self {
        let root = Inode::new(kind::FOLDER | 0o755, Node::Folder(Folder::new(ROOT)));
        Self { inodes: BTreeMap::from([(ROOT, root)]), last: ROOT, used: Space::default() }
    }

    /// What all files and folders take, but for the root folder itself.
    pub(crate) fn used(&self) -> Space {
        self.used
    }

    /// The memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.used.bytes()
    }

    pub(super) fn inode(&self, number: u64) -> Result<&Inode, Errno> {
        self.inodes.get(&number).ok_or(Errno::Stale)
    }

    pub(super) fn inode_mut(&mut self, number: u64) -> Result<&mut Inode, Errno> {
        self.inodes.get_mut(&number).ok_or(Errno::Stale)
    }

    pub(super) fn folder(&self, number: u64) -> Result<&Folder, Errno> {
        match &self.inode(number)?.node {
            Node::Folder(folder) => Ok(folder),
            _ => Err(Errno::NotDir),
        }
    }

    pub(super) fn is_folder(&self, number: u64) -> bool {
        self.folder(number).is_ok()
    }

    /// Changes a folder, and the time of its last change with it.
    pub(super) fn change_folder<T>(&mut self, number: u64, change: impl FnOnce(&mut Folder) -> T) -> Result<T, Errno> {
        let inode = self.inodes.get_mut(&number).ok_or(Errno::Stale)?;
        let Node::Folder(folder) = &mut inode.node else { return Err(Errno::NotDir) };
        let before = folder.space();
        let changed = change(folder);
        self.used = self.used.without(before).with(folder.space());
        inode.content_changed();
        Ok(changed)
    }

    /// Stores a new inode, which has no name yet.
    pub(super) fn insert(&mut self, inode: Inode) -> u64 {
        self.last = self.last.saturating_add(1);
        self.used = self.used.with(inode.space());
        self.inodes.insert(self.last, inode);
        self.last
    }

    /// Removes a name of an inode, which is deleted with its last name.
    pub(super) fn release(&mut self, number: u64) {
        let Some(inode) = self.inodes.get_mut(&number) else { return };
        inode.names = inode.names.saturating_sub(1);
        inode.attributes_changed();
        if inode.names == 0 {
            self.used = self.used.without(inode.space());
            self.inodes.remove(&number);
        }
    }

    /// Checks that a name is free.
    pub(super) fn check_free(&self, at: &DirEntry) -> Result<(), Errno> {
        if self.folder(at.parent)?.get(&at.name).is_some() { Err(Errno::Exist) } else { Ok(()) }
    }

    /// Gives a name to an inode.
    pub(super) fn attach(&mut self, at: DirEntry, number: u64) -> Result<(), Errno> {
        let is_folder = self.is_folder(number);
        let parent = at.parent;
        self.change_folder(parent, |folder| {
            folder.put(at.name, number);
            folder.folders = folder.folders.saturating_add(is_folder.into());
        })?;
        if let Node::Folder(folder) = &mut self.inode_mut(number)?.node {
            folder.parent = parent;
        }
        Ok(())
    }

    pub(super) fn detach(&mut self, at: &DirEntry, number: u64) -> Result<(), Errno> {
        let is_folder = self.is_folder(number);
        self.change_folder(at.parent, |folder| {
            folder.remove(&at.name);
            folder.folders = folder.folders.saturating_sub(is_folder.into());
        })
    }
}

/// A name in a folder.
pub(crate) struct DirEntry {
    pub(crate) parent: u64,
    pub(crate) name: Bytes,
}
