//! Entries added in parts, also when a part fails.

#![expect(clippy::single_range_in_vec_init, reason = "parts are lists of ranges, some of one")]

use std::sync::{Arc, Mutex};

use decthings::api::dataset::{
    AddEntriesError, AddEntriesRequest, AddEntriesResult, AddEntriesToNeedsReviewRequest,
    AddEntriesToNeedsReviewResult, GetNeedsReviewEntriesRequest,
};
use decthings::api::errors::IncorrectVersionId;
use decthings::runtime::TransportError;
use decthings::testing::Script;
use decthings::types::{DatasetEntries, DatasetKeyData, DatasetKeyEntries, DatasetKeyEntry, EntryRange};
use decthings::{Client, Error, RetryPolicy, Tensor};
use decthings_tests::soon;

fn client(script: &Script) -> Client {
    Client::builder().script(script).retry(RetryPolicy::off()).build().unwrap()
}

/// Two keys, so 127 entries fit into a call.
fn keys(entries: u32) -> [DatasetKeyData; 2] {
    ["a", "b"].map(|key| DatasetKeyData::new(key, 0..entries))
}

fn version(script: Script, name: &str) -> Script {
    script.respond::<AddEntriesRequest>(Ok(AddEntriesResult::new(name)))
}

fn requests(script: &Script) -> Vec<(Option<String>, usize)> {
    let request = |call: &decthings::testing::ScriptedCall| call.request::<AddEntriesRequest>().unwrap();
    let calls: Vec<_> = script.calls().iter().map(request).collect();
    calls.into_iter().map(|request| (request.dataset_version_id, request.keys[1].data.len())).collect()
}

#[tokio::test]
async fn each_part_expects_the_version_of_the_previous_one() {
    let script = version(version(version(Script::new(), "2"), "3"), "4");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let call = client(&script).dataset().add_entries("d", keys(300)).dataset_version_id("1").in_parts();
    let sink = Arc::clone(&seen);
    let added = soon(call.on_progress(move |progress| sink.lock().unwrap().push(progress)).send()).await.unwrap();
    assert_eq!((added.entries, added.calls, added.new_dataset_version_id.as_str()), (300, 3, "4"));
    let expected = [("1", 127), ("2", 127), ("3", 46)].map(|(version, len)| (Some(version.to_owned()), len));
    assert_eq!(requests(&script), expected);
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().map(|progress| progress.entries).collect::<Vec<_>>(), [127, 254, 300]);
    assert_eq!(seen[2].bytes, seen[2].total_bytes);
    script.check().unwrap();
}

#[tokio::test]
async fn a_failed_part_is_retried_on_the_same_version() {
    let script = version(Script::new(), "2").fail::<AddEntriesRequest>(TransportError::new("cut"));
    let script = version(version(script, "3"), "4");
    let added = soon(client(&script).dataset().add_entries("d", keys(300)).in_parts().send()).await.unwrap();
    assert_eq!(added.new_dataset_version_id, "4");
    let versions: Vec<_> = requests(&script).into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [None, Some("2".to_owned()), Some("2".to_owned()), Some("3".to_owned())]);
    script.check().unwrap();
}

#[tokio::test]
async fn a_failed_part_that_may_have_been_added_is_reported() {
    let conflict = AddEntriesError::IncorrectVersionId(IncorrectVersionId::new("3"));
    let script = version(Script::new(), "2").fail::<AddEntriesRequest>(TransportError::new("cut"));
    let script = script.respond::<AddEntriesRequest>(Err(conflict));
    let error = soon(client(&script).dataset().add_entries("d", keys(300)).in_parts().send()).await.unwrap_err();
    assert_eq!((&error.added[..], &error.uncertain[..]), (&[0..127][..], &[127..254][..]));
    assert_eq!((error.missing(), error.dataset_version_id.as_deref()), (vec![254..300], Some("2")));
    assert!(matches!(error.error, Error::Transport { .. }), "{error}");
    assert!(error.to_string().starts_with("127 of 300 entries were added, and 127 may have been added: "), "{error}");
    script.check().unwrap();
}

