//! Models and their states, through a client.

use std::time::Duration;

use decthings::api::model::{
    CreateStateFailure, CreateStateResult, DefaultLauncherSpecsChanges, ModelChanges, ModelOptions, ModelOptionsCode,
    StateChanges,
};
use decthings::types::{
    LauncherSpec, MaxDurationsSeconds, ModelLanguage, ParameterDefinitions, StateEntry, Tag, UsedPersistentLauncher,
    UsedPersistentLauncherLevel,
};
use decthings_local::{Limits, LocalConfig};

use crate::states::creating;
use crate::support::{client, error_code, fresh, get_model, invalid, launcher, new_model, one, sizes, within};

#[tokio::test]
async fn models_are_created_from_presets() {
    within(async {
        let client = client();
        let create =
            async |name: &str, options: ModelOptions| error_code(client.model().create_model(name, "", options).await);
        let code = || ModelOptionsCode::new(ModelLanguage::Python);
        assert_eq!(create("a", code().into()).await, invalid("options.preset"));
        assert_eq!(create("a", code().preset("pytorch").into()).await, invalid("options.preset"));
        assert_eq!(create("a", ModelOptions::upload("onnx", b"data")).await, invalid("options.format"));
        assert_eq!(create("a", ModelOptions::from_existing("nothing")).await, "model_not_found");
        assert_eq!(create("", code().preset("mlp").into()).await, invalid("name"));
        let other = ModelOptionsCode::new("cobol".to_owned().into()).preset("mlp");
        assert_eq!(create("a", other.into()).await, invalid("options.language"));
        let definitions = ParameterDefinitions::new([], [], [], []);
        let own = code().preset("mlp").parameter_definitions(definitions);
        assert_eq!(create("a", own.into()).await, invalid("options.parameterDefinitions"));

        let options = code().preset("linear").tags([Tag::new("task", "ocr")]);
        let created = client.model().create_model("a", "Reads.", options).public_access(true).await.unwrap();
        assert_eq!(create("a", code().preset("mlp").into()).await, "name_already_used");
        let model = get_model(&client, &created.model_id).await;
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
        assert_eq!(error_code(waited), "model_already_created");
    })
    .await;
}

#[tokio::test]
async fn settings_are_updated() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        new_model(&client, "b", "mlp").await;
        let update = async |changes: ModelChanges| models.update_model(&id, changes).await;
        let changes = ModelChanges::new;
        assert_eq!(error_code(update(changes().name("b")).await), "name_already_used");
        let none = changes().parameter_definitions(ParameterDefinitions::new([], [], [], []));
        assert_eq!(error_code(update(none).await), invalid("properties.parameterDefinitions"));
        let zero = changes().max_durations_seconds(MaxDurationsSeconds::new(1, 1, 1, 0, 1));
        assert_eq!(error_code(update(zero).await), invalid("properties.maxDurationsSeconds.train"));
        let bad = DefaultLauncherSpecsChanges::new().evaluate(LauncherSpec::new(-1.0, 1));
        assert_eq!(
            error_code(update(changes().default_launcher_specs(bad)).await),
            invalid("properties.defaultLauncherSpecs.evaluate.cpus")
        );
        let launchers = DefaultLauncherSpecsChanges::new().evaluate(LauncherSpec::new(3.0, 333));
        let durations = MaxDurationsSeconds::new(1, 2, 3, 4, 5);
        let all = changes().name("c").description("New.").public_access(true).tags([Tag::new("x", "y")]);
        update(all.default_launcher_specs(launchers).max_durations_seconds(durations.clone())).await.unwrap();
        let model = get_model(&client, &id).await;
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
        assert_eq!(error_code(models.set_filesystem_size(&id, 1).await), "not_enough_space");
        assert_eq!(error_code(models.set_filesystem_size(&id, 0).await), invalid("newFilesystemSizeMebibytes"));
        models.set_filesystem_size(&id, 2).await.unwrap();
        assert_eq!(models.get_filesystem_usage(&id).await.unwrap().total_blocks, 512);
        assert_eq!(get_model(&client, &id).await.filesystem_size_mebibytes, 2);

        let image = models.set_image(&id, "docker.io", "library/python", "3.13").await;
        assert_eq!(error_code(image), "image_not_found");
        let level = UsedPersistentLauncherLevel::CodeStart;
        let used = [UsedPersistentLauncher::new("mine", level)];
        let used = models.set_used_persistent_launchers_for_evaluate(&id, used).await;
        assert_eq!(error_code(used), "persistent_launcher_not_found");
        models.set_used_persistent_launchers_for_evaluate(&id, []).await.unwrap();
        let used = models.get_used_persistent_launchers_for_evaluate(&id).await.unwrap();
        assert!(used.used_persistent_launchers.is_empty());
    })
    .await;
}

