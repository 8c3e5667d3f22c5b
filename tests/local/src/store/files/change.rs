//! Making, changing and removing single files and folders.

use bytes::Bytes;
use decthings::types::FileTime;

use super::content::Content;
use super::folder::Folder;
use super::inode::{Inode, Node, kind};
use super::room::BLOCK;
use super::{Errno, Files, Room};

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
    pub(crate) fn make_file(&mut self, at: Place, mode: u32, device: u64, room: Room) -> Result<u64, Errno> {
        let node = match mode & kind::MASK {
            kind::FILE => Node::File(Content::default()),
            _ => Node::Special(device),
        };
        self.make(at, Inode::new(mode, node), room)
    }

    pub(crate) fn make_folder(&mut self, at: Place, permissions: u32, room: Room) -> Result<u64, Errno> {
        let folder = Node::Folder(Folder::new(at.parent));
        self.make(at, Inode::new(kind::FOLDER | permissions, folder), room)
    }

    pub(crate) fn make_link(&mut self, at: Place, target: Bytes, room: Room) -> Result<u64, Errno> {
        self.make(at, Inode::new(kind::LINK | 0o777, Node::Link(target)), room)
    }

    fn make(&mut self, at: Place, inode: Inode, room: Room) -> Result<u64, Errno> {
        self.check_free(&at)?;
        let more = inode.room().with(self.folder(at.parent)?.room_to_add(&at.name));
        self.used.check(more, room)?;
        let number = self.insert(inode);
        self.attach(at, number)?;
        Ok(number)
    }

    /// Checks that a folder has nothing of a name.
    pub(super) fn check_free(&self, at: &Place) -> Result<(), Errno> {
        if self.folder(at.parent)?.get(&at.name).is_some() { Err(Errno::Exist) } else { Ok(()) }
    }

    /// Gives a file one more name.
    pub(crate) fn link(&mut self, number: u64, at: Place, room: Room) -> Result<(), Errno> {
        if matches!(self.inode(number)?.node, Node::Folder(_)) {
            return Err(Errno::NotPermitted);
        }
        self.check_free(&at)?;
        self.used.check(self.folder(at.parent)?.room_to_add(&at.name), room)?;
        self.attach(at, number)?;
        let inode = self.inode_mut(number)?;
        inode.names = inode.names.saturating_add(1);
        inode.attributes_changed();
        Ok(())
    }

    /// Removes a name of a file.
    pub(crate) fn unlink(&mut self, at: &Place) -> Result<(), Errno> {
        let number = self.lookup(at.parent, &at.name)?;
        if self.is_folder(number) {
            return Err(Errno::IsDir);
        }
        self.detach(at, number)?;
        self.release(number);
        Ok(())
    }

    /// Removes an empty folder.
    pub(crate) fn remove_folder(&mut self, at: &Place) -> Result<(), Errno> {
        let number = self.lookup(at.parent, &at.name)?;
        if !self.folder(number)?.is_empty() {
            return Err(Errno::NotEmpty);
        }
        self.detach(at, number)?;
        self.release(number);
        Ok(())
    }

    pub(crate) fn change(&mut self, number: u64, changes: Changes, room: Room) -> Result<(), Errno> {
        let inode = self.inodes.get_mut(&number).ok_or(Errno::Stale)?;
        if let Some(size) = changes.size {
            let content = match &mut inode.node {
                Node::File(content) => content,
                Node::Folder(_) => return Err(Errno::IsDir),
                Node::Link(_) | Node::Special(_) => return Err(Errno::Invalid),
            };
            if size > content.size() && size > room.blocks.saturating_mul(BLOCK) {
                return Err(Errno::FileTooBig);
            }
            let before = content.room();
            content.resize(size);
            self.used = self.used.without(before).with(content.room());
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
    pub(crate) fn write(&mut self, number: u64, offset: Option<u64>, data: &[u8], room: Room) -> Result<(), Errno> {
        let inode = self.inodes.get_mut(&number).ok_or(Errno::Stale)?;
        let content = match &mut inode.node {
            Node::File(content) => content,
            Node::Folder(_) => return Err(Errno::IsDir),
            Node::Link(_) | Node::Special(_) => return Err(Errno::Invalid),
        };
        let empty = Content::default();
        let base = if offset.is_none() { &empty } else { &*content };
        let others = self.used.without(content.room());
        let start = offset.unwrap_or(0);
        let end = start.checked_add(u64::try_from(data.len()).unwrap_or(u64::MAX)).ok_or(Errno::NoSpace)?;
        // A file may be full of holes, but it is never larger than the whole filesystem.
        if !data.is_empty() && end > room.blocks.saturating_mul(BLOCK) {
            return Err(Errno::NoSpace);
        }
        others.with(base.room()).check(base.room_to_write(start, data.len()), room)?;
        if offset.is_none() {
            *content = empty;
        }
        content.write(start, data);
        self.used = others.with(content.room());
        inode.content_changed();
        Ok(())
    }

    /// Lets a name stand for an inode.
    pub(super) fn attach(&mut self, at: Place, number: u64) -> Result<(), Errno> {
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

    pub(super) fn detach(&mut self, at: &Place, number: u64) -> Result<(), Errno> {
        let is_folder = self.is_folder(number);
        self.change_folder(at.parent, |folder| {
            folder.remove(&at.name);
            folder.folders = folder.folders.saturating_sub(is_folder.into());
        })
    }
}

/// A name in a folder.
pub(crate) struct Place {
    pub(crate) parent: u64,
    pub(crate) name: Bytes,
}
