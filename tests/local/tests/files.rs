//! The filesystems of models, through a client.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod support;

use std::collections::BTreeMap;

use decthings::Client;
use decthings::api::fs::FsClient;
use decthings::api::model::{ModelOptions, ModelOptionsFromExisting};
use decthings::types::FileTime;
use decthings_local::{Limits, LocalConfig};
use support::{client, fresh, new_model, new_state, refusal, within};

const ROOT: u64 = 1;
const FILE: u32 = 0o100_644;
const FOLDER: u32 = 0o40_755;

/// A client of the service, and a model.
async fn model() -> (Client, String) {
    let client = client();
    let id = new_model(&client, "a", "mlp").await;
    (client, id)
}

async fn new_file(fs: &FsClient, id: &str, parent: u64, name: &str, data: &[u8]) -> u64 {
    let made = fs.mknod(id, parent, name, FILE, 0).await.unwrap();
    assert_eq!(fs.write(id, made.inode, data.to_vec(), 0).await.unwrap().bytes_written, data.len() as u64);
    made.inode
}

async fn new_folder(fs: &FsClient, id: &str, parent: u64, name: &str) -> u64 {
    fs.mkdir(id, parent, name, 0o755).await.unwrap().inode
}

async fn all(fs: &FsClient, id: &str, inode: u64) -> Vec<u8> {
    fs.read(id, inode, 0, u64::MAX).await.unwrap().data.into_bytes().to_vec()
}

async fn names(fs: &FsClient, id: &str, inode: u64) -> Vec<String> {
    let entries = fs.readdir(id, inode).await.unwrap().entries;
    entries.iter().map(|entry| entry.basename.to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn files_hold_what_is_written() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let root = fs.getattr(&id, ROOT).await.unwrap().stat;
        assert_eq!((root.mode, root.nlink, root.size), (FOLDER, 2, 0));
        let made = fs.mknod(&id, ROOT, "train.py", FILE, 7).await.unwrap();
        assert_eq!((made.stat.mode, made.stat.nlink, made.stat.size, made.stat.rdev), (FILE, 1, 0, 0));
        let found = fs.lookup(&id, ROOT, "train.py").await.unwrap();
        assert_eq!(found.inode, made.inode);
        let file = made.inode;
        fs.write(&id, file, b"hello world".to_vec(), 0).await.unwrap();
        fs.write(&id, file, b"W".to_vec(), 6).await.unwrap();
        assert_eq!(all(&fs, &id, file).await, b"hello World");
        let part = fs.read(&id, file, 6, 3).await.unwrap().data;
        assert_eq!(part.as_bytes(), b"Wor");
        assert!(fs.read(&id, file, 11, 5).await.unwrap().data.as_bytes().is_empty());
        assert!(fs.read(&id, file, u64::MAX, u64::MAX).await.unwrap().data.as_bytes().is_empty());
        fs.write(&id, file, b"new".to_vec(), 99).truncate(true).await.unwrap();
        assert_eq!(all(&fs, &id, file).await, b"new");

        // A hole reads as zeros and takes no room.
        fs.write(&id, file, b"end".to_vec(), 1 << 20).await.unwrap();
        let data = all(&fs, &id, file).await;
        assert_eq!((data.len(), &data[..4], &data[1 << 20..]), ((1 << 20) + 3, &b"new\0"[..], &b"end"[..]));
        assert_eq!(fs.getattr(&id, file).await.unwrap().stat.blocks, 16);
        fs.setattr(&id, file).size(2).await.unwrap();
        fs.setattr(&id, file).size(5).await.unwrap();
        assert_eq!(all(&fs, &id, file).await, b"ne\0\0\0");

        let changed = fs.setattr(&id, file).mode(0o600).mtime(FileTime::new(-5, 7)).await.unwrap().stat;
        assert_eq!((changed.mode, changed.mtime, changed.mtime_nsec), (0o100_600, -5, 7));
        let special = fs.mknod(&id, ROOT, "null", 0o20_666, 259).await.unwrap().stat;
        assert_eq!((special.mode, special.rdev), (0o20_666, 259));
    })
    .await;
}

