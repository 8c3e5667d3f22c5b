//! Files on a real disk, and back.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::content::Io;
use super::disk;
use super::files::{DirEntry, Files, ROOT};
use super::posix::kind;
use super::space::Space;
use crate::storage::Storage;
use crate::storage::batch::Batch;

const FILE: u32 = kind::FILE | 0o640;

fn at(parent: u64, name: &'static [u8]) -> DirEntry {
    DirEntry { parent, name: Bytes::from_static(name) }
}

/// Changes files, and stores the changes.
fn change<T>(storage: &Storage, work: impl FnOnce(&mut Io<'_>) -> T) -> T {
    let mut batch = Batch::default();
    let result = work(&mut Io { storage, batch: &mut batch });
    storage.commit(&batch).unwrap();
    result
}

fn read_from(path: &Path, old: &Files, storage: &Storage, space: Space) -> io::Result<Files> {
    change(storage, |io| disk::read_from(path, old, io, space, |_| false))
}

/// A folder with a sparse file that has two names, and a dangling link.
fn files(storage: &Storage, space: Space) -> (Files, u64) {
    let mut files = Files::new(storage);
    let folder = files.make_folder(at(ROOT, b"folder"), 0o500, space).unwrap();
    let file = files.make_file(storage, at(folder, b"\xff"), FILE, 0, space).unwrap();
    change(storage, |io| files.write(io, file, Some(10_000), b"end", space)).unwrap();
    files.link(file, at(ROOT, b"same"), space).unwrap();
    files.make_link(at(ROOT, b"link"), Bytes::from_static(b"/nowhere"), space).unwrap();
    files.make_file(storage, at(ROOT, b"pipe"), kind::PIPE | 0o600, 0, space).unwrap();
    (files, file)
}

#[test]
fn written_files_are_read_back() {
    let (storage, space, disk) = (Storage::in_memory(), Space::of_size(1), tempfile::tempdir().unwrap());
    let (before, file) = files(&storage, space);
    disk::write_into(&before, &storage, disk.path()).unwrap();
    let same = fs::metadata(disk.path().join("same")).unwrap();
    assert_eq!((same.len(), same.nlink(), same.permissions().mode() & 0o777), (10_003, 2, 0o640));
    assert_eq!(fs::read_link(disk.path().join("link")).unwrap(), PathBuf::from("/nowhere"));

    fs::write(disk.path().join("new"), b"new").unwrap();
    let after = read_from(disk.path(), &before, &storage, space).unwrap();
    let names: Vec<_> = after.list(ROOT).unwrap().map(|(name, ..)| name.clone()).collect();
    assert_eq!(names, [&b"folder"[..], b"link", b"new", b"same"]);
    let folder = after.lookup(ROOT, b"folder").unwrap();
    assert_eq!(folder, before.lookup(ROOT, b"folder").unwrap());
    assert_eq!(after.lookup(ROOT, b"same"), Ok(file));
    assert_eq!(after.lookup(folder, b"\xff"), Ok(file));
    assert_eq!(after.stat(file).unwrap().nlink, 2);
    let new = after.lookup(ROOT, b"new").unwrap();
    assert!(before.stat(new).is_err());
    assert_eq!(after.read(&storage, new, 0, 9).unwrap(), b"new");
    assert_eq!(after.read(&storage, file, 0, 20_000), before.read(&storage, file, 0, 20_000));
}

#[test]
fn replaced_hard_link_gets_a_new_inode_number() {
    let (storage, space, disk) = (Storage::in_memory(), Space::of_size(1), tempfile::tempdir().unwrap());
    let (before, file) = files(&storage, space);
    disk::write_into(&before, &storage, disk.path()).unwrap();
    fs::remove_file(disk.path().join("same")).unwrap();
    fs::write(disk.path().join("same"), b"other").unwrap();
    let after = read_from(disk.path(), &before, &storage, space).unwrap();
    let folder = after.lookup(ROOT, b"folder").unwrap();
    let (one, two) = (after.lookup(ROOT, b"same").unwrap(), after.lookup(folder, b"\xff").unwrap());
    assert!(one != two && (one == file || two == file));
    assert_eq!(after.read(&storage, one, 0, 9).unwrap(), b"other");
}

#[test]
fn links_are_not_followed_and_large_folders_are_rejected() {
    let storage = Storage::in_memory();
    let (space, disk, elsewhere) = (Space::of_size(1), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(elsewhere.path().join("secret"), b"secret").unwrap();
    symlink(elsewhere.path(), disk.path().join("link")).unwrap();
    let files = read_from(disk.path(), &Files::new(&storage), &storage, space).unwrap();
    let link = files.lookup(ROOT, b"link").unwrap();
    assert!(files.list(link).is_err());
    assert_eq!(files.used().inodes, 1);

    fs::write(disk.path().join("big"), vec![1; 2 << 20]).unwrap();
    let full = read_from(disk.path(), &Files::new(&storage), &storage, space).err().unwrap();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
}
