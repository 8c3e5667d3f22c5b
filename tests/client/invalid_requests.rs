//! Parameters that cannot be sent: the call fails before anything is sent, and names the parameter.

use decthings::types::{
    DatasetKeyData, DatasetReference, ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry,
};
use decthings::{Call, Error, Tensor};
use decthings_tests::server::{Reply, Server};
use decthings_tests::soon;

use super::support::client;

/// The path of the rejected parameter, and the reason. Nothing must reach the server.
async fn rejected<R>(call: impl FnOnce(&decthings::Client) -> Call<R>) -> (String, String)
where
    R: decthings::runtime::Operation,
    R::Output: std::fmt::Debug,
{
    let server = Server::always(Reply::Reset(Vec::new())).await;
    let error = soon(call(&client(&server)).send()).await.unwrap_err();
    let text = error.to_string();
    assert_eq!((server.counts().connections, error.attempts()), (0, 0), "{text}");
    match error {
        Error::Invalid { path, reason, .. } => {
            assert!(text.contains(&*path) && text.contains("nothing was sent"), "{text}");
            (path.into(), reason.into())
        }
        other => panic!("{other:?}"),
    }
}

fn entries(key: &str, number: usize) -> DatasetKeyData {
    DatasetKeyData::new(key, vec![Tensor::from(1_u8); number])
}

#[tokio::test]
async fn numbers_that_are_not_finite_are_rejected() {
    for (number, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
        let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(number, 4096));
        let (path, reason) = rejected(|client| client.model().train("m", "n", [], launcher)).await;
        assert_eq!(path, "executionLocation.spec.cpus");
        assert!(reason.starts_with(&format!("{name} is no number")), "{reason}");
    }
}

#[tokio::test]
async fn more_blobs_than_a_request_holds_are_rejected() {
    let states = (0..257).map(|index| StateEntry::new(format!("key {index}"), "x"));
    let (path, reason) = rejected(|client| client.model().upload_state("m", "n", states)).await;
    assert_eq!(path, "data[255].data");
    assert!(reason.contains("257 blobs") && reason.contains("255"), "{reason}");
    let tensors = |index| ParameterProvider::new(format!("p{index}"), vec![Tensor::from(1_u8)]);
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 4096));
    let (path, _) = rejected(|client| client.model().train("m", "n", (0..256).map(tensors), launcher)).await;
    assert_eq!(path, "params[255].data");
    let (path, reason) =
        rejected(|client| client.dataset().add_entries("d", [entries("a", 128), entries("b", 128)])).await;
    assert_eq!(path, "keys");
    assert!(reason.contains("256 blobs"), "{reason}");
}

#[tokio::test]
async fn unequal_numbers_of_entries_are_rejected() {
    let (path, reason) = rejected(|client| client.dataset().add_entries("d", [entries("a", 2), entries("b", 3)])).await;
    assert_eq!(path, "keys[1].data");
    assert!(reason.contains("3 tensors") && reason.contains("keys[0].data"), "{reason}");
}

#[tokio::test]
async fn duplicate_names_are_rejected() {
    let twice = |(path, reason): (String, String), wanted: &str| {
        assert_eq!(path, wanted);
        assert!(reason.starts_with("duplicate name \"a\""), "{reason}");
    };
    let keys = [entries("a", 1), entries("b", 1), entries("a", 1)];
    twice(rejected(|client| client.dataset().add_entries("d", keys)).await, "keys[2].key");
    let states = ["a", "a"].map(|key| StateEntry::new(key, "x"));
    twice(rejected(|client| client.model().upload_state("m", "n", states)).await, "data[1].key");
    // Names are compared even if one of them refers to a dataset.
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 4096));
    let providers = [
        ParameterProvider::new("a", vec![Tensor::from(1_u8)]),
        ParameterProvider::new("a", DatasetReference::new("d", "k")),
    ];
    twice(rejected(|client| client.model().train("m", "n", providers, launcher)).await, "params[1].name");
}