#[tokio::test]
async fn names_are_bytes_and_come_in_order() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let bytes = b"\xff\xfe".to_vec();
        let odd = fs.mknod(&id, ROOT, bytes.clone(), 0o644, 0).await.unwrap().inode;
        let folder = new_folder(&fs, &id, ROOT, "b").await;
        let link = fs.symlink(&id, ROOT, "a", "b/../c").await.unwrap();
        assert_eq!((link.stat.mode, link.stat.size), (0o120_777, 6));
        assert_eq!(fs.readlink(&id, link.inode).await.unwrap().link.as_bytes(), b"b/../c");
        let entries = fs.readdir(&id, ROOT).await.unwrap().entries;
        let entries: Vec<_> = entries.iter().map(|one| (one.basename.as_bytes(), one.filetype, one.ino)).collect();
        let wanted = [(&b"a"[..], 0o120_000, link.inode), (b"b", 0o40_000, folder), (&bytes, 0o100_000, odd)];
        assert_eq!(entries, wanted);
        for name in ["", ".", "..", "a/b", "a\0", &"x".repeat(256)] {
            assert_eq!(refusal(fs.mkdir(&id, ROOT, name, 0o755).await), "invalid_parameter name", "{name:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn files_stay_until_their_last_name_is_gone() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let file = new_file(&fs, &id, ROOT, "a", b"data").await;
        let folder = new_folder(&fs, &id, ROOT, "folder").await;
        assert_eq!(fs.getattr(&id, ROOT).await.unwrap().stat.nlink, 3);
        assert_eq!(fs.link(&id, file, folder, "b").await.unwrap().stat.nlink, 2);
        fs.unlink(&id, ROOT, "a").await.unwrap();
        assert_eq!(fs.getattr(&id, file).await.unwrap().stat.nlink, 1);
        assert_eq!(all(&fs, &id, file).await, b"data");
        fs.unlink(&id, folder, "b").await.unwrap();
        assert_eq!(refusal(fs.getattr(&id, file).await), "ESTALE");
        fs.rmdir(&id, ROOT, "folder").await.unwrap();
        assert!(names(&fs, &id, ROOT).await.is_empty());
        assert_eq!(fs.getattr(&id, ROOT).await.unwrap().stat.nlink, 2);
        let usage = client.model().get_filesystem_usage(&id).await.unwrap();
        assert_eq!((usage.free_blocks, usage.free_inodes), (usage.total_blocks, usage.total_inodes));
    })
    .await;
}

#[tokio::test]
async fn renaming_replaces_keeps_or_exchanges() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let a = new_file(&fs, &id, ROOT, "a", b"A").await;
        let b = new_file(&fs, &id, ROOT, "b", b"B").await;
        let outer = new_folder(&fs, &id, ROOT, "outer").await;
        let inner = new_folder(&fs, &id, outer, "inner").await;

        assert_eq!(refusal(fs.rename(&id, ROOT, "a", ROOT, "b").flags(1).await), "EEXIST");
        fs.rename(&id, ROOT, "a", ROOT, "b").flags(2).await.unwrap();
        assert_eq!(fs.lookup(&id, ROOT, "b").await.unwrap().inode, a);
        fs.rename(&id, ROOT, "b", ROOT, "a").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["a", "outer"]);
        assert_eq!((all(&fs, &id, a).await, refusal(fs.getattr(&id, b).await)), (b"A".to_vec(), "ESTALE".to_owned()));
        fs.link(&id, a, ROOT, "same").await.unwrap();
        fs.rename(&id, ROOT, "same", ROOT, "a").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["a", "outer", "same"]);

        assert_eq!(refusal(fs.rename(&id, ROOT, "a", ROOT, "outer").await), "EISDIR");
        assert_eq!(refusal(fs.rename(&id, ROOT, "outer", ROOT, "a").await), "ENOTDIR");
        assert_eq!(refusal(fs.rename(&id, ROOT, "no", ROOT, "a").await), "ENOENT");
        assert_eq!(refusal(fs.rename(&id, ROOT, "a", ROOT, "no").flags(2).await), "ENOENT");
        assert_eq!(refusal(fs.rename(&id, ROOT, "a", a, "no").await), "ENOTDIR");
        assert_eq!(refusal(fs.rename(&id, ROOT, "a", ROOT, "no").flags(3).await), "invalid_parameter flags");
        assert_eq!(refusal(fs.rename(&id, ROOT, "outer", inner, "x").await), "invalid_parameter newparent");
        let swapped = fs.rename(&id, outer, "inner", ROOT, "outer").flags(2).await;
        assert_eq!(refusal(swapped), "invalid_parameter parent");
        let other = new_folder(&fs, &id, ROOT, "other").await;
        assert_eq!(refusal(fs.rename(&id, ROOT, "other", ROOT, "outer").await), "ENOTEMPTY");
        fs.rename(&id, outer, "inner", ROOT, "other").await.unwrap();
        assert_eq!(refusal(fs.readdir(&id, other).await), "ESTALE");
        fs.rename(&id, ROOT, "outer", inner, "was-outer").await.unwrap();
        assert_eq!(names(&fs, &id, inner).await, ["was-outer"]);
    })
    .await;
}

