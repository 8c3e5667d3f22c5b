//! Snapshots, and models that are created from others, through a client.

use decthings::api::model::{
    CreateModelFailure, InitialState, InitialStateFailure, ModelOptions, ModelToMount, SnapshotChanges,
    WaitForModelToBeCreatedResult,
};
use decthings::types::{LauncherSpec, MountedModel, StateEntry, UsedPersistentLauncher, UsedPersistentLauncherLevel};

use crate::support::{
    client, error_code, get_model, invalid, launcher, new_model, new_state, one, sizes, slow, within,
};

#[tokio::test]
async fn snapshot_freezes_the_active_state() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        assert_eq!(error_code(models.snapshot_model(&id, "early").await), invalid("modelId"));
        new_state(&client, &id, "first").await;
        let frozen = models.get_model_state(&id).await.unwrap();
        let snapshot = models.snapshot_model(&id, "one").await.unwrap().snapshot_id;
        let junk = models.upload_state(&id, "junk", [StateEntry::new("any", b"")]).await.unwrap().state_id;
        models.set_active_model_state(&id, &junk).await.unwrap();
        assert_eq!(models.get_snapshot_state(&id, &snapshot).await.unwrap(), frozen);
        assert_eq!(error_code(models.get_snapshot_state(&id, &snapshot).keys(["no"]).await), "state_key_not_found");

        models.update_snapshot(&id, &snapshot, SnapshotChanges::new().name("uno")).await.unwrap();
        let model = get_model(&client, &id).await;
        assert_eq!((model.snapshots[0].name.as_str(), model.snapshots[0].state.name.as_str()), ("uno", "first"));
        models.delete_snapshot(&id, &snapshot).await.unwrap();
        let rejected = [
            error_code(models.delete_snapshot(&id, &snapshot).await),
            error_code(models.update_snapshot(&id, &snapshot, SnapshotChanges::new()).await),
            error_code(models.get_snapshot_state(&id, &snapshot).await),
            error_code(models.evaluate(&id, [one("x", [0.0f32; 2])]).snapshot_id(&snapshot).await),
        ];
        assert!(rejected.iter().all(|code| code == "snapshot_not_found"), "{rejected:?}");
    })
    .await;
}

