//! Data in a folder, which is there at the next start.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use decthings::Client;
use decthings::api::dataset::DatasetChanges;
use decthings::api::model::{InitialState, ModelOptions, SnapshotChanges};
use decthings::api::organization::OrganizationFilter;
use decthings::api::user::NotificationAction;
use decthings::types::{
    EntryRange, EntryTotals, LauncherSpec, OrganizationInvite, StateEntry, Tag, TrainingMetricRange,
    UsedPersistentLauncher, UsedPersistentLauncherLevel,
};
use decthings_local::{Local, LocalConfig, LocalUser, OpenError};
use tempfile::TempDir;

use crate::entries::{data, new_dataset};
use crate::files::{FILE, FOLDER, ROOT, all, new_file, new_folder};
use crate::support::{ended, launcher, many, moons, new_model, new_state, one, within};

fn config() -> LocalConfig {
    LocalConfig::new().user(LocalUser::new("ada", "Ada", "ada@example.com")).invitation("guests", "ada")
}

fn open(folder: &Path) -> (Arc<Local>, Client) {
    let local = Local::open(folder, config()).unwrap();
    let client = Client::builder().service(local.router()).build().unwrap();
    (local, client)
}

/// What the API shows of all data, with the bytes.
async fn everything(client: &Client) -> Vec<String> {
    let mut found = Vec::new();
    let mut datasets = client.dataset().get_datasets().await.unwrap();
    for dataset in &mut datasets.datasets {
        // Nothing waits any more at the next start.
        dataset.entries_waiting_to_be_deleted = EntryTotals::new(0, 0);
        let range = EntryRange::new(0, u32::MAX);
        found.push(format!("{:?}", client.dataset().get_entries(&dataset.id, range.clone()).await.unwrap()));
        found.push(format!("{:?}", client.dataset().get_needs_review_entries(&dataset.id, range).await.unwrap()));
    }
    found.push(format!("{datasets:?}"));
    let models = client.model().get_models().await.unwrap();
    for model in &models.models {
        for state in &model.states {
            found.push(format!("{:?}", client.model().get_model_state(&model.id).state_id(&state.id).await.unwrap()));
        }
        for snapshot in &model.snapshots {
            found.push(format!("{:?}", client.model().get_snapshot_state(&model.id, &snapshot.id).await.unwrap()));
            found.push(tree(client, &model.id, Some(&snapshot.id)).await);
        }
        for session in &model.training_sessions {
            let ranges = ["loss", "accuracy"].map(|name| TrainingMetricRange::new(name, 0, 100));
            found.push(format!("{:?}", client.model().get_training_status(&model.id, session).await.unwrap()));
            found.push(format!("{:?}", client.model().get_training_metrics(&model.id, session, ranges).await.unwrap()));
        }
        found.push(tree(client, &model.id, None).await);
        found.push(format!("{:?}", client.model().get_filesystem_usage(&model.id).await.unwrap()));
        let launchers = client.model().get_used_persistent_launchers_for_evaluate(&model.id).await.unwrap();
        found.push(format!("{launchers:?}"));
    }
    found.push(format!("{models:?}"));
    found.push(format!("{:?}", client.persistent_launcher().get_persistent_launchers().await.unwrap()));
    found.push(format!("{:?}", client.image().get_repositories().await.unwrap()));
    found.push(format!("{:?}", client.organization().get_organizations().await.unwrap()));
    found.push(format!("{:?}", client.user().get_notifications().await.unwrap()));
    found
}

/// The kind of a file, as a part of its mode.
const KIND: u32 = 0o170_000;

/// The files of a model or of a snapshot: names, attributes and contents. Reading changes the times of a model's files.
async fn tree(client: &Client, model: &str, snapshot: Option<&str>) -> String {
    let fs = client.fs();
    let (mut found, mut left) = (String::new(), vec![ROOT]);
    while let Some(folder) = left.pop() {
        let mut list = fs.readdir(model, folder);
        if let Some(id) = snapshot {
            list = list.snapshot_id(id);
        }
        for entry in list.await.unwrap().entries {
            let (mut stat, mut read) = (fs.getattr(model, entry.ino), fs.read(model, entry.ino, 0, u64::MAX));
            if let Some(id) = snapshot {
                (stat, read) = (stat.snapshot_id(id), read.snapshot_id(id));
            }
            let mut stat = stat.await.unwrap().stat;
            let data = read.await.map(|read| read.data).ok();
            (stat.atime, stat.atime_nsec) = (0, 0);
            found.push_str(&format!("{entry:?} {stat:?} {data:?}\n"));
            if stat.mode & KIND == FOLDER & KIND {
                left.push(entry.ino);
            }
        }
    }
    found
}