#[tokio::test]
async fn every_error_has_its_cause() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let file = new_file(&fs, &id, ROOT, "file", b"data").await;
        let folder = new_folder(&fs, &id, ROOT, "folder").await;
        let link = fs.symlink(&id, folder, "link", "nowhere").await.unwrap().inode;

        assert_eq!(refusal(fs.lookup(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(refusal(fs.lookup(&id, file, "no").await), "ENOTDIR");
        assert_eq!(refusal(fs.lookup(&id, 999, "no").await), "ESTALE");
        assert_eq!(refusal(fs.setattr(&id, folder).size(1).await), "EISDIR");
        assert_eq!(refusal(fs.setattr(&id, file).size(u64::MAX).await), "EFBIG");
        assert_eq!(refusal(fs.setattr(&id, file).mode(FOLDER).await), "invalid_parameter mode");
        assert_eq!(refusal(fs.setattr(&id, link).size(1).await), "invalid_parameter size");
        let late = fs.setattr(&id, file).atime(FileTime::new(0, -1)).await;
        assert_eq!(refusal(late), "invalid_parameter atime.nsec");
        assert_eq!(refusal(fs.setattr(&id, 999).await), "ESTALE");
        assert_eq!(refusal(fs.mknod(&id, ROOT, "file", FILE, 0).await), "EEXIST");
        assert_eq!(refusal(fs.mknod(&id, file, "x", FILE, 0).await), "ENOTDIR");
        assert_eq!(refusal(fs.mknod(&id, ROOT, "x", FOLDER, 0).await), "invalid_parameter mode");
        assert_eq!(refusal(fs.mkdir(&id, ROOT, "file", 0o755).await), "EEXIST");
        assert_eq!(refusal(fs.mkdir(&id, file, "x", 0o755).await), "ENOTDIR");
        assert_eq!(refusal(fs.symlink(&id, folder, "link", "x").await), "EEXIST");
        assert_eq!(refusal(fs.symlink(&id, link, "x", "x").await), "ENOTDIR");
        assert_eq!(refusal(fs.symlink(&id, ROOT, "x", "").await), "invalid_parameter link");
        assert_eq!(refusal(fs.read(&id, folder, 0, 1).await), "EISDIR");
        assert_eq!(refusal(fs.read(&id, link, 0, 1).await), "EINVAL");
        assert_eq!(refusal(fs.write(&id, folder, b"x".to_vec(), 0).await), "EISDIR");
        assert_eq!(refusal(fs.write(&id, link, b"x".to_vec(), 0).await), "EINVAL");
        assert_eq!(refusal(fs.write(&id, file, b"x".to_vec(), u64::MAX).await), "ENOSPC");
        assert_eq!(refusal(fs.write(&id, file, b"x".to_vec(), u64::MAX - 1).await), "ENOSPC");
        assert_eq!(refusal(fs.readlink(&id, file).await), "EINVAL");
        assert_eq!(refusal(fs.readdir(&id, file).await), "ENOTDIR");
        assert_eq!(refusal(fs.unlink(&id, ROOT, "folder").await), "EISDIR");
        assert_eq!(refusal(fs.unlink(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(refusal(fs.unlink(&id, file, "no").await), "ENOTDIR");
        assert_eq!(refusal(fs.rmdir(&id, ROOT, "file").await), "ENOTDIR");
        assert_eq!(refusal(fs.rmdir(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(refusal(fs.rmdir(&id, ROOT, "folder").await), "ENOTEMPTY");
        assert_eq!(refusal(fs.rmdir_all(&id, ROOT, "file").await), "ENOTDIR");
        assert_eq!(refusal(fs.rmdir_all(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(refusal(fs.link(&id, folder, ROOT, "x").await), "EPERM");
        assert_eq!(refusal(fs.link(&id, file, ROOT, "folder").await), "EEXIST");
        assert_eq!(refusal(fs.link(&id, file, file, "x").await), "ENOTDIR");
        assert_eq!(refusal(fs.copy(&id, 999, ROOT, "x").await), "ESTALE");
        assert_eq!(refusal(fs.copy(&id, file, ROOT, "folder").await), "EEXIST");
        assert_eq!(refusal(fs.copy(&id, file, file, "x").await), "ENOTDIR");
        assert_eq!(refusal(fs.getattr("no", ROOT).await), "model_not_found");
        assert_eq!(refusal(fs.mkdir("no", ROOT, "x", 0).await), "model_not_found");
        assert_eq!(refusal(fs.getattr(&id, ROOT).snapshot_id("no").await), "snapshot_not_found");
        assert_eq!(all(&fs, &id, file).await, b"data");
    })
    .await;
}

#[tokio::test]
async fn trees_are_copied_and_removed() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let outer = new_folder(&fs, &id, ROOT, "outer").await;
        let inner = new_folder(&fs, &id, outer, "inner").await;
        let file = new_file(&fs, &id, inner, "file", b"data").await;
        fs.link(&id, file, outer, "same").await.unwrap();
        fs.symlink(&id, inner, "link", "../same").await.unwrap();

        fs.copy(&id, outer, inner, "copy").await.unwrap();
        let copy = fs.lookup(&id, inner, "copy").await.unwrap().inode;
        assert_eq!(names(&fs, &id, copy).await, ["inner", "same"]);
        let deep = fs.lookup(&id, copy, "inner").await.unwrap().inode;
        assert_eq!(names(&fs, &id, deep).await, ["file", "link"]);
        let (one, two) = (fs.lookup(&id, copy, "same").await.unwrap(), fs.lookup(&id, deep, "file").await.unwrap());
        assert_eq!((one.inode, one.stat.nlink), (two.inode, 2));
        fs.write(&id, one.inode, b"DATA".to_vec(), 0).await.unwrap();
        assert_eq!((all(&fs, &id, file).await, all(&fs, &id, two.inode).await), (b"data".to_vec(), b"DATA".to_vec()));

        fs.link(&id, file, ROOT, "kept").await.unwrap();
        fs.rmdir_all(&id, ROOT, "outer").await.unwrap();
        assert_eq!((names(&fs, &id, ROOT).await, all(&fs, &id, file).await), (vec!["kept".into()], b"data".to_vec()));
        assert_eq!(refusal(fs.getattr(&id, deep).await), "ESTALE");
        fs.unlink(&id, ROOT, "kept").await.unwrap();

        // Far deeper than a stack would bear.
        let mut parent = ROOT;
        for _ in 0..5_000 {
            parent = new_folder(&fs, &id, parent, "deep").await;
        }
        let top = fs.lookup(&id, ROOT, "deep").await.unwrap().inode;
        fs.copy(&id, top, ROOT, "again").await.unwrap();
        fs.rmdir_all(&id, ROOT, "deep").await.unwrap();
        fs.rmdir_all(&id, ROOT, "again").await.unwrap();
        let usage = client.model().get_filesystem_usage(&id).await.unwrap();
        assert_eq!((usage.free_blocks, usage.free_inodes), (usage.total_blocks, usage.total_inodes));
    })
    .await;
}

#[tokio::test]
async fn a_full_filesystem_takes_no_more() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        client.model().set_filesystem_size(&id, 1).await.unwrap();
        let file = new_file(&fs, &id, ROOT, "file", &vec![1; 900 << 10]).await;
        assert_eq!(refusal(fs.write(&id, file, vec![2; 300 << 10], 800 << 10).await), "ENOSPC");
        assert_eq!(all(&fs, &id, file).await, vec![1; 900 << 10]);
        assert_eq!(refusal(fs.copy(&id, file, ROOT, "copy").await), "ENOSPC");
        assert_eq!(names(&fs, &id, ROOT).await, ["file"]);
        assert_eq!(refusal(fs.setattr(&id, file).size((1 << 20) + 1).await), "EFBIG");
        let mut made = 0;
        let full = loop {
            match fs.mknod(&id, ROOT, format!("empty-{made}"), FILE, 0).await {
                Ok(_) => made += 1,
                Err(error) => break refusal::<(), _>(Err(error)),
            }
        };
        assert_eq!((full.as_str(), made), ("ENOSPC", 63));
        assert_eq!(refusal(fs.mkdir(&id, ROOT, "x", 0).await), "ENOSPC");
        assert_eq!(refusal(fs.symlink(&id, ROOT, "x", "x").await), "ENOSPC");
        fs.write(&id, file, b"short".to_vec(), 0).truncate(true).await.unwrap();
        fs.unlink(&id, ROOT, "empty-0").await.unwrap();
        let other = new_file(&fs, &id, ROOT, "other", &vec![3; 900 << 10]).await;
        assert_eq!(
            refusal(client.model().set_filesystem_size(&id, 0).await),
            "invalid_parameter newFilesystemSizeMebibytes"
        );
        assert_eq!(fs.getattr(&id, other).await.unwrap().stat.size, 900 << 10);
    })
    .await;
}

#[tokio::test]
async fn the_server_stores_no_more_than_it_may() {
    within(async {
        let mut limits = Limits::default();
        limits.stored_bytes = 1 << 20;
        let client = fresh(LocalConfig::new().limits(limits)).1;
        let id = new_model(&client, "a", "mlp").await;
        let fs = client.fs();
        let file = new_file(&fs, &id, ROOT, "file", &vec![1; 400 << 10]).await;
        assert_eq!(refusal(fs.write(&id, file, vec![1; 700 << 10], 400 << 10).await), "ENOSPC");
        let options = ModelOptions::FromExisting(ModelOptionsFromExisting::new(&id));
        assert!(client.model().create_model("b", "", options.clone()).await.is_ok());
        assert_eq!(refusal(client.model().create_model("c", "", options).await), "quota_exceeded");
    })
    .await;
}

#[tokio::test]
async fn snapshots_and_copies_of_models_keep_their_files() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        new_state(&client, &id, "first").await;
        let file = new_file(&fs, &id, ROOT, "file", b"before").await;
        let snapshot = client.model().snapshot_model(&id, "then").await.unwrap().snapshot_id;
        let options = ModelOptions::FromExisting(ModelOptionsFromExisting::new(&id));
        let copy = client.model().create_model("copy", "", options).await.unwrap().model_id;
        fs.write(&id, file, b"after!".to_vec(), 0).await.unwrap();
        new_file(&fs, &id, ROOT, "new", b"").await;

        let then = fs.read(&id, file, 0, 99).snapshot_id(&snapshot).await.unwrap().data;
        assert_eq!(then.as_bytes(), b"before");
        let entries = fs.readdir(&id, ROOT).snapshot_id(&snapshot).await.unwrap().entries;
        assert_eq!(entries.len(), 1);
        assert_eq!((all(&fs, &copy, file).await, all(&fs, &id, file).await), (b"before".to_vec(), b"after!".to_vec()));
        fs.unlink(&copy, ROOT, "file").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["file", "new"]);
    })
    .await;
}