#[tokio::test]
async fn deleted_model_is_not_found() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "gone", "mlp").await;
        models.delete_model(&id).await.unwrap();
        let x = || one("x", [0.0f32; 2]);
        let rejected = [
            error_code(models.delete_model(&id).await),
            error_code(models.update_model(&id, ModelChanges::new()).await),
            error_code(models.snapshot_model(&id, "s").await),
            error_code(models.create_state(&id, "s", sizes(), launcher()).await),
            error_code(models.upload_state(&id, "s", []).await),
            error_code(models.cancel_create_state(&id, "s").await),
            error_code(models.get_creating_states(&id).await),
            error_code(models.update_model_state(&id, "s", StateChanges::new()).await),
            error_code(models.set_active_model_state(&id, "s").await),
            error_code(models.get_model_state(&id).await),
            error_code(models.train(&id, "s", [x()], launcher()).await),
            error_code(models.get_training_status(&id, "s").await),
            error_code(models.get_training_metrics(&id, "s", []).await),
            error_code(models.get_training_sysinfo(&id, "s").await),
            error_code(models.cancel_training_session(&id, "s").await),
            error_code(models.clear_previous_training_session(&id, "s").await),
            error_code(models.evaluate(&id, [x()]).await),
            error_code(models.get_evaluations(&id).await),
            error_code(models.get_finished_evaluation_result(&id, "s").await),
            error_code(models.cancel_evaluation(&id, "s").await),
            error_code(models.set_filesystem_size(&id, 1).await),
            error_code(models.get_filesystem_usage(&id).await),
            error_code(models.set_image(&id, "a", "b", "c").await),
            error_code(models.get_used_persistent_launchers_for_evaluate(&id).await),
        ];
        assert!(rejected.iter().all(|code| code == "model_not_found"), "{rejected:?}");
    })
    .await;
}

#[tokio::test]
async fn limits_are_enforced() {
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
        assert_eq!(error_code(models.create_model("c", "", options).await), "quota_exceeded");

        let big = models.upload_state(&id, "big", [StateEntry::new("data", vec![0; 10_001])]).await;
        assert_eq!(error_code(big), "quota_exceeded");
        models.upload_state(&id, "first", [StateEntry::new("data", b"1")]).await.unwrap();
        assert_eq!(error_code(models.upload_state(&id, "second", []).await), "quota_exceeded");
        models.snapshot_model(&id, "one").await.unwrap();
        assert_eq!(error_code(models.snapshot_model(&id, "two").await), "quota_exceeded");

        let state = models.create_state(&other, "one", sizes(), launcher()).send();
        let busy = async {
            creating(&client, &other).await;
            assert_eq!(error_code(models.create_state(&other, "two", sizes(), launcher()).await), "quota_exceeded");
            assert_eq!(error_code(models.evaluate(&id, [one("x", [0.0f32; 2])]).await), "quota_exceeded");
            local.shutdown().await;
        };
        let (state, ()) = tokio::join!(state, busy);
        match state.unwrap() {
            CreateStateResult::Failed(failed) => assert_eq!(failed.error, CreateStateFailure::LauncherTerminated),
            other => panic!("{other:?}"),
        }
        assert_eq!(error_code(models.evaluate(&id, [one("x", [0.0f32; 2])]).await), "unknown");
    })
    .await;
}
