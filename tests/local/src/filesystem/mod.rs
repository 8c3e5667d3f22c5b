//! The filesystem of a model: inodes in memory, the contents of files in the storage.
//!
//! Clones share their inodes, and a change copies those that it touches. A [fork](save) can be changed independently:
//! files share their contents until one of them is changed. A change that takes more space than there is fails before
//! anything has changed.

pub(crate) mod change;
pub(crate) mod content;
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
mod save;
pub(crate) mod space;
mod tree;
