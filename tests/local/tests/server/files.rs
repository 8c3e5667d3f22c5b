//! The filesystems of models, through a client.

use decthings::Client;
use decthings::api::fs::FsClient;
use decthings::types::FileTime;

use crate::support::{client, error_code, invalid, new_model, within};

pub const ROOT: u64 = 1;
pub const FILE: u32 = 0o100_644;
pub const FOLDER: u32 = 0o40_755;

/// A client of the service, and a model.
pub async fn model() -> (Client, String) {
    let client = client();
    let id = new_model(&client, "a", "mlp").await;
    (client, id)
}

pub async fn new_file(fs: &FsClient, id: &str, parent: u64, name: &str, data: &[u8]) -> u64 {
    let made = fs.mknod(id, parent, name, FILE, 0).await.unwrap();
    assert_eq!(fs.write(id, made.inode, data.to_vec(), 0).await.unwrap().bytes_written, data.len() as u64);
    made.inode
}

pub async fn new_folder(fs: &FsClient, id: &str, parent: u64, name: &str) -> u64 {
    fs.mkdir(id, parent, name, 0o755).await.unwrap().inode
}

pub async fn all(fs: &FsClient, id: &str, inode: u64) -> Vec<u8> {
    fs.read(id, inode, 0, u64::MAX).await.unwrap().data.try_into().unwrap()
}

pub async fn names(fs: &FsClient, id: &str, inode: u64) -> Vec<String> {
    let entries = fs.readdir(id, inode).await.unwrap().entries;
    entries.iter().map(|entry| entry.basename.to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn file_contents_are_written_and_read() {
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
        assert_eq!(part.as_bytes().unwrap(), b"Wor");
        assert!(fs.read(&id, file, 11, 5).await.unwrap().data.is_empty());
        assert!(fs.read(&id, file, u64::MAX, u64::MAX).await.unwrap().data.is_empty());
        fs.write(&id, file, b"new".to_vec(), 99).truncate(true).await.unwrap();
        assert_eq!(all(&fs, &id, file).await, b"new");

        // A hole reads as zeros and takes no space.
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
async fn names_are_bytes_in_sorted_order() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let bytes = b"\xff\xfe".to_vec();
        let odd = fs.mknod(&id, ROOT, bytes.clone(), 0o644, 0).await.unwrap().inode;
        let folder = new_folder(&fs, &id, ROOT, "b").await;
        let link = fs.symlink(&id, ROOT, "a", "b/../c").await.unwrap();
        assert_eq!((link.stat.mode, link.stat.size), (0o120_777, 6));
        assert_eq!(fs.readlink(&id, link.inode).await.unwrap().link.as_bytes().unwrap(), b"b/../c");
        let entries = fs.readdir(&id, ROOT).await.unwrap().entries;
        let entries: Vec<_> = entries.iter().map(|one| (one.basename.as_bytes(), one.filetype, one.ino)).collect();
        let wanted = [(&b"a"[..], 0o120_000, link.inode), (b"b", 0o40_000, folder), (&bytes, 0o100_000, odd)];
        assert_eq!(entries, wanted);
        for name in ["", ".", "..", "a/b", "a\0", &"x".repeat(256)] {
            assert_eq!(error_code(fs.mkdir(&id, ROOT, name, 0o755).await), invalid("name"), "{name:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn file_is_deleted_with_its_last_link() {
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
        assert_eq!(error_code(fs.getattr(&id, file).await), "ESTALE");
        fs.rmdir(&id, ROOT, "folder").await.unwrap();
        assert!(names(&fs, &id, ROOT).await.is_empty());
        assert_eq!(fs.getattr(&id, ROOT).await.unwrap().stat.nlink, 2);
        let usage = client.model().get_filesystem_usage(&id).await.unwrap();
        assert_eq!((usage.free_blocks, usage.free_inodes), (usage.total_blocks, usage.total_inodes));
    })
    .await;
}

#[tokio::test]
async fn rename_replaces_keeps_or_exchanges() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let a = new_file(&fs, &id, ROOT, "a", b"A").await;
        let b = new_file(&fs, &id, ROOT, "b", b"B").await;
        let outer = new_folder(&fs, &id, ROOT, "outer").await;
        let inner = new_folder(&fs, &id, outer, "inner").await;

        assert_eq!(error_code(fs.rename(&id, ROOT, "a", ROOT, "b").flags(1).await), "EEXIST");
        fs.rename(&id, ROOT, "a", ROOT, "b").flags(2).await.unwrap();
        assert_eq!(fs.lookup(&id, ROOT, "b").await.unwrap().inode, a);
        fs.rename(&id, ROOT, "b", ROOT, "a").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["a", "outer"]);
        assert_eq!(
            (all(&fs, &id, a).await, error_code(fs.getattr(&id, b).await)),
            (b"A".to_vec(), "ESTALE".to_owned())
        );
        fs.link(&id, a, ROOT, "same").await.unwrap();
        fs.rename(&id, ROOT, "same", ROOT, "a").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["a", "outer", "same"]);

        assert_eq!(error_code(fs.rename(&id, ROOT, "a", ROOT, "outer").await), "EISDIR");
        assert_eq!(error_code(fs.rename(&id, ROOT, "outer", ROOT, "a").await), "ENOTDIR");
        assert_eq!(error_code(fs.rename(&id, ROOT, "no", ROOT, "a").await), "ENOENT");
        assert_eq!(error_code(fs.rename(&id, ROOT, "a", ROOT, "no").flags(2).await), "ENOENT");
        assert_eq!(error_code(fs.rename(&id, ROOT, "a", a, "no").await), "ENOTDIR");
        assert_eq!(error_code(fs.rename(&id, ROOT, "a", ROOT, "no").flags(3).await), invalid("flags"));
        assert_eq!(error_code(fs.rename(&id, ROOT, "outer", inner, "x").await), invalid("newparent"));
        let swapped = fs.rename(&id, outer, "inner", ROOT, "outer").flags(2).await;
        assert_eq!(error_code(swapped), invalid("parent"));
        let other = new_folder(&fs, &id, ROOT, "other").await;
        assert_eq!(error_code(fs.rename(&id, ROOT, "other", ROOT, "outer").await), "ENOTEMPTY");
        fs.rename(&id, outer, "inner", ROOT, "other").await.unwrap();
        assert_eq!(error_code(fs.readdir(&id, other).await), "ESTALE");
        fs.rename(&id, ROOT, "outer", inner, "was-outer").await.unwrap();
        assert_eq!(names(&fs, &id, inner).await, ["was-outer"]);
    })
    .await;
}

