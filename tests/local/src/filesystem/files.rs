//! The inodes of a filesystem, and the names that lead to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::{Errno, kind};
use super::space::Space;
use crate::storage::Storage;
use crate::storage::object::Object;

/// The inode number of the root folder.
pub(crate) const ROOT: u64 = 1;

/// A filesystem. Numbers of inodes are never used again, so an old one is stale rather than something else.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Files {
    /// The stored inodes, by number.
    pub(super) stored: Object,
    #[serde(skip)]
    pub(super) inodes: BTreeMap<u64, Arc<Inode>>,
    pub(super) last: u64,
    #[serde(skip)]
    pub(super) used: Space,
}

impl Files {
    /// An empty root folder.
    pub(crate) fn new(storage: &Storage) -> Self {
        let root = Arc::new(Inode::new(kind::FOLDER | 0o755, Node::Folder(Folder::new(ROOT))));
        let inodes = BTreeMap::from([(ROOT, root)]);
        Self { stored: storage.new_object(), inodes, last: ROOT, used: Space::default() }
    }

    /// What all files and folders take, but for the root folder itself.
    pub(crate) fn used(&self) -> Space {
        self.used
    }

    /// The space that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.used.bytes()
    }

    pub(super) fn inode(&self, number: u64) -> Result<&Inode, Errno> {
        self.inodes.get(&number).map(Arc::as_ref).ok_or(Errno::Stale)
    }

    pub(super) fn inode_mut(&mut self, number: u64) -> Result<&mut Inode, Errno> {
        self.inodes.get_mut(&number).map(Arc::make_mut).ok_or(Errno::Stale)
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
        let inode = Arc::make_mut(self.inodes.get_mut(&number).ok_or(Errno::Stale)?);
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
        self.inodes.insert(self.last, Arc::new(inode));
        self.last
    }

    /// Deletes an inode that has no name any more.
    pub(super) fn release(&mut self, number: u64) {
        let Ok(inode) = self.inode_mut(number) else { return };
        inode.attributes_changed();
        if inode.names.is_empty() {
            let space = inode.space();
            self.used = self.used.without(space);
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
        let DirEntry { parent, name } = at;
        self.change_folder(parent, |folder| {
            folder.put(name.clone(), number);
            folder.folders = folder.folders.saturating_add(is_folder.into());
        })?;
        let inode = self.inode_mut(number)?;
        inode.names.push((parent, name));
        if let Node::Folder(folder) = &mut inode.node {
            folder.parent = parent;
        }
        Ok(())
    }

    pub(super) fn detach(&mut self, at: &DirEntry, number: u64) -> Result<(), Errno> {
        let is_folder = self.is_folder(number);
        self.change_folder(at.parent, |folder| {
            folder.remove(&at.name);
            folder.folders = folder.folders.saturating_sub(is_folder.into());
        })?;
        self.inode_mut(number)?.forget_name(at.parent, &at.name);
        Ok(())
    }
}

/// A name in a folder.
pub(crate) struct DirEntry {
    pub(crate) parent: u64,
    pub(crate) name: Bytes,
}
