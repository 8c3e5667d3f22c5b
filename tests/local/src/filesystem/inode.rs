//! Inodes: files, folders, symbolic links, special files.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use decthings::types::{FileTime, Stat};

use super::content::Content;
use super::folder::Folder;
use super::space::{BLOCK_SIZE, Space};

/// What a name stands for.
#[derive(Clone)]
pub(super) struct Inode {
    pub(super) mode: u32,
    /// The names that it has, with the number of the folder of each. The root folder has none.
    pub(super) names: Vec<(u64, Bytes)>,
    pub(super) node: Node,
    pub(super) atime: FileTime,
    pub(super) mtime: FileTime,
    pub(super) ctime: FileTime,
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
    /// A new inode, without a name.
    pub(super) fn new(mode: u32, node: Node) -> Self {
        let now = now();
        Self { mode, names: Vec::new(), node, atime: now.clone(), mtime: now.clone(), ctime: now }
    }

    /// The space that it takes.
    pub(super) fn space(&self) -> Space {
        Space { blocks: self.content_space().blocks, inodes: 1 }
    }

    fn content_space(&self) -> Space {
        match &self.node {
            Node::File(content) => content.space(),
            Node::Folder(folder) => folder.space(),
            Node::Link(target) => Space::of_blocks(length(target).div_ceil(BLOCK_SIZE)),
            Node::Special(_) => Space::default(),
        }
    }

    pub(super) fn forget_name(&mut self, parent: u64, name: &[u8]) {
        self.names.retain(|(folder, other)| *folder != parent || other != name);
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
        let names = u64::try_from(self.names.len()).unwrap_or(u64::MAX);
        let (size, device, names) = match &self.node {
            Node::File(content) => (content.size(), 0, names),
            // A folder is known by its name, as `.` in itself and as `..` in the folders that it holds.
            Node::Folder(folder) => (folder.size(), 0, folder.folders.saturating_add(2)),
            Node::Link(target) => (length(target), 0, names),
            Node::Special(device) => (0, *device, names),
        };
        // Unix counts in blocks of 512 bytes, whatever the real ones are.
        let blocks = self.content_space().blocks.saturating_mul(BLOCK_SIZE).checked_div(512).unwrap_or(0);
        let (a, m, c) = (&self.atime, &self.mtime, &self.ctime);
        Stat::new(self.mode, names, device, size, BLOCK_SIZE, blocks, a.sec, a.nsec, m.sec, m.nsec, c.sec, c.nsec)
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn now() -> FileTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    FileTime::new(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos().into())
}