/// Makes data of every kind, and changes some of it again.
async fn fill(client: &Client) {
    let (id, _) = new_dataset(client, "digits").await;
    let numbers: Vec<u8> = (0..100).collect();
    for _ in 0..22 {
        client.dataset().add_entries(&id, data(&numbers)).await.unwrap();
    }
    client.dataset().remove_entries(&id, [0, 5, 6, 7, 1023, 1024, 2199]).await.unwrap();
    client.dataset().add_entries_to_needs_review(&id, data(&[1, 2, 3])).await.unwrap();
    client.dataset().finalize_needs_review_entries(&id, [1], data(&[9])).await.unwrap();
    client.dataset().update_dataset(&id, DatasetChanges::new().tags([Tag::new("task", "ocr")])).await.unwrap();
    let (deleted, _) = new_dataset(client, "deleted").await;
    client.dataset().add_entries(&deleted, data(&[1])).await.unwrap();
    client.dataset().delete_dataset(&deleted).await.unwrap();

    let models = client.model();
    let model = new_model(client, "a", "mlp").await;
    let first = new_state(client, &model, "first").await;
    let large = StateEntry::new("weights", vec![7u8; 300_000]);
    models.upload_state(&model, "large", [large, StateEntry::new("empty", b"")]).await.unwrap();
    models.upload_state(&model, "deleted", [StateEntry::new("any", vec![1; 100_000])]).await.unwrap();
    let states = models.get_models().await.unwrap().models[0].states.clone();
    models.delete_model_state(&model, &states[2].id).await.unwrap();
    let (x, y) = moons(20, 1);
    let params = [many("x", x), many("y", y), one("epochs", 3u32)];
    let session = models.train(&model, "trained", params, launcher()).await.unwrap().training_session_id.clone();
    ended(client, &model, &session).await;

    let fs = client.fs();
    let folder = new_folder(&fs, &model, ROOT, "folder").await;
    let file = new_file(&fs, &model, folder, "main.py", &vec![b'x'; 10_000]).await;
    fs.link(&model, file, ROOT, "same").await.unwrap();
    fs.symlink(&model, ROOT, "link", "folder/main.py").await.unwrap();
    fs.mknod(&model, ROOT, "sparse", FILE, 0).await.unwrap();
    let snapshot = models.snapshot_model(&model, "one").await.unwrap().snapshot_id;
    models.update_snapshot(&model, &snapshot, SnapshotChanges::new().name("uno")).await.unwrap();
    // The snapshot still has the old contents.
    fs.write(&model, file, b"changed".to_vec(), 5_000).await.unwrap();
    fs.rename(&model, ROOT, "same", folder, "moved").await.unwrap();
    let copy = InitialState::Copy;
    let based = models.create_model("based", "", ModelOptions::based_on_model_snapshot(&model, &snapshot, copy)).await;
    models.wait_for_model_to_be_created(&based.unwrap().model_id).await.unwrap();
    let twin =
        models.create_model("twin", "", ModelOptions::from_existing(&model)).await.unwrap().into_result().model_id;
    fs.write(&twin, file, b"twin".to_vec(), 0).await.unwrap();
    models.set_active_model_state(&model, &first).await.unwrap();

    let spec = LauncherSpec::new(1.0, 512);
    let created = client.persistent_launcher().create_persistent_launcher("gpu", spec).await.unwrap();
    let used = UsedPersistentLauncher::new(created.persistent_launcher_id, UsedPersistentLauncherLevel::Launcher);
    models.set_used_persistent_launchers_for_evaluate(&model, [used]).await.unwrap();
    client.image().create_repository("images", "For a test.").await.unwrap();
    let lab = client.organization().create_organization("lab").await.unwrap().organization_id;
    let ada = OrganizationInvite::new("ada@example.com");
    client.organization().invite_users_to_organization(&lab, [ada]).await.unwrap();
    let filter = OrganizationFilter::new().names(["guests"]);
    let guests = client.organization().get_organizations().filter(filter).await.unwrap().organizations.pop().unwrap();
    client.organization().respond_to_organization_invitation(&guests.id, true).await.unwrap();
    let notifications = client.user().get_notifications().await.unwrap().notifications;
    client.user().set_notification(&notifications[0].id, NotificationAction::Viewed).await.unwrap();
}

#[tokio::test]
async fn all_data_is_there_after_a_restart() {
    within(async {
        let folder = TempDir::new().unwrap();
        let (local, client) = open(folder.path());
        fill(&client).await;
        let before = everything(&client).await;
        local.shutdown().await;
        drop((local, client));

        for _ in 0..2 {
            let (local, client) = open(folder.path());
            let after = everything(&client).await;
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before, after);
            }
            assert_eq!(before.len(), after.len());
            local.shutdown().await;
        }
    })
    .await;
}

#[tokio::test]
async fn changed_data_is_independent_of_its_copies_after_a_restart() {
    within(async {
        let folder = TempDir::new().unwrap();
        let (local, client) = open(folder.path());
        let model = new_model(&client, "a", "mlp").await;
        new_state(&client, &model, "first").await;
        let file = new_file(&client.fs(), &model, ROOT, "main.py", b"one").await;
        let snapshot = client.model().snapshot_model(&model, "one").await.unwrap().snapshot_id;
        local.shutdown().await;
        drop((local, client));

        let (local, client) = open(folder.path());
        client.fs().write(&model, file, b"two".to_vec(), 0).await.unwrap();
        let frozen = client.fs().read(&model, file, 0, 9).snapshot_id(&snapshot).await.unwrap().data;
        assert_eq!(frozen.as_bytes().unwrap(), b"one");
        client.model().delete_snapshot(&model, &snapshot).await.unwrap();
        local.shutdown().await;
        drop((local, client));

        let (_local, client) = open(folder.path());
        assert_eq!(all(&client.fs(), &model, file).await, b"two");
        let made = client.fs().mknod(&model, ROOT, "new", FILE, 0).await.unwrap();
        assert!(made.inode > file);
    })
    .await;
}

