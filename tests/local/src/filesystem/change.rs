//! Creating, changing and removing single files and folders.

use std::sync::Arc;

use bytes::Bytes;
use decthings::types::FileTime;

use super::content::{Content, Io};
use super::files::Files;
use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::{Errno, kind};
use super::space::{BLOCK_SIZE, Space};
use crate::filesystem::files::DirEntry;
use crate::storage::Storage;

/// New attributes.
#[derive(Default)]
pub(crate) struct Changes {
    /// Permissions, without the kind.
    pub(crate) permissions: Option<u32>,
    pub(crate) size: Option<u64>,
    pub(crate) atime: Option<FileTime>,
    pub(crate) mtime: Option<FileTime>,
}

impl Files {
    /// Makes an empty file, or a special file with the number of its device.
    pub(crate) fn make_file(
        &mut self,
        storage: &Storage,
        at: DirEntry,
        mode: u32,
        device: u64,
        space: Space,
    ) -> Result<u64, Errno> {
        let node = match mode & kind::MASK {
            kind::FILE => Node::File(Content::new(storage)),
            _ => Node::Special(device),
        };
        self.make(at, Inode::new(mode, node), space)
    }

    pub(crate) fn make_folder(&mut self, at: DirEntry, permissions: u32, space: Space) -> Result<u64, Errno> {
        let folder = Node::Folder(Folder::new(at.parent));
        self.make(at, Inode::new(kind::FOLDER | permissions, folder), space)
    }

    pub(crate) fn make_link(&mut self, at: DirEntry, target: Bytes, space: Space) -> Result<u64, Errno> {
        self.make(at, Inode::new(kind::LINK | 0o777, Node::Link(target)), space)
    }

    fn make(&mut self, at: DirEntry, inode: Inode, space: Space) -> Result<u64, Errno> {
        self.check_free(&at)?;
        let more = inode.space().with(self.folder(at.parent)?.space_to_add(&at.name));
        self.used.check(more, space)?;
        let number = self.insert(inode);
        self.attach(at, number)?;
        Ok(number)
    }

    /// Gives a file one more name.
    pub(crate) fn link(&mut self, number: u64, at: DirEntry, space: Space) -> Result<(), Errno> {
        if matches!(self.inode(number)?.node, Node::Folder(_)) {
            return Err(Errno::NotPermitted);
        }
        self.check_free(&at)?;
        self.used.check(self.folder(at.parent)?.space_to_add(&at.name), space)?;
        self.attach(at, number)?;
        self.inode_mut(number)?.attributes_changed();
        Ok(())
    }

    /// Removes a name of a file.
    pub(crate) fn unlink(&mut self, at: &DirEntry) -> Result<(), Errno> {
        let number = self.lookup(at.parent, &at.name)?;
        if self.is_folder(number) {
            return Err(Errno::IsDir);
        }
        self.detach(at, number)?;
        self.release(number);
        Ok(())
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&mut self, at: &DirEntry) -> Result<(), Errno> {
        let number = self.lookup(at.parent, &at.name)?;
        if !self.folder(number)?.is_empty() {
            return Err(Errno::NotEmpty);
        }
        self.detach(at, number)?;
        self.release(number);
        Ok(())
    }

    pub(crate) fn change(&mut self, io: &mut Io<'_>, number: u64, changes: Changes, space: Space) -> Result<(), Errno> {
        let inode = Arc::make_mut(self.inodes.get_mut(&number).ok_or(Errno::Stale)?);
        if let Some(size) = changes.size {
            let content = match &mut inode.node {
                Node::File(content) => content,
                Node::Folder(_) => return Err(Errno::IsDir),
                Node::Link(_) | Node::Special(_) => return Err(Errno::Invalid),
            };
            if size > content.size() && size > space.blocks.saturating_mul(BLOCK_SIZE) {
                return Err(Errno::FileTooBig);
            }
            let before = content.space();
            content.resize(io, size)?;
            self.used = self.used.without(before).with(content.space());
            inode.content_changed();
        }
        if let Some(permissions) = changes.permissions {
            inode.mode = (inode.mode & kind::MASK) | permissions;
        }
        inode.attributes_changed();
        inode.atime = changes.atime.unwrap_or_else(|| inode.atime.clone());
        inode.mtime = changes.mtime.unwrap_or_else(|| inode.mtime.clone());
        Ok(())
    }

    /// Writes all of the data, at an offset or in the place of everything.
    pub(crate) fn write(
        &mut self,
        io: &mut Io<'_>,
        number: u64,
        offset: Option<u64>,
        data: &[u8],
        space: Space,
    ) -> Result<(), Errno> {
        let inode = Arc::make_mut(self.inodes.get_mut(&number).ok_or(Errno::Stale)?);
        let content = match &mut inode.node {
            Node::File(content) => content,
            Node::Folder(_) => return Err(Errno::IsDir),
            Node::Link(_) | Node::Special(_) => return Err(Errno::Invalid),
        };
        let empty = Content::new(io.storage);
        let base = if offset.is_none() { &empty } else { &*content };
        let others = self.used.without(content.space());
        let start = offset.unwrap_or(0);
        let end = start.checked_add(u64::try_from(data.len()).unwrap_or(u64::MAX)).ok_or(Errno::NoSpace)?;
        // A file may be full of holes, but it is never larger than the whole filesystem.
        if !data.is_empty() && end > space.blocks.saturating_mul(BLOCK_SIZE) {
            return Err(Errno::NoSpace);
        }
        others.with(base.space()).check(base.space_to_write(io.storage, start, data.len())?, space)?;
        if offset.is_none() {
            *content = empty;
        }
        content.write(io, start, data)?;
        self.used = others.with(content.space());
        inode.content_changed();
        Ok(())
    }
}