/// Random writes, cuts and names, against a map from names to contents.
#[tokio::test]
async fn it_does_what_a_simple_model_does() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let mut state = 7u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut wanted: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for step in 0..600u32 {
            let (name, other) = (format!("f{}", random(6)), format!("f{}", random(6)));
            let found = fs.lookup(&id, ROOT, name.as_str()).await;
            assert_eq!(found.is_ok(), wanted.contains_key(&name), "{step}");
            let Ok(found) = found else {
                new_file(&fs, &id, ROOT, &name, b"").await;
                wanted.insert(name, Vec::new());
                continue;
            };
            let content = wanted.get_mut(&name).unwrap();
            match random(5) {
                0 | 1 => {
                    let (offset, length) = (random(12_000) as usize, random(9_000) as usize);
                    fs.write(&id, found.inode, vec![step as u8; length], offset as u64).await.unwrap();
                    if length > 0 {
                        content.resize(content.len().max(offset + length), 0);
                        content[offset..offset + length].fill(step as u8);
                    }
                }
                2 => {
                    let size = random(20_000);
                    fs.setattr(&id, found.inode).size(size).await.unwrap();
                    content.resize(size as usize, 0);
                }
                3 => {
                    fs.rename(&id, ROOT, name.as_str(), ROOT, other.as_str()).await.unwrap();
                    let content = wanted.remove(&name).unwrap();
                    wanted.insert(other, content);
                }
                _ => {
                    fs.unlink(&id, ROOT, name.as_str()).await.unwrap();
                    wanted.remove(&name);
                }
            }
        }
        assert_eq!(names(&fs, &id, ROOT).await, wanted.keys().cloned().collect::<Vec<_>>());
        for (name, content) in &wanted {
            let inode = fs.lookup(&id, ROOT, name.as_str()).await.unwrap().inode;
            assert_eq!(&all(&fs, &id, inode).await, content, "{name}");
            fs.unlink(&id, ROOT, name.as_str()).await.unwrap();
        }
        let usage = client.model().get_filesystem_usage(&id).await.unwrap();
        assert_eq!(usage.free_blocks, usage.total_blocks);
    })
    .await;
}
