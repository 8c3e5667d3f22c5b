//! Models and their states, through a client.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

mod support;

use std::time::Duration;

use decthings::api::model::{
    CreateStateFailure, CreateStateResult, DefaultLauncherSpecsChanges, ModelChanges, ModelOptions, ModelOptionsCode,
    StateChanges,
};
use decthings::types::{
    ExecutionLocation, LauncherGpus, LauncherSpec, MaxDurationsSeconds, ModelLanguage, ParameterDefinitions,
    ParameterProvider, StateEntry, Tag, UsedPersistentLauncher, UsedPersistentLauncherLevel,
};
use decthings::{Client, Error, Tensor};
use decthings_local::{Limits, LocalConfig};
use support::{client, fresh, launcher, look, many, new_model, new_state, one, refusal, sizes, slow, within};

fn at(path: &str) -> String {
    format!("invalid_parameter {path}")
}

#[tokio::test]
async fn models_are_made_of_presets() {
    within(async {
        let client = client();
        let create =
            async |name: &str, options: ModelOptions| refusal(client.model().create_model(name, "", options).await);
        let code = || ModelOptionsCode::new(ModelLanguage::Python);
        assert_eq!(create("a", code().into()).await, at("options.preset"));
        assert_eq!(create("a", code().preset("pytorch").into()).await, at("options.preset"));
        assert_eq!(create("a", ModelOptions::upload("onnx", b"data")).await, at("options.format"));
        assert_eq!(create("a", ModelOptions::from_existing("nothing")).await, "model_not_found");
        assert_eq!(create("", code().preset("mlp").into()).await, at("name"));
        let other = ModelOptionsCode::new("cobol".to_owned().into()).preset("mlp");
        assert_eq!(create("a", other.into()).await, at("options.language"));
        let definitions = ParameterDefinitions::new([], [], [], []);
        let own = code().preset("mlp").parameter_definitions(definitions);
        assert_eq!(create("a", own.into()).await, at("options.parameterDefinitions"));

        let options = code().preset("linear").tags([Tag::new("task", "ocr")]);
        let created = client.model().create_model("a", "Reads.", options).public_access(true).await.unwrap();
        assert_eq!(create("a", code().preset("mlp").into()).await, "name_already_used");
        let model = look(&client, &created.model_id).await;
        assert_eq!((model.language, model.public_access, model.being_created), (ModelLanguage::Python, true, false));
        assert_eq!((model.active_state, model.states.len(), model.tags), (None, 0, vec![Tag::new("task", "ocr")]));
        let definitions = model.parameter_definitions;
        let names = |list: &[decthings::types::ParameterDefinition]| {
            list.iter().map(|one| one.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&definitions.create_state), ["inputs", "outputs", "kind", "seed"]);
        assert_eq!(names(&definitions.train)[..2], ["x", "y"]);
        assert_eq!(names(&definitions.evaluate_input), ["x"]);
        assert_eq!(names(&definitions.evaluate_output), ["prediction"]);
        let waited = client.model().wait_for_model_to_be_created(&created.model_id).await;
        assert_eq!(refusal(waited), "model_already_created");
    })
    .await;
}

#[tokio::test]
async fn the_first_state_becomes_active() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        assert_eq!(refusal(client.model().get_model_state(&id).await), "state_not_found");
        let first = new_state(&client, &id, "first").await;
        let second = new_state(&client, &id, "second").await;
        let model = look(&client, &id).await;
        assert_eq!(model.active_state.as_deref(), Some(first.as_str()));
        assert_eq!(model.states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        assert!(model.states[0].state.iter().any(|key| key.key == "config.json" && key.byte_size > 0));

        let models = client.model();
        assert_eq!(refusal(models.delete_model_state(&id, &first).await), "state_is_active");
        models.set_active_model_state(&id, &second).await.unwrap();
        models.delete_model_state(&id, &first).await.unwrap();
        assert_eq!(refusal(models.delete_model_state(&id, &first).await), "state_not_found");
        assert_eq!(refusal(models.set_active_model_state(&id, &first).await), "state_not_found");
        models.update_model_state(&id, &second, StateChanges::new().name("renamed")).await.unwrap();
        let model = look(&client, &id).await;
        assert_eq!(model.states.len(), 1);
        assert_eq!(model.states[0].name, "renamed");
    })
    .await;
}