#[tokio::test]
async fn invalid_calls_fail_with_posix_errors() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        let file = new_file(&fs, &id, ROOT, "file", b"data").await;
        let folder = new_folder(&fs, &id, ROOT, "folder").await;
        let link = fs.symlink(&id, folder, "link", "nowhere").await.unwrap().inode;

        assert_eq!(error_code(fs.lookup(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(error_code(fs.lookup(&id, file, "no").await), "ENOTDIR");
        assert_eq!(error_code(fs.lookup(&id, 999, "no").await), "ESTALE");
        assert_eq!(error_code(fs.setattr(&id, folder).size(1).await), "EISDIR");
        assert_eq!(error_code(fs.setattr(&id, file).size(u64::MAX).await), "EFBIG");
        assert_eq!(error_code(fs.setattr(&id, file).mode(FOLDER).await), invalid("mode"));
        assert_eq!(error_code(fs.setattr(&id, link).size(1).await), invalid("size"));
        let late = fs.setattr(&id, file).atime(FileTime::new(0, -1)).await;
        assert_eq!(error_code(late), invalid("atime.nsec"));
        assert_eq!(error_code(fs.setattr(&id, 999).await), "ESTALE");
        assert_eq!(error_code(fs.mknod(&id, ROOT, "file", FILE, 0).await), "EEXIST");
        assert_eq!(error_code(fs.mknod(&id, file, "x", FILE, 0).await), "ENOTDIR");
        assert_eq!(error_code(fs.mknod(&id, ROOT, "x", FOLDER, 0).await), invalid("mode"));
        assert_eq!(error_code(fs.mkdir(&id, ROOT, "file", 0o755).await), "EEXIST");
        assert_eq!(error_code(fs.mkdir(&id, file, "x", 0o755).await), "ENOTDIR");
        assert_eq!(error_code(fs.symlink(&id, folder, "link", "x").await), "EEXIST");
        assert_eq!(error_code(fs.symlink(&id, link, "x", "x").await), "ENOTDIR");
        assert_eq!(error_code(fs.symlink(&id, ROOT, "x", "").await), invalid("link"));
        assert_eq!(error_code(fs.read(&id, folder, 0, 1).await), "EISDIR");
        assert_eq!(error_code(fs.read(&id, link, 0, 1).await), "EINVAL");
        assert_eq!(error_code(fs.write(&id, folder, b"x".to_vec(), 0).await), "EISDIR");
        assert_eq!(error_code(fs.write(&id, link, b"x".to_vec(), 0).await), "EINVAL");
        assert_eq!(error_code(fs.write(&id, file, b"x".to_vec(), u64::MAX).await), "ENOSPC");
        assert_eq!(error_code(fs.write(&id, file, b"x".to_vec(), u64::MAX - 1).await), "ENOSPC");
        assert_eq!(error_code(fs.readlink(&id, file).await), "EINVAL");
        assert_eq!(error_code(fs.readdir(&id, file).await), "ENOTDIR");
        assert_eq!(error_code(fs.unlink(&id, ROOT, "folder").await), "EISDIR");
        assert_eq!(error_code(fs.unlink(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(error_code(fs.unlink(&id, file, "no").await), "ENOTDIR");
        assert_eq!(error_code(fs.rmdir(&id, ROOT, "file").await), "ENOTDIR");
        assert_eq!(error_code(fs.rmdir(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(error_code(fs.rmdir(&id, ROOT, "folder").await), "ENOTEMPTY");
        assert_eq!(error_code(fs.rmdir_all(&id, ROOT, "file").await), "ENOTDIR");
        assert_eq!(error_code(fs.rmdir_all(&id, ROOT, "no").await), "ENOENT");
        assert_eq!(error_code(fs.link(&id, folder, ROOT, "x").await), "EPERM");
        assert_eq!(error_code(fs.link(&id, file, ROOT, "folder").await), "EEXIST");
        assert_eq!(error_code(fs.link(&id, file, file, "x").await), "ENOTDIR");
        assert_eq!(error_code(fs.copy(&id, 999, ROOT, "x").await), "ESTALE");
        assert_eq!(error_code(fs.copy(&id, file, ROOT, "folder").await), "EEXIST");
        assert_eq!(error_code(fs.copy(&id, file, file, "x").await), "ENOTDIR");
        assert_eq!(error_code(fs.getattr("no", ROOT).await), "model_not_found");
        assert_eq!(error_code(fs.mkdir("no", ROOT, "x", 0).await), "model_not_found");
        assert_eq!(error_code(fs.getattr(&id, ROOT).snapshot_id("no").await), "snapshot_not_found");
        assert_eq!(all(&fs, &id, file).await, b"data");
    })
    .await;
}
