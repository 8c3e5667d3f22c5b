//! Names, kinds and permissions of files, locally and in the model's filesystem.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io;
use std::path::Path;

/// The bits of a mode with the file type.
const KIND: u32 = 0o170_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A device, a socket or a pipe.
    Special,
}

impl Kind {
    pub(super) fn of_mode(mode: u32) -> Self {
        match mode & KIND {
            0o100_000 => Self::File,
            0o040_000 => Self::Folder,
            0o120_000 => Self::Link,
            _ => Self::Special,
        }
    }

    pub(super) fn of(metadata: &Metadata) -> Self {
        match metadata.file_type() {
            kind if kind.is_symlink() => Self::Link,
            kind if kind.is_dir() => Self::Folder,
            kind if kind.is_file() => Self::File,
            _ => Self::Special,
        }
    }
}

/// The mode of a file with these permissions.
pub(super) fn file_mode(permissions: u32) -> u32 {
    0o100_000 | permissions
}

/// Converts a name to a local one; `None` if it is invalid, or leads out of its folder.
pub(super) fn local_name(name: &[u8]) -> Option<OsString> {
    let leads_away = matches!(name, b"" | b"." | b"..") || name.iter().any(|byte| matches!(byte, b'/' | 0));
    if leads_away { None } else { decode(name) }
}

#[cfg(unix)]
fn decode(name: &[u8]) -> Option<OsString> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(OsStr::from_bytes(name).to_owned())
}

#[cfg(not(unix))]
fn decode(name: &[u8]) -> Option<OsString> {
    let is_plain = |name: &&str| !name.contains(['\\', ':']);
    std::str::from_utf8(name).ok().filter(is_plain).map(OsString::from)
}

#[cfg(unix)]
pub(super) fn encode(name: &OsStr) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(name.as_bytes().to_vec())
}

#[cfg(not(unix))]
pub(super) fn encode(name: &OsStr) -> Option<Vec<u8>> {
    name.to_str().map(|name| name.as_bytes().to_vec())
}

#[cfg(unix)]
pub(super) fn permissions(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o777
}

#[cfg(not(unix))]
pub(super) fn permissions(metadata: &Metadata) -> u32 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

/// Sets the permissions of a local file.
#[cfg(unix)]
pub(super) async fn permit(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    tokio::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o777)).await
}

#[cfg(not(unix))]
pub(super) async fn permit(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) async fn symlink(to: &[u8], path: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    tokio::fs::symlink(OsStr::from_bytes(to), path).await
}

#[cfg(not(unix))]
pub(super) async fn symlink(_: &[u8], _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "symbolic links are not supported on this system"))
}
