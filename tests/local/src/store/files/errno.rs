//! Why a filesystem refuses.

/// An error of a filesystem, under the names of Unix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errno {
    Exist,
    FileTooBig,
    Invalid,
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
