//! Uploads and downloads of whole folders.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use decthings::files::{FilesError, ModelFiles};
use tempfile::TempDir;

use crate::support::{client, new_model, within};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Every file, folder and link of a tree: permissions, and contents or target.
fn tree(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let (mut found, mut left) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let (mode, content) = if metadata.is_symlink() {
                (0, fs::read_link(&path).unwrap().to_str().unwrap().as_bytes().to_vec())
            } else if metadata.is_dir() {
                left.push(path.clone());
                (0, Vec::new())
            } else {
                (metadata.permissions().mode() & 0o777, fs::read(&path).unwrap())
            };
            found.insert(path.strip_prefix(root).unwrap().to_owned(), (mode, content));
        }
    }
    found
}

fn sample(root: &Path) {
    fs::create_dir_all(root.join("a/b/empty")).unwrap();
    fs::write(root.join("large"), (0..100_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>()).unwrap();
    fs::write(root.join("a/nothing"), b"").unwrap();
    fs::write(root.join("a/b/run.sh"), b"#!/bin/sh\n").unwrap();
    fs::set_permissions(root.join("a/b/run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("b/run.sh", root.join("a/link")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
}

#[tokio::test]
async fn folder_is_uploaded_and_downloaded() {
    within(async {
        let (client, here, back) = (client(), folder(), folder());
        let id = new_model(&client, "a", "mlp").await;
        sample(here.path());
        let reported = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&reported);
        let files =
            ModelFiles::new(&client, &id).part_bytes(30_000).on_progress(move |now| seen.lock().unwrap().push(now));
        let sent = files.upload(here.path(), "copy").await.unwrap();
        assert_eq!((sent.files, sent.bytes), (5, 400_010));
        assert_eq!(reported.lock().unwrap().last(), Some(&sent));
        assert!(reported.lock().unwrap().len() > 400_000 / 30_000);

        let received = files.download("copy", back.path().join("copy")).await.unwrap();
        assert_eq!(received, sent);
        assert_eq!(tree(&back.path().join("copy")), tree(here.path()));

        // Over existing files: changed files are replaced, and other files stay.
        fs::write(here.path().join("large"), b"small now").unwrap();
        fs::remove_file(here.path().join("dangling")).unwrap();
        symlink("large", here.path().join("dangling")).unwrap();
        fs::set_permissions(here.path().join("a/b/run.sh"), fs::Permissions::from_mode(0o600)).unwrap();
        files.write("copy/a/extra", &mut b"extra".as_slice()).await.unwrap();
        files.upload(here.path(), "copy").await.unwrap();
        files.download("copy/", back.path().join("copy")).await.unwrap();
        fs::write(here.path().join("a/extra"), b"extra").unwrap();
        fs::set_permissions(here.path().join("a/extra"), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(tree(&back.path().join("copy")), tree(here.path()));

        files.download("copy/a/b/run.sh", back.path().join("one")).await.unwrap();
        assert_eq!(fs::read(back.path().join("one")).unwrap(), b"#!/bin/sh\n");
    })
    .await;
}

#[tokio::test]
async fn file_is_written_and_read_in_parts() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        let files = ModelFiles::new(&client, &id).part_bytes(10);
        for data in [&b"longer than a part, much longer"[..], b"ten bytes!", b"short", b""] {
            assert_eq!(files.write("f", &mut &data[..]).await.unwrap(), data.len() as u64);
            let mut read = Vec::new();
            assert_eq!(files.read("/f", &mut read).await.unwrap(), data.len() as u64);
            assert_eq!(read, data);
        }
        assert!(files.find("none/f").await.unwrap().is_none());
        assert_eq!(files.find("").await.unwrap().unwrap().inode, 1);
        let error = files.write("none/f", &mut &b"x"[..]).await.unwrap_err();
        assert!(matches!(&error, FilesError::Wrong { path, .. } if path == "none"), "{error}");
        let error = files.read("none", &mut Vec::new()).await.unwrap_err();
        assert!(error.to_string().contains("`none` of the model"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn download_does_not_follow_symbolic_links() {
    within(async {
        let (client, here, back, elsewhere) = (client(), folder(), folder(), folder());
        let id = new_model(&client, "a", "mlp").await;
        let files = ModelFiles::new(&client, &id);
        fs::create_dir_all(here.path().join("d")).unwrap();
        fs::write(here.path().join("d/f"), b"data").unwrap();
        files.upload(here.path(), "t").await.unwrap();
        symlink(elsewhere.path(), back.path().join("d")).unwrap();
        let error = files.download("t", back.path()).await.unwrap_err();
        assert!(matches!(error, FilesError::Io { .. }), "{error}");
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    })
    .await;
}
