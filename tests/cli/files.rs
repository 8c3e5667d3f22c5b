//! `decthings files`.

use std::os::unix::fs::PermissionsExt as _;

use decthings::api::model::{ModelOptions, ModelOptionsCode};
use decthings::files::ModelFiles;
use decthings::types::ModelLanguage;
use decthings_tests::{Temporary, read_tree};

use crate::user::Service;

async fn model(service: &Service) -> String {
    let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Rust).preset("mlp"));
    service.client.model().create_model("model", "", options).await.unwrap().into_result().model_id
}

/// A folder with files in folders, a link, and a file that is larger than a part of a transfer.
fn write_tree(home: &Temporary) {
    std::fs::create_dir_all(home.join("source/deep/er")).unwrap();
    home.write("source/main.py", "print(1)");
    home.write("source/deep/er/notes.txt", "notes");
    home.write("source/deep/large.bin", vec![7; 5 << 20]);
    std::os::unix::fs::symlink("main.py", home.join("source/link")).unwrap();
    std::fs::set_permissions(home.join("source/main.py"), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_comes_back_as_it_was_pushed() {
    let service = Service::start().await;
    let (user, id) = (service.user(), model(&service).await);
    write_tree(&user.home);
    let said = user.run(&["files", "push", &id, "source", "--to", "code"]).success();
    assert!(said.contains("4 files"), "{said}");
    user.run(&["files", "pull", &id, "copy", "--from", "code"]).success();
    assert_eq!(read_tree(&user.home.join("copy")), read_tree(&user.home.join("source")));
    assert_eq!(std::fs::read_link(user.home.join("copy/link")).unwrap().to_str(), Some("main.py"));
    assert_eq!(std::fs::metadata(user.home.join("copy/main.py")).unwrap().permissions().mode() & 0o777, 0o755);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_do_not_leave_their_folder() {
    let service = Service::start().await;
    let (user, id) = (service.user(), model(&service).await);
    write_tree(&user.home);
    for path in ["../up", "a/../../b", "a//b", "."] {
        user.run(&["files", "push", &id, "source", "--to", path]).failure(2);
        user.run(&["files", "pull", &id, "copy", "--from", path]).failure(2);
        user.run(&["files", "sync", &id, "source", "--to", path]).failure(2);
    }
    // A folder of the model is not written through a link of the same name.
    user.run(&["files", "push", &id, "source"]).success();
    std::fs::create_dir_all(user.home.join("outside")).unwrap();
    std::fs::create_dir_all(user.home.join("copy")).unwrap();
    std::os::unix::fs::symlink(user.home.join("outside"), user.home.join("copy/deep")).unwrap();
    user.run(&["files", "pull", &id, "copy"]).failure(1);
    assert_eq!(std::fs::read_dir(user.home.join("outside")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_sends_only_what_differs() {
    let service = Service::start().await;
    let (user, id) = (service.user(), model(&service).await);
    write_tree(&user.home);
    let sync = ["files", "sync", id.as_str(), "source"];
    let said = user.run(&[&sync[..], &["--dry-run"]].concat()).success();
    assert!(said.contains("send    deep/large.bin") && said.contains("would send 4 files"), "{said}");
    let files = ModelFiles::new(&service.client, &id);
    assert!(files.find("main.py").await.unwrap().is_none(), "a dry run changes nothing");

    assert!(user.run(&sync).success().contains("sent 4 files"));
    assert!(user.run(&sync).success().contains("sent 0 files, 0 B; deleted 0; 4 are the same"));

    user.home.write("source/deep/er/notes.txt", "other");
    user.home.write("source/new.txt", "new");
    std::fs::remove_file(user.home.join("source/deep/large.bin")).unwrap();
    std::fs::set_permissions(user.home.join("source/main.py"), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(user.run(&sync).success().contains("sent 2 files, 8 B; deleted 0"));
    assert!(files.find("deep/large.bin").await.unwrap().is_some(), "nothing is deleted without --delete");
    assert_eq!(files.find("main.py").await.unwrap().unwrap().stat.mode & 0o777, 0o600);
    let mut notes = Vec::new();
    files.read("deep/er/notes.txt", &mut notes).await.unwrap();
    assert_eq!(notes, b"other");

    let said = user.run(&[&sync[..], &["--delete", "--dry-run"]].concat()).success();
    assert!(said.contains("delete  deep/large.bin") && said.contains("would delete 1"), "{said}");
    assert!(files.find("deep/large.bin").await.unwrap().is_some());
    user.run(&[&sync[..], &["--delete"]].concat()).success();
    assert!(files.find("deep/large.bin").await.unwrap().is_none());
    assert!(files.find("main.py").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_kind_is_replaced_only_with_delete() {
    let service = Service::start().await;
    let (user, id) = (service.user(), model(&service).await);
    write_tree(&user.home);
    let sync = ["files", "sync", id.as_str(), "source"];
    user.run(&sync).success();
    std::fs::remove_dir_all(user.home.join("source/deep")).unwrap();
    user.home.write("source/deep", "a file now");
    let said = user.run(&sync).failure(2);
    assert!(said.contains("another kind"), "{said}");
    user.run(&[&sync[..], &["--delete"]].concat()).success();
    user.run(&["files", "pull", &id, "copy"]).success();
    assert_eq!(read_tree(&user.home.join("copy")), read_tree(&user.home.join("source")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_an_error() {
    let service = Service::start().await;
    let (user, id) = (service.user(), model(&service).await);
    user.run(&["files", "push", &id, "no-folder"]).failure(2);
    user.run(&["files", "pull", "no-model", "copy"]).failure(3);
    user.run(&["files", "pull", &id, "copy", "--from", "nothing"]).failure(1);
}