#[tokio::test]
async fn a_state_is_downloaded_and_uploaded() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let first = new_state(&client, &id, "first").await;
        let all = models.get_model_state(&id).await.unwrap().data;
        let some = models.get_model_state(&id).state_id(&first).keys(["config.json", "config.json"]).await.unwrap();
        assert_eq!(some.data, all[..1]);
        assert_eq!(refusal(models.get_model_state(&id).keys(["weights"]).await), "state_key_not_found");

        let upload = |data: Vec<StateEntry>| models.upload_state(&id, "copy", data);
        let second = upload(all.clone()).await.unwrap().state_id;
        assert_eq!(models.get_model_state(&id).state_id(&second).await.unwrap().data, all);
        let twice = vec![StateEntry::new("a", b"1"), StateEntry::new("a", b"2")];
        let unsent = upload(twice).await.unwrap_err();
        assert!(matches!(&unsent, Error::Invalid { path, .. } if **path == *"data[1].key"), "{unsent}");

        let active = upload(Vec::new()).delete_states([&second, &first]).await;
        assert_eq!(refusal(active), "state_is_active");
        assert_eq!(refusal(upload(Vec::new()).delete_states(["gone"]).await), "state_not_found");
        assert_eq!(look(&client, &id).await.states.len(), 2, "nothing has changed");
        let third = upload(vec![StateEntry::new("any", b"thing")]).delete_states([&second]).await.unwrap().state_id;
        let states = look(&client, &id).await.states;
        assert_eq!(states.iter().map(|state| &state.id).collect::<Vec<_>>(), [&first, &third]);
    })
    .await;
}

#[tokio::test]
async fn parameters_are_checked_against_the_definitions() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "linear").await;
        let create = async |params: Vec<ParameterProvider>| {
            refusal(client.model().create_state(&id, "state", params, launcher()).await)
        };
        assert_eq!(create(vec![one("inputs", 2u8)]).await, at("params"));
        assert_eq!(create(vec![one("inputs", 2.0f32)]).await, at("params[0].data[0]"));
        assert_eq!(create(vec![one("inputs", [1u8, 2])]).await, at("params[0].data[0]"));
        assert_eq!(create(vec![many("inputs", [])]).await, at("params[0].data"));
        assert_eq!(
            create(vec![many("inputs", [Tensor::scalar(1u8), Tensor::scalar(1u8)])]).await,
            at("params[0].data")
        );
        let twice = vec![one("inputs", 2u8), one("inputs", 2u8)];
        let unsent = client.model().create_state(&id, "state", twice, launcher()).await.unwrap_err();
        assert!(matches!(&unsent, Error::Invalid { path, .. } if **path == *"params[1].name"), "{unsent}");
        assert_eq!(create(vec![one("hidden", 2u8)]).await, at("params[0].name"));

        let exception = async |params: Vec<ParameterProvider>| match client
            .model()
            .create_state(&id, "state", params, launcher())
            .await
            .unwrap()
        {
            CreateStateResult::Failed(failed) => match failed.error {
                CreateStateFailure::Exception(exception) => exception.exception_details.unwrap(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        };
        let zero = exception(vec![one("inputs", 0u8), one("outputs", 2u8)]).await;
        assert!(zero.contains("`inputs`"), "{zero}");
        let negative = exception(vec![one("inputs", 2u8), one("outputs", -1i8)]).await;
        assert!(negative.contains("`outputs`"), "{negative}");
        let kind = exception([sizes(), vec![one("kind", "poetry")]].concat()).await;
        assert!(kind.contains("`kind`"), "{kind}");
        let huge = exception(vec![one("inputs", u64::MAX), one("outputs", 2u8)]).await;
        assert!(huge.contains("`inputs`"), "{huge}");
        let model = look(&client, &id).await;
        assert!(model.states.is_empty());
    })
    .await;
}

#[tokio::test]
async fn launchers_are_given_by_specification() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "linear").await;
        let run = async |location: ExecutionLocation| {
            refusal(client.model().create_state(&id, "state", sizes(), location).await)
        };
        let temporary = |cpus, memory| ExecutionLocation::temporary_launcher(LauncherSpec::new(cpus, memory));
        assert_eq!(run(ExecutionLocation::persistent_launcher("mine")).await, "persistent_launcher_not_found");
        assert_eq!(run(temporary(0.0, 512)).await, at("executionLocation.spec.cpus"));
        assert_eq!(run(temporary(1.0, 0)).await, at("executionLocation.spec.memoryMebibytes"));
        let gpus = LauncherSpec::new(1.0, 512).gpus(LauncherGpus::new("T4", 0));
        let gpus = ExecutionLocation::temporary_launcher(gpus);
        assert_eq!(run(gpus).await, at("executionLocation.spec.gpus.count"));
    })
    .await;
}

