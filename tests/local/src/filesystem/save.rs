//! Inodes in the storage.
//!
//! An inode has its names, and folders do not: a new file in a large folder changes little.

use std::sync::Arc;

use decthings::runtime::Base64;
use decthings::types::FileTime;
use serde::{Deserialize, Serialize};

use super::content::Content;
use super::files::{Files, ROOT};
use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::kind;
use super::space::Space;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;

#[derive(Serialize, Deserialize)]
struct SavedInode {
    mode: u32,
    names: Vec<(u64, Base64)>,
    node: SavedNode,
    atime: FileTime,
    mtime: FileTime,
    ctime: FileTime,
}

#[derive(Serialize, Deserialize)]
enum SavedNode {
    File(Content),
    /// The folder that holds this one.
    Folder(u64),
    Link(Base64),
    Special(u64),
}

impl Files {
    /// Adds the inodes that are not the same as before to a batch. `before` may only be an earlier version of these files.
    pub(crate) fn save(&self, before: Option<&Self>, batch: &mut Batch) -> Result<(), StorageError> {
        let old = |number: &u64| before.and_then(|before| before.inodes.get(number));
        for (number, inode) in &self.inodes {
            if !old(number).is_some_and(|old| Arc::ptr_eq(old, inode)) {
                let data = serde_json::to_vec(&inode.saved()).map_err(|error| damaged(&error))?;
                batch.put(&self.stored, index(*number)?, data.into());
            }
        }
        let removed = before.iter().flat_map(|before| before.inodes.keys());
        for number in removed.filter(|number| !self.inodes.contains_key(number)) {
            let index = index(*number)?;
            batch.remove(&self.stored, index..index.saturating_add(1));
        }
        Ok(())
    }

    /// The same files, to be changed independently of these, which must not be changed any more.
    pub(crate) fn fork(&self, storage: &Storage) -> Self {
        let mut fork = Self { stored: storage.new_object(), ..self.clone() };
        for inode in fork.inodes.values_mut() {
            if let Node::File(content) = &mut Arc::make_mut(inode).node {
                content.shared = true;
            }
        }
        fork
    }

    /// Opens files that have been read from a record.
    pub(crate) fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        self.stored = storage.object(self.stored.number());
        let inodes = &mut self.inodes;
        storage.scan(&self.stored, 0..u32::MAX, |number, data| {
            let saved = serde_json::from_slice::<SavedInode>(&data).map_err(|error| damaged(&error))?;
            inodes.insert(number.into(), Arc::new(saved.into()));
            Ok(())
        })?;
        let names: Vec<_> = self.inodes.iter().flat_map(|(number, inode)| names(*number, inode)).collect();
        for (parent, name, number, is_folder) in names {
            let parent = self.inodes.get_mut(&parent).map(Arc::make_mut);
            let Some(Node::Folder(folder)) = parent.map(|inode| &mut inode.node) else {
                return Err(damaged(&"a file is in a folder that does not exist"));
            };
            folder.put(name, number);
            folder.folders = folder.folders.saturating_add(is_folder.into());
        }
        for inode in self.inodes.values_mut() {
            if let Node::File(content) = &mut Arc::make_mut(inode).node {
                content.open(storage);
            }
            self.used = self.used.with(inode.space());
        }
        if !self.is_folder(ROOT) {
            return Err(damaged(&"there is no root folder"));
        }
        // The root folder itself does not count.
        self.used = self.used.without(Space { blocks: 0, inodes: 1 });
        Ok(())
    }
}

/// The names of an inode: folder, name, number, and whether it is a folder.
fn names(number: u64, inode: &Inode) -> impl Iterator<Item = (u64, bytes::Bytes, u64, bool)> {
    let is_folder = inode.mode & kind::MASK == kind::FOLDER;
    inode.names.iter().map(move |(parent, name)| (*parent, name.clone(), number, is_folder))
}

fn index(number: u64) -> Result<u32, StorageError> {
    u32::try_from(number).map_err(|_| damaged(&"there have been too many files"))
}

fn damaged(reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Damaged(format!("the files of a model: {reason}"))
}

impl Inode {
    fn saved(&self) -> SavedInode {
        let node = match &self.node {
            Node::File(content) => SavedNode::File(content.clone()),
            Node::Folder(folder) => SavedNode::Folder(folder.parent),
            Node::Link(target) => SavedNode::Link(target.clone().into()),
            Node::Special(device) => SavedNode::Special(*device),
        };
        let names = self.names.iter().map(|(parent, name)| (*parent, name.clone().into())).collect();
        let (atime, mtime, ctime) = (self.atime.clone(), self.mtime.clone(), self.ctime.clone());
        SavedInode { mode: self.mode, names, node, atime, mtime, ctime }
    }
}

impl From<SavedInode> for Inode {
    fn from(saved: SavedInode) -> Self {
        let node = match saved.node {
            SavedNode::File(content) => Node::File(content),
            SavedNode::Folder(parent) => Node::Folder(Folder::new(parent)),
            SavedNode::Link(target) => Node::Link(target.into_bytes()),
            SavedNode::Special(device) => Node::Special(device),
        };
        let names = saved.names.into_iter().map(|(parent, name)| (parent, name.into_bytes())).collect();
        let SavedInode { mode, atime, mtime, ctime, .. } = saved;
        Self { mode, names, node, atime, mtime, ctime }
    }
}
