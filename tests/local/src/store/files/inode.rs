//! Inodes: files, folders, symbolic links, special files.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use decthings::types::{FileTime, Stat};

use super::content::Content;
use super::folder::Folder;
use super::room::{BLOCK, Room};

/// The part of a mode that says what something is.
pub(crate) mod kind {
    pub(crate) const MASK: u32 = 0o170_000;
    pub(crate) const SOCKET: u32 = 0o140_000;
    pub(crate) const LINK: u32 = 0o120_000;
    pub(crate) const FILE: u32 = 0o100_000;
    pub(crate) const BLOCK_DEVICE: u32 = 0o060_000;
    pub(crate) const FOLDER: u32 = 0o040_000;
    pub(crate) const CHARACTER_DEVICE: u32 = 0o020_000;
    pub(crate) const PIPE: u32 = 0o010_000;
}

/// Something that names stand for.
#[derive(Clone)]
pub(super) struct Inode {
    pub(super) mode: u32,
    /// The names that it has.
    pub(super) names: u64,
    pub(super) node: Node,
    pub(super) atime: FileTime,
    pub(super) mtime: FileTime,
    ctime: FileTime,
}

/// What an inode is.
#[derive(Clone)]
pub(super) enum Node {
    File(Content),
    Folder(Folder),
    Link(Bytes),
    /// A device, with its number, or a pipe or socket.
    Special(u64),
}

impl Inode {
    /// Something new with one name.
    pub(super) fn new(mode: u32, node: Node) -> Self {
        let now = now();
        Self { mode, names: 1, node, atime: now.clone(), mtime: now.clone(), ctime: now }
    }

    /// What it takes, but for the names in it when it is a folder's: those come and go one by one.
    pub(super) fn room(&self) -> Room {
        Room { blocks: self.content_room().blocks, inodes: 1 }
    }

    fn content_room(&self) -> Room {
        match &self.node {
            Node::File(content) => content.room(),
            Node::Folder(folder) => folder.room(),
            Node::Link(target) => Room::of_blocks(length(target).div_ceil(BLOCK)),
            Node::Special(_) => Room::default(),
        }
    }

    pub(super) fn content_changed(&mut self) {
        let now = now();
        self.mtime = now.clone();
        self.ctime = now;
    }

    pub(super) fn attributes_changed(&mut self) {
        self.ctime = now();
    }

    pub(super) fn accessed(&mut self) {
        self.atime = now();
    }

    pub(super) fn stat(&self) -> Stat {
        let (size, device, names) = match &self.node {
            Node::File(content) => (content.size(), 0, self.names),
            // A folder is known by its name, as `.` in itself and as `..` in the folders that it holds.
            Node::Folder(folder) => (folder.size(), 0, folder.folders.saturating_add(2)),
            Node::Link(target) => (length(target), 0, self.names),
            Node::Special(device) => (0, *device, self.names),
        };
        // Unix counts in blocks of 512 bytes, whatever the real ones are.
        let blocks = self.content_room().blocks.saturating_mul(BLOCK).checked_div(512).unwrap_or(0);
        let (a, m, c) = (&self.atime, &self.mtime, &self.ctime);
        Stat::new(self.mode, names, device, size, BLOCK, blocks, a.sec, a.nsec, m.sec, m.nsec, c.sec, c.nsec)
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn now() -> FileTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    FileTime::new(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos().into())
}
