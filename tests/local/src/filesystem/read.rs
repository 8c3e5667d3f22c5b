//! Reading files and folders.

use bytes::Bytes;
use decthings::types::Stat;

use super::files::Files;
use super::inode::Node;
use super::posix::{Errno, kind};
use crate::storage::Storage;

impl Files {
    /// The inode number that a name in a folder stands for.
    pub(crate) fn lookup(&self, parent: u64, name: &[u8]) -> Result<u64, Errno> {
        self.folder(parent)?.get(name).ok_or(Errno::NoEntry)
    }

    pub(crate) fn stat(&self, number: u64) -> Result<Stat, Errno> {
        Ok(self.inode(number)?.stat())
    }

    /// The names in a folder, in order, with kind and inode number of each.
    pub(crate) fn list(&self, number: u64) -> Result<impl Iterator<Item = (&Bytes, u32, u64)>, Errno> {
        let kind = |number| self.inodes.get(&number).map_or(0, |inode| inode.mode & kind::MASK);
        Ok(self.folder(number)?.entries().map(move |(name, number)| (name, kind(number), number)))
    }

    pub(crate) fn target(&self, number: u64) -> Result<&Bytes, Errno> {
        match &self.inode(number)?.node {
            Node::Link(target) => Ok(target),
            _ => Err(Errno::Invalid),
        }
    }

    /// How much of a file can be read from there on, at most as much as is asked for.
    pub(crate) fn readable(&self, number: u64, offset: u64, count: u64) -> Result<u64, Errno> {
        match &self.inode(number)?.node {
            Node::File(content) => Ok(content.readable(offset, count)),
            Node::Folder(_) => Err(Errno::IsDir),
            Node::Link(_) | Node::Special(_) => Err(Errno::Invalid),
        }
    }

    /// Reads from a file, no further than to its end.
    pub(crate) fn read(&self, storage: &Storage, number: u64, offset: u64, count: usize) -> Result<Vec<u8>, Errno> {
        match &self.inode(number)?.node {
            Node::File(content) => Ok(content.read(storage, offset, count)?),
            Node::Folder(_) => Err(Errno::IsDir),
            Node::Link(_) | Node::Special(_) => Err(Errno::Invalid),
        }
    }

    /// Records that an inode has been read.
    pub(crate) fn accessed(&mut self, number: u64) {
        if let Ok(inode) = self.inode_mut(number) {
            inode.accessed();
        }
    }
}
