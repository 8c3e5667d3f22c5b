//! Files on a disk, for the processes of a model.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::content::{Content, Io};
use super::files::{DirEntry, Files, ROOT};
use super::folder::Folder;
use super::inode::{Inode, Node};
use super::posix::kind;
use super::space::Space;
use crate::storage::Storage;

/// The permissions that are kept on disk, without set-user-ID and the like.
const DISK_PERMISSIONS: u32 = 0o777;
/// What the user of this process needs to access files and folders.
const OWNER_FILE: u32 = 0o600;
const OWNER_FOLDER: u32 = 0o700;
/// Read at a time.
const CHUNK: usize = 1 << 16;
/// Kept in memory at a time, in bytes.
const MAX_BATCH: usize = 16 << 20;

/// Writes everything into an empty folder that exists. Special files are left out.
pub(crate) fn write_into(files: &Files, storage: &Storage, path: &Path) -> io::Result<()> {
    let mut written: HashMap<u64, PathBuf> = HashMap::new();
    let mut left = vec![(ROOT, path.to_path_buf())];
    while let Some((folder, path)) = left.pop() {
        let Ok(entries) = files.list(folder) else { continue };
        for (name, _, number) in entries {
            let path = path.join(OsStr::from_bytes(name));
            let Ok(inode) = files.inode(number) else { continue };
            if let Some(other) = written.get(&number) {
                fs::hard_link(other, &path)?;
                continue;
            }
            let permissions = inode.mode & DISK_PERMISSIONS;
            match &inode.node {
                Node::Folder(_) => {
                    DirBuilder::new().mode(permissions | OWNER_FOLDER).create(&path)?;
                    left.push((number, path));
                    continue;
                }
                Node::File(content) => write_file(content, storage, permissions, &path)?,
                Node::Link(target) => symlink(OsStr::from_bytes(target), &path)?,
                Node::Special(_) => continue,
            }
            written.insert(number, path);
        }
    }
    Ok(())
}

fn write_file(content: &Content, storage: &Storage, permissions: u32, path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_FILE).open(path)?;
    file.set_len(content.size())?;
    content.each_block(storage, |offset, block| -> io::Result<()> {
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(block)
    })?;
    file.set_permissions(Permissions::from_mode(permissions | OWNER_FILE))
}

/// Reads a folder back. Symbolic links are not followed, and special files are left out. A file that
/// has the same name and kind in `old` keeps its inode number. Entries may be left out.
///
/// The contents of files are in the storage when this returns, or in the batch.
///
/// # Errors
///
/// [`io::ErrorKind::StorageFull`] when there is more than fits into the space.
pub(crate) fn read_from(
    path: &Path,
    old: &Files,
    io: &mut Io<'_>,
    space: Space,
    is_left_out: impl Fn(&Path) -> bool,
) -> io::Result<Files> {
    let files = Files::new(io.storage);
    let mut reader = Reader { files, old, io, space, read: HashMap::new() };
    reader.files.last = old.last;
    let mut left = vec![(ROOT, path.to_path_buf())];
    while let Some((folder, path)) = left.pop() {
        for entry in fs::read_dir(&path)? {
            let entry = entry?;
            if is_left_out(&entry.path()) {
                continue;
            }
            let at = DirEntry { parent: folder, name: Bytes::from(entry.file_name().into_vec()) };
            if let Some(number) = reader.read(at, &entry.path())? {
                left.push((number, entry.path()));
            }
        }
    }
    Ok(reader.files)
}

struct Reader<'a, 'b> {
    files: Files,
    old: &'a Files,
    io: &'a mut Io<'b>,
    space: Space,
    /// The inode numbers of files by device and inode number on the disk.
    read: HashMap<(u64, u64), u64>,
}

impl Reader<'_, '_> {
    /// Reads one entry, and returns the inode number of a folder, which is empty at first.
    fn read(&mut self, at: DirEntry, path: &Path) -> io::Result<Option<u64>> {
        let metadata = fs::symlink_metadata(path)?;
        let id = (metadata.dev(), metadata.ino());
        if let Some(&number) = self.read.get(&id) {
            self.files.link(number, at, self.space).map_err(|_| full())?;
            return Ok(None);
        }
        let permissions = metadata.mode() & DISK_PERMISSIONS;
        let left = self.space.without(self.files.used());
        let (mode, node) = if metadata.is_dir() {
            (kind::FOLDER, Node::Folder(Folder::new(at.parent)))
        } else if metadata.is_symlink() {
            let target = fs::read_link(path)?.into_os_string().into_vec();
            (kind::LINK, Node::Link(Bytes::from(target)))
        } else if metadata.is_file() {
            (kind::FILE, Node::File(read_file(path, self.io, left)?))
        } else {
            return Ok(None);
        };
        let is_folder = metadata.is_dir();
        let inode = Inode::new(mode | permissions, node);
        let more = inode.space().with(self.files.folder(at.parent).map_err(|_| full())?.space_to_add(&at.name));
        self.files.used().check(more, self.space).map_err(|_| full())?;
        let number = self.number(&at, mode);
        self.files.used = self.files.used.with(inode.space());
        self.files.inodes.insert(number, Arc::new(inode));
        self.files.attach(at, number).map_err(|_| full())?;
        if !is_folder {
            self.read.insert(id, number);
        }
        Ok(is_folder.then_some(number))
    }

    /// The inode number that the old file of this name and kind had, if it is free, or else a new one.
    fn number(&mut self, at: &DirEntry, kind: u32) -> u64 {
        let old = self.old.lookup(at.parent, &at.name).ok();
        let is_same = |number: &u64| self.old.inode(*number).is_ok_and(|inode| inode.mode & kind::MASK == kind);
        match old.filter(is_same).filter(|number| !self.files.inodes.contains_key(number)) {
            Some(number) => number,
            None => {
                self.files.last = self.files.last.saturating_add(1);
                self.files.last
            }
        }
    }
}

/// Reads a file block by block: it may be much longer than there is space, and blocks of zeros take none.
fn read_file(path: &Path, io: &mut Io<'_>, space: Space) -> io::Result<Content> {
    let mut file = File::open(path)?;
    let (mut content, mut chunk, mut offset) = (Content::new(io.storage), Vec::with_capacity(CHUNK), 0u64);
    let most = space.bytes();
    loop {
        chunk.clear();
        let length = (&mut file).take(u64::try_from(CHUNK).unwrap_or(u64::MAX)).read_to_end(&mut chunk)?;
        if length == 0 {
            break;
        }
        let end = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if end > most {
            return Err(full());
        }
        if chunk.iter().any(|byte| *byte != 0) {
            content.write(io, offset, &chunk)?;
        }
        // Nothing refers to these blocks yet, so they may be stored before the rest.
        if io.batch.bytes() > MAX_BATCH {
            io.storage.commit(&std::mem::take(io.batch))?;
        }
        offset = end;
    }
    content.resize(io, offset)?;
    Ok(content)
}

fn full() -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, "the folder does not fit into the filesystem of the model")
}