#[tokio::test]
async fn model_is_created_from_a_snapshot() {
    within(async {
        let client = client();
        let models = client.model();
        let base = new_model(&client, "base", "linear").await;
        new_state(&client, &base, "first").await;
        let snapshot = models.snapshot_model(&base, "one").await.unwrap().snapshot_id;
        let make = |name: &str, first: InitialState| {
            models.create_model(name, "", ModelOptions::based_on_model_snapshot(&base, &snapshot, first))
        };
        let create = |params| InitialState::create("own", params, LauncherSpec::new(1.0, 512));

        let copy = make("copy", InitialState::Copy).await.unwrap();
        assert!(copy.is_now_creating);
        let waited = models.wait_for_model_to_be_created(&copy.model_id).await.unwrap();
        assert!(matches!(waited, WaitForModelToBeCreatedResult::CreateModelSuccess(_)), "{waited:?}");
        let again = models.wait_for_model_to_be_created(&copy.model_id).await;
        assert_eq!(error_code(again), "model_already_created");
        let state = models.get_model_state(&copy.model_id).await.unwrap();
        assert_eq!(state, models.get_snapshot_state(&base, &snapshot).await.unwrap());

        let own = make("own", create(sizes())).await.unwrap();
        let waited = models.wait_for_model_to_be_created(&own.model_id).await.unwrap();
        assert!(matches!(waited, WaitForModelToBeCreatedResult::CreateModelSuccess(_)), "{waited:?}");
        assert_eq!(get_model(&client, &own.model_id).await.states[0].name, "own");

        let failed = make("failed", create(vec![one("inputs", 0u8), one("outputs", 2u8)])).await.unwrap();
        match models.wait_for_model_to_be_created(&failed.model_id).await.unwrap() {
            WaitForModelToBeCreatedResult::CreateModelFailed(failed) => match failed.error {
                CreateModelFailure::CreateStateError(error) => {
                    assert!(matches!(error.details, InitialStateFailure::Exception(_)), "{error:?}");
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
        assert_eq!(get_model(&client, &failed.model_id).await.active_state, None);
        assert_eq!(error_code(make("bad", create(Vec::new())).await), invalid("options.initialState.params"));

        let uploaded = make("upload", InitialState::upload("mine", state.data)).await.unwrap();
        assert!(!uploaded.is_now_creating);
        models.delete_snapshot(&base, &snapshot).await.unwrap();
        let model = get_model(&client, &uploaded.model_id).await;
        assert!(model.based_on_snapshot.unwrap().no_longer_exists);
        let id = &uploaded.model_id;
        let x = || one("x", [0.0f32; 2]);
        let launchers = [UsedPersistentLauncher::new("mine", UsedPersistentLauncherLevel::Launcher)];
        let rejected = [
            error_code(models.create_state(id, "more", sizes(), launcher()).await),
            error_code(models.train(id, "more", [x(), one("y", 0u8)], launcher()).await),
            error_code(models.set_used_persistent_launchers_for_evaluate(id, launchers).await),
        ];
        assert!(rejected.iter().all(|code| code == "snapshot_no_longer_exists"), "{rejected:?}");
        models.evaluate(id, [x()]).await.unwrap();
        assert_eq!(error_code(make("late", InitialState::Copy).await), "snapshot_not_found");
    })
    .await;
}

#[tokio::test]
async fn deleting_a_model_cancels_its_creation() {
    within(async {
        let (local, client) = slow();
        let models = client.model();
        let base = new_model(&client, "base", "linear").await;
        models.upload_state(&base, "any", []).await.unwrap();
        let snapshot = models.snapshot_model(&base, "one").await.unwrap().snapshot_id;
        let first = InitialState::create("own", sizes(), LauncherSpec::new(1.0, 512));
        let options = ModelOptions::based_on_model_snapshot(&base, &snapshot, first);
        let id = models.create_model("own", "", options).await.unwrap().into_result().model_id;
        assert!(get_model(&client, &id).await.being_created);
        let early = [
            error_code(models.create_state(&id, "early", sizes(), launcher()).await),
            error_code(models.upload_state(&id, "early", []).await),
            error_code(models.evaluate(&id, [one("x", [0.0f32; 2])]).await),
            error_code(models.snapshot_model(&id, "early").await),
        ];
        assert!(early.iter().all(|code| *code == invalid("modelId")), "{early:?}");

        let wait = async {
            match models.wait_for_model_to_be_created(&id).await.unwrap() {
                WaitForModelToBeCreatedResult::CreateModelFailed(failed) => failed.error,
                other => panic!("{other:?}"),
            }
        };
        let delete = async { models.delete_model(&id).await.unwrap() };
        let (error, _) = tokio::join!(wait, delete);
        assert_eq!(error, CreateModelFailure::Cancelled);
        assert_eq!(error_code(models.wait_for_model_to_be_created(&id).await), "model_not_found");
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn model_is_copied() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let second = new_state(&client, &id, "second").await;
        let snapshot = models.snapshot_model(&id, "one").await.unwrap().snapshot_id;
        models.set_active_model_state(&id, &second).await.unwrap();

        let copy = models.create_model("copy", "", ModelOptions::from_existing(&id)).await.unwrap();
        assert!(!copy.is_now_creating);
        let of_snapshot = decthings::api::model::ModelOptionsFromExisting::new(&id).snapshot_id(&snapshot);
        let of_snapshot = models.create_model("of-snapshot", "", of_snapshot).await.unwrap().into_result().model_id;
        models.delete_model(&id).await.unwrap();

        let copy = get_model(&client, &copy.model_id).await;
        let active = copy.states.iter().find(|state| Some(&state.id) == copy.active_state.as_ref()).unwrap();
        assert_eq!((copy.states.len(), active.name.as_str()), (2, "second"));
        assert!(copy.snapshots.is_empty() && copy.based_on_snapshot.is_none());
        let of_snapshot = get_model(&client, &of_snapshot).await;
        assert_eq!((of_snapshot.states.len(), of_snapshot.states[0].name.as_str()), (1, "first"));
        models.evaluate(copy.id, [one("x", [0.0f32; 2])]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn states_mount_models() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let other = new_model(&client, "other", "mlp").await;
        let create = |mount: ModelToMount| models.create_state(&id, "state", sizes(), launcher()).mount_models([mount]);
        assert_eq!(error_code(create(ModelToMount::new("gone")).await), "model_to_mount_not_found");
        let without_state = create(ModelToMount::new(&other)).await;
        assert_eq!(error_code(without_state), "state_for_model_to_mount_not_found");
        let state = new_state(&client, &other, "state").await;
        let snapshot = models.snapshot_model(&other, "one").await.unwrap().snapshot_id;
        let both = ModelToMount::new(&other).state_id(&state).snapshot_id(&snapshot);
        assert_eq!(error_code(create(both).await), invalid("mountModels[0].snapshotId"));
        let gone = ModelToMount::new(&other).snapshot_id("gone");
        assert_eq!(error_code(create(gone).await), "snapshot_for_model_to_mount_not_found");

        create(ModelToMount::new(&other).snapshot_id(&snapshot)).await.unwrap();
        let mounted = get_model(&client, &id).await.states[0].mounted_models.clone();
        assert_eq!(mounted, [MountedModel::new(&other).snapshot_id(&snapshot)]);
        let x = || one("x", [0.0f32; 2]);
        models.evaluate(&id, [x()]).await.unwrap();
        let upload = |mount| models.upload_state(&id, "state", []).mount_models([mount]);
        assert_eq!(error_code(upload(MountedModel::new("gone")).await), "model_to_mount_not_found");

        models.delete_model(&other).await.unwrap();
        assert_eq!(error_code(models.evaluate(&id, [x()]).await), "model_to_mount_no_longer_exists");
        let train = models.train(&id, "more", [x(), one("y", 0u8)], launcher()).await;
        assert_eq!(error_code(train), "model_to_mount_no_longer_exists");
    })
    .await;
}
