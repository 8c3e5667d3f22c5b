//! The space that files take, and that filesystems have.

use super::posix::Errno;

/// The size of a block, in bytes.
pub(crate) const BLOCK_SIZE: u64 = 4096;

/// The memory that an inode takes beside its blocks, about, in bytes.
const INODE_SIZE: u64 = 256;

const BLOCKS_PER_MEBIBYTE: u64 = 256;
const BLOCKS_PER_INODE: u64 = 4;

/// A number of blocks and of inodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) blocks: u64,
    pub(crate) inodes: u64,
}

impl Space {
    /// What a filesystem of so many mebibytes has.
    pub(crate) fn of_size(mebibytes: u32) -> Self {
        let blocks = u64::from(mebibytes).saturating_mul(BLOCKS_PER_MEBIBYTE);
        Self { blocks, inodes: blocks.checked_div(BLOCKS_PER_INODE).unwrap_or(0) }
    }

    /// What a file of so many bytes takes.
    pub(crate) fn of_file(bytes: u64) -> Self {
        Self { blocks: bytes.div_ceil(BLOCK_SIZE), inodes: 1 }
    }

    /// What so much memory has space for, about: as many blocks, or as many inodes.
    pub(crate) fn of_bytes(bytes: u64) -> Self {
        let number = |size: u64| bytes.checked_div(size).unwrap_or(0);
        Self { blocks: number(BLOCK_SIZE), inodes: number(INODE_SIZE) }
    }

    pub(super) fn of_blocks(blocks: u64) -> Self {
        Self { blocks, inodes: 0 }
    }

    pub(crate) fn with(self, more: Self) -> Self {
        Self { blocks: self.blocks.saturating_add(more.blocks), inodes: self.inodes.saturating_add(more.inodes) }
    }

    pub(crate) fn without(self, less: Self) -> Self {
        Self { blocks: self.blocks.saturating_sub(less.blocks), inodes: self.inodes.saturating_sub(less.inodes) }
    }

    /// The smaller of both.
    pub(crate) fn min(self, other: Self) -> Self {
        Self { blocks: self.blocks.min(other.blocks), inodes: self.inodes.min(other.inodes) }
    }

    /// Whether this fits into the space of another.
    pub(crate) fn fits(self, space: Self) -> bool {
        self.blocks <= space.blocks && self.inodes <= space.inodes
    }

    /// The memory that this takes, about, in bytes.
    pub(crate) fn bytes(self) -> u64 {
        self.blocks.saturating_mul(BLOCK_SIZE).saturating_add(self.inodes.saturating_mul(INODE_SIZE))
    }

    pub(super) fn check(self, more: Self, space: Self) -> Result<(), Errno> {
        if more == Self::default() || self.with(more).fits(space) { Ok(()) } else { Err(Errno::NoSpace) }
    }
}