/// The files of large values.
fn large_values(folder: &Path) -> usize {
    fs::read_dir(folder.join("values")).unwrap().count()
}

#[tokio::test]
async fn large_values_are_files_that_are_deleted_with_their_states() {
    within(async {
        let folder = TempDir::new().unwrap();
        let (local, client) = open(folder.path());
        let model = new_model(&client, "a", "mlp").await;
        let upload = async |name: &str| {
            let large = StateEntry::new("weights", vec![7u8; 300_000]);
            client.model().upload_state(&model, name, [large]).await.unwrap().state_id
        };
        upload("first").await;
        let second = upload("second").await;
        assert_eq!(large_values(folder.path()), 2);
        client.model().delete_model_state(&model, &second).await.unwrap();
        assert_eq!(large_values(folder.path()), 1);
        local.shutdown().await;
        drop((local, client));

        fs::write(folder.path().join("values/999"), "left by a server that was killed").unwrap();
        let (_local, client) = open(folder.path());
        assert_eq!(large_values(folder.path()), 1);
        let data = client.model().get_model_state(&model).await.unwrap();
        assert_eq!(data.data[0].data.as_bytes().unwrap(), [7u8; 300_000]);

        for entry in fs::read_dir(folder.path().join("values")).unwrap() {
            fs::write(entry.unwrap().path(), "cut off").unwrap();
        }
        let damaged = client.model().get_model_state(&model).await;
        assert_eq!(crate::support::error_code(damaged), "unknown");
    })
    .await;
}

fn rejected(folder: &Path) -> OpenError {
    match Local::open(folder, LocalConfig::new()) {
        Ok(_) => panic!("{} was opened", folder.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn folder_of_another_server_is_rejected() {
    let folder = TempDir::new().unwrap();
    let (local, client) = open(folder.path());
    let error = rejected(folder.path());
    assert!(matches!(error, OpenError::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
    drop((local, client));
    open(folder.path());
}

#[tokio::test]
async fn unusable_folders_are_rejected() {
    let temporary = TempDir::new().unwrap();
    let path = |name: &str| temporary.path().join(name);

    fs::create_dir(path("foreign")).unwrap();
    fs::write(path("foreign").join("thesis.txt"), "text").unwrap();
    assert!(matches!(rejected(&path("foreign")), OpenError::Foreign { .. }));
    assert_eq!(fs::read_dir(path("foreign")).unwrap().count(), 1);

    fs::write(path("file"), "text").unwrap();
    assert!(matches!(rejected(&path("file")), OpenError::Io { .. }));

    open(&path("newer"));
    let database = rusqlite::Connection::open(path("newer").join("data.sqlite")).unwrap();
    database.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(database);
    let newer = rejected(&path("newer"));
    assert!(matches!(newer, OpenError::Format { found: 99, .. }), "{newer:?}");
    assert!(newer.to_string().contains("99"), "{newer}");
}

#[tokio::test]
async fn damaged_data_is_rejected() {
    within(async {
        let folder = TempDir::new().unwrap();
        let (local, client) = open(folder.path());
        fill(&client).await;
        local.shutdown().await;
        drop((local, client));
        let path = folder.path().join("data.sqlite");
        let good = fs::read(&path).unwrap();

        let mut garbage = good.clone();
        garbage[..4096].fill(0xa5);
        for bad in [b"no database".to_vec(), garbage, good[..good.len() / 2].to_vec()] {
            fs::write(&path, bad).unwrap();
            let error = rejected(folder.path());
            assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
        }
        for change in ["UPDATE records SET data = '{' WHERE kind = 'model'", "DELETE FROM vals"] {
            fs::write(&path, &good).unwrap();
            let database = rusqlite::Connection::open(&path).unwrap();
            database.execute_batch(change).unwrap();
            drop(database);
            let error = rejected(folder.path());
            assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
        }
        // Wherever it is damaged, the server does not panic.
        for at in (0..good.len()).step_by(good.len() / 40) {
            let mut bad = good.clone();
            let end = bad.len().min(at + 512);
            bad[at..end].fill(0x5a);
            fs::write(&path, bad).unwrap();
            if let Ok(local) = Local::open(folder.path(), config()) {
                let client = Client::builder().service(local.router()).build().unwrap();
                let _ = client.model().get_models().await;
                for dataset in client.dataset().get_datasets().await.unwrap().datasets {
                    let _ = client.dataset().get_entries(&dataset.id, EntryRange::new(0, u32::MAX)).await;
                }
            }
        }
    })
    .await;
}
