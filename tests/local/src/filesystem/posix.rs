//! The error codes and file modes of POSIX.

use crate::storage::error::StorageError;

/// An error of a filesystem, under its POSIX name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errno {
    Exist,
    FileTooBig,
    Invalid,
    /// The storage failed.
    Io,
    IsDir,
    NoEntry,
    NoSpace,
    NotDir,
    NotEmpty,
    NotPermitted,
    Stale,
}

impl Errno {
    /// The error code of the API.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Exist => "EEXIST",
            Self::FileTooBig => "EFBIG",
            Self::Invalid => "EINVAL",
            // The API has no `EIO`.
            Self::Io => "unknown",
            Self::IsDir => "EISDIR",
            Self::NoEntry => "ENOENT",
            Self::NoSpace => "ENOSPC",
            Self::NotDir => "ENOTDIR",
            Self::NotEmpty => "ENOTEMPTY",
            Self::NotPermitted => "EPERM",
            Self::Stale => "ESTALE",
        }
    }
}

impl From<StorageError> for Errno {
    fn from(error: StorageError) -> Self {
        error.report();
        Self::Io
    }
}

/// The type of a file, as a part of its mode.
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

/// The permissions, as a part of a mode.
pub(crate) const PERMISSIONS: u32 = 0o7777;
