//! The filesystem of a model: inodes, in memory.
//!
//! It is cheap to clone: clones share the contents of files, and a change copies only the blocks that it touches. A
//! change that takes more space than there is fails before anything has changed.

pub(crate) mod change;
mod content;
#[cfg(unix)]
pub(crate) mod disk;
#[cfg(all(test, unix))]
mod disk_tests;
pub(crate) mod files;
mod folder;
mod inode;
pub(crate) mod live;
pub(crate) mod posix;
mod read;
pub(crate) mod rename;
pub(crate) mod space;
mod tree;
