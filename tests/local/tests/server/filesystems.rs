//! Whole filesystems of models, through a client: trees, sizes, snapshots.

use std::collections::BTreeMap;

use decthings::api::model::{ModelOptions, ModelOptionsFromExisting};
use decthings_local::{Limits, LocalConfig};

use crate::files::{FILE, ROOT, all, model, names, new_file, new_folder};
use crate::support::{error_code, fresh, invalid, new_model, new_state, within};

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
        assert_eq!(error_code(fs.getattr(&id, deep).await), "ESTALE");
        fs.unlink(&id, ROOT, "kept").await.unwrap();

        // Far too deep for recursion.
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
async fn full_filesystem_rejects_writes() {
    within(async {
        let (client, id) = model().await;
        let fs = client.fs();
        client.model().set_filesystem_size(&id, 1).await.unwrap();
        let file = new_file(&fs, &id, ROOT, "file", &vec![1; 900 << 10]).await;
        assert_eq!(error_code(fs.write(&id, file, vec![2; 300 << 10], 800 << 10).await), "ENOSPC");
        assert_eq!(all(&fs, &id, file).await, vec![1; 900 << 10]);
        assert_eq!(error_code(fs.copy(&id, file, ROOT, "copy").await), "ENOSPC");
        assert_eq!(names(&fs, &id, ROOT).await, ["file"]);
        assert_eq!(error_code(fs.setattr(&id, file).size((1 << 20) + 1).await), "EFBIG");
        let mut made = 0;
        let full = loop {
            match fs.mknod(&id, ROOT, format!("empty-{made}"), FILE, 0).await {
                Ok(_) => made += 1,
                Err(error) => break error_code::<(), _>(Err(error)),
            }
        };
        assert_eq!((full.as_str(), made), ("ENOSPC", 63));
        assert_eq!(error_code(fs.mkdir(&id, ROOT, "x", 0).await), "ENOSPC");
        assert_eq!(error_code(fs.symlink(&id, ROOT, "x", "x").await), "ENOSPC");
        fs.write(&id, file, b"short".to_vec(), 0).truncate(true).await.unwrap();
        fs.unlink(&id, ROOT, "empty-0").await.unwrap();
        let other = new_file(&fs, &id, ROOT, "other", &vec![3; 900 << 10]).await;
        assert_eq!(error_code(client.model().set_filesystem_size(&id, 0).await), invalid("newFilesystemSizeMebibytes"));
        assert_eq!(fs.getattr(&id, other).await.unwrap().stat.size, 900 << 10);
    })
    .await;
}

#[tokio::test]
async fn storage_limit_of_the_server_is_enforced() {
    within(async {
        let mut limits = Limits::default();
        limits.stored_bytes = 1 << 20;
        let client = fresh(LocalConfig::new().limits(limits)).1;
        let id = new_model(&client, "a", "mlp").await;
        let fs = client.fs();
        let file = new_file(&fs, &id, ROOT, "file", &vec![1; 400 << 10]).await;
        assert_eq!(error_code(fs.write(&id, file, vec![1; 700 << 10], 400 << 10).await), "ENOSPC");
        let options = ModelOptions::FromExisting(ModelOptionsFromExisting::new(&id));
        assert!(client.model().create_model("b", "", options.clone()).await.is_ok());
        assert_eq!(error_code(client.model().create_model("c", "", options).await), "quota_exceeded");
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
        let copy = client.model().create_model("copy", "", options).await.unwrap().model_id.clone();
        fs.write(&id, file, b"after!".to_vec(), 0).await.unwrap();
        new_file(&fs, &id, ROOT, "new", b"").await;

        let then = fs.read(&id, file, 0, 99).snapshot_id(&snapshot).await.unwrap().data;
        assert_eq!(then.as_bytes().unwrap(), b"before");
        let entries = fs.readdir(&id, ROOT).snapshot_id(&snapshot).await.unwrap().entries;
        assert_eq!(entries.len(), 1);
        assert_eq!((all(&fs, &copy, file).await, all(&fs, &id, file).await), (b"before".to_vec(), b"after!".to_vec()));
        fs.unlink(&copy, ROOT, "file").await.unwrap();
        assert_eq!(names(&fs, &id, ROOT).await, ["file", "new"]);
    })
    .await;
}

/// Random writes, truncations, renames and removals, compared with a map from names to contents.
#[tokio::test]
async fn random_operations_match_a_reference_model() {
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