#[tokio::test]
async fn a_rejected_part_was_not_added() {
    let script = version(Script::new(), "2").respond::<AddEntriesRequest>(Err(AddEntriesError::QuotaExceeded));
    let error = soon(client(&script).dataset().add_entries("d", keys(300)).in_parts().send()).await.unwrap_err();
    assert_eq!((error.missing(), error.uncertain.len()), (vec![127..300], 0));
    assert_eq!(error.error.api(), Some(&AddEntriesError::QuotaExceeded));
    script.check().unwrap();
}

#[tokio::test]
async fn a_failed_part_without_a_version_is_not_retried() {
    let script = Script::new().fail::<AddEntriesRequest>(TransportError::new("cut"));
    let error = soon(client(&script).dataset().add_entries("d", keys(300)).in_parts().send()).await.unwrap_err();
    assert_eq!((error.uncertain.clone(), error.missing()), (vec![0..127], vec![127..300]));
    script.check().unwrap();
}

#[tokio::test]
async fn entries_that_cannot_be_split_are_rejected() {
    let script = Script::new();
    let dataset = client(&script).dataset();
    let uneven = [DatasetKeyData::new("a", [1u8, 2]), DatasetKeyData::new("b", [1u8])];
    let versioned = dataset.add_entries("d", keys(3)).dataset_version_id("1").in_parts().concurrency(2);
    let many = (0..256).map(|key| DatasetKeyData::new(key.to_string(), [1u8]));
    let calls = [
        (dataset.add_entries("d", uneven).in_parts(), "keys[1].data"),
        (versioned, "datasetVersionId"),
        (dataset.add_entries("d", many).in_parts(), "keys"),
    ];
    for (call, expected) in calls {
        let error = soon(call.send()).await.unwrap_err();
        assert!(matches!(&error.error, Error::Invalid { path, .. } if **path == *expected), "{error}");
        assert!(error.added.is_empty() && error.uncertain.is_empty());
    }
    script.check().unwrap();
}

#[tokio::test]
async fn needs_review_entries_are_added_and_fetched_in_parts() {
    let added = |name: &str| Ok(AddEntriesToNeedsReviewResult::new(name));
    let script = Script::new().respond::<AddEntriesToNeedsReviewRequest>(added("2"));
    let script = script.fail::<AddEntriesToNeedsReviewRequest>(TransportError::new("cut"));
    let script = script.respond::<AddEntriesToNeedsReviewRequest>(added("3"));
    let call = client(&script).dataset().add_entries_to_needs_review("d", keys(200));
    assert_eq!(soon(call.in_parts().send()).await.unwrap().new_dataset_version_id, "3");
    script.check().unwrap();
    let entries = |range: std::ops::Range<u32>| {
        let data = range.map(|index| DatasetKeyEntry::new(index, Tensor::scalar(index)));
        Ok(DatasetEntries::new([DatasetKeyEntries::new("a", data)]))
    };
    let script = Script::new().respond::<GetNeedsReviewEntriesRequest>(entries(0..16));
    let script = script.respond::<GetNeedsReviewEntriesRequest>(entries(16..20));
    let mut fetched = client(&script).dataset().get_needs_review_entries("d", EntryRange::new(0, 20)).in_parts();
    let mut indexes = Vec::new();
    while let Some(entry) = soon(fetched.next()).await {
        indexes.push(entry.unwrap().index);
    }
    assert_eq!(indexes, (0..20).collect::<Vec<_>>());
    script.check().unwrap();
}

#[test]
fn parts_need_no_async_code() {
    let script = version(version(Script::new(), "2"), "3");
    let added = client(&script).dataset().add_entries("d", keys(200)).in_parts().send_blocking().unwrap();
    assert_eq!((added.entries, added.calls), (200, 2));
    let none = DatasetEntries::new([DatasetKeyEntries::new("a", [DatasetKeyEntry::new(0, Tensor::scalar(1_u8))])]);
    let script = script.respond::<GetNeedsReviewEntriesRequest>(Ok(none));
    let fetched = client(&script).dataset().get_needs_review_entries("d", EntryRange::new(0, 5)).in_parts();
    assert_eq!(fetched.iter_blocking().unwrap().map(Result::unwrap).count(), 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let call = client(&script).dataset().add_entries("d", keys(200)).in_parts();
    let error = runtime.block_on(async { call.send_blocking() }).unwrap_err();
    assert_eq!(error.missing(), [0..200], "nothing is sent in async code");
    script.check().unwrap();
}