/// Waits until a state is being made, and tells its id.
async fn creating(client: &Client, model: &str) -> String {
    loop {
        if let Some(state) = client.model().get_creating_states(model).await.unwrap().states.pop() {
            return state.id;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_creation_of_a_state_can_be_cancelled() {
    within(async {
        let (local, client) = slow();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let cancel = async {
            let state = creating(&client, &id).await;
            assert_eq!(refusal(models.cancel_create_state(&id, "other").await), "state_not_found");
            models.cancel_create_state(&id, &state).await.unwrap();
            assert_eq!(refusal(models.cancel_create_state(&id, &state).await), "state_not_found");
            assert!(models.get_creating_states(&id).await.unwrap().states.is_empty());
        };
        let (created, ()) = tokio::join!(models.create_state(&id, "first", sizes(), launcher()).send(), cancel);
        match created.unwrap() {
            CreateStateResult::Failed(failed) => assert_eq!(failed.error, CreateStateFailure::Cancelled),
            other => panic!("{other:?}"),
        }
        let uploaded = models.upload_state(&id, "done", [StateEntry::new("any", b"")]).await.unwrap().state_id;
        assert_eq!(refusal(models.cancel_create_state(&id, uploaded).await), "state_already_created");
        assert_eq!(look(&client, &id).await.states.len(), 1);
        local.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn settings_are_kept() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        new_model(&client, "b", "mlp").await;
        let update = async |changes: ModelChanges| models.update_model(&id, changes).await;
        let changes = ModelChanges::new;
        assert_eq!(refusal(update(changes().name("b")).await), "name_already_used");
        let none = changes().parameter_definitions(ParameterDefinitions::new([], [], [], []));
        assert_eq!(refusal(update(none).await), at("properties.parameterDefinitions"));
        let zero = changes().max_durations_seconds(MaxDurationsSeconds::new(1, 1, 1, 0, 1));
        assert_eq!(refusal(update(zero).await), at("properties.maxDurationsSeconds.train"));
        let bad = DefaultLauncherSpecsChanges::new().evaluate(LauncherSpec::new(-1.0, 1));
        assert_eq!(
            refusal(update(changes().default_launcher_specs(bad)).await),
            at("properties.defaultLauncherSpecs.evaluate.cpus")
        );
        let launchers = DefaultLauncherSpecsChanges::new().evaluate(LauncherSpec::new(3.0, 333));
        let durations = MaxDurationsSeconds::new(1, 2, 3, 4, 5);
        let all = changes().name("c").description("New.").public_access(true).tags([Tag::new("x", "y")]);
        update(all.default_launcher_specs(launchers).max_durations_seconds(durations.clone())).await.unwrap();
        let model = look(&client, &id).await;
        assert_eq!((model.name.as_str(), model.description.as_str(), model.public_access), ("c", "New.", true));
        assert_eq!((model.tags, model.max_durations_seconds), (vec![Tag::new("x", "y")], durations));
        assert_eq!(model.default_launcher_specs.evaluate, LauncherSpec::new(3.0, 333));

        let before = models.get_filesystem_usage(&id).await.unwrap();
        assert_eq!((before.block_size, before.total_blocks, before.free_blocks), (4096, 262_144, 262_144));
        let data = vec![0; (1 << 20) + 1];
        models.upload_state(&id, "big", [StateEntry::new("data", data)]).await.unwrap();
        let after = models.get_filesystem_usage(&id).await.unwrap();
        assert_eq!(before.free_blocks - after.free_blocks, 257);
        assert_eq!(before.free_inodes - after.free_inodes, 1);
        assert_eq!(refusal(models.set_filesystem_size(&id, 1).await), "not_enough_space");
        assert_eq!(refusal(models.set_filesystem_size(&id, 0).await), at("newFilesystemSizeMebibytes"));
        models.set_filesystem_size(&id, 2).await.unwrap();
        assert_eq!(models.get_filesystem_usage(&id).await.unwrap().total_blocks, 512);
        assert_eq!(look(&client, &id).await.filesystem_size_mebibytes, 2);

        let image = models.set_image(&id, "docker.io", "library/python", "3.13").await;
        assert_eq!(refusal(image), "image_not_found");
        let level = UsedPersistentLauncherLevel::CodeStart;
        let used = [UsedPersistentLauncher::new("mine", level)];
        let used = models.set_used_persistent_launchers_for_evaluate(&id, used).await;
        assert_eq!(refusal(used), "persistent_launcher_not_found");
        models.set_used_persistent_launchers_for_evaluate(&id, []).await.unwrap();
        let used = models.get_used_persistent_launchers_for_evaluate(&id).await.unwrap();
        assert!(used.used_persistent_launchers.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_model_that_is_gone_is_not_found() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "gone", "mlp").await;
        models.delete_model(&id).await.unwrap();
        let x = || one("x", [0.0f32; 2]);
        let refused = [
            refusal(models.delete_model(&id).await),
            refusal(models.update_model(&id, ModelChanges::new()).await),
            refusal(models.snapshot_model(&id, "s").await),
            refusal(models.create_state(&id, "s", sizes(), launcher()).await),
            refusal(models.upload_state(&id, "s", []).await),
            refusal(models.cancel_create_state(&id, "s").await),
            refusal(models.get_creating_states(&id).await),
            refusal(models.update_model_state(&id, "s", StateChanges::new()).await),
            refusal(models.set_active_model_state(&id, "s").await),
            refusal(models.get_model_state(&id).await),
            refusal(models.train(&id, "s", [x()], launcher()).await),
            refusal(models.get_training_status(&id, "s").await),
            refusal(models.get_training_metrics(&id, "s", []).await),
            refusal(models.get_training_sysinfo(&id, "s").await),
            refusal(models.cancel_training_session(&id, "s").await),
            refusal(models.clear_previous_training_session(&id, "s").await),
            refusal(models.evaluate(&id, [x()]).await),
            refusal(models.get_evaluations(&id).await),
            refusal(models.get_finished_evaluation_result(&id, "s").await),
            refusal(models.cancel_evaluation(&id, "s").await),
            refusal(models.set_filesystem_size(&id, 1).await),
            refusal(models.get_filesystem_usage(&id).await),
            refusal(models.set_image(&id, "a", "b", "c").await),
            refusal(models.get_used_persistent_launchers_for_evaluate(&id).await),
        ];
        assert!(refused.iter().all(|code| code == "model_not_found"), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn limits_hold() {
    within(async {
        let mut limits = Limits::default();
        (limits.models, limits.states, limits.snapshots, limits.jobs) = (2, 1, 1, 1);
        limits.stored_bytes = 10_000;
        let config = LocalConfig::new().launcher_startup(Duration::from_secs(3600)).limits(limits);
        let (local, client) = fresh(config);
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let other = new_model(&client, "b", "mlp").await;
        let options = ModelOptionsCode::new(ModelLanguage::Rust).preset("mlp");
        assert_eq!(refusal(models.create_model("c", "", options).await), "quota_exceeded");

        let big = models.upload_state(&id, "big", [StateEntry::new("data", vec![0; 10_001])]).await;
        assert_eq!(refusal(big), "quota_exceeded");
        models.upload_state(&id, "first", [StateEntry::new("data", b"1")]).await.unwrap();
        assert_eq!(refusal(models.upload_state(&id, "second", []).await), "quota_exceeded");
        models.snapshot_model(&id, "one").await.unwrap();
        assert_eq!(refusal(models.snapshot_model(&id, "two").await), "quota_exceeded");

        let state = models.create_state(&other, "one", sizes(), launcher()).send();
        let busy = async {
            creating(&client, &other).await;
            assert_eq!(refusal(models.create_state(&other, "two", sizes(), launcher()).await), "quota_exceeded");
            assert_eq!(refusal(models.evaluate(&id, [one("x", [0.0f32; 2])]).await), "quota_exceeded");
            local.shutdown().await;
        };
        let (state, ()) = tokio::join!(state, busy);
        match state.unwrap() {
            CreateStateResult::Failed(failed) => assert_eq!(failed.error, CreateStateFailure::LauncherTerminated),
            other => panic!("{other:?}"),
        }
        assert_eq!(refusal(models.evaluate(&id, [one("x", [0.0f32; 2])]).await), "unknown");
    })
    .await;
}
