//! States of models, through a client.

use decthings::api::model::{CreateStateFailure, CreateStateResult, StateChanges};
use decthings::types::{ExecutionLocation, LauncherGpus, LauncherSpec, ParameterProvider, StateEntry};
use decthings::{Client, Error, Tensor};

use crate::support::{
    client, error_code, get_model, invalid, launcher, many, new_model, new_state, one, sizes, slow, within,
};

/// Waits until a state is being made, and returns its id.
pub async fn creating(client: &Client, model: &str) -> String {
    loop {
        if let Some(state) = client.model().get_creating_states(model).await.unwrap().states.pop() {
            return state.id;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn first_state_becomes_active() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "mlp").await;
        assert_eq!(error_code(client.model().get_model_state(&id).await), "state_not_found");
        let first = new_state(&client, &id, "first").await;
        let second = new_state(&client, &id, "second").await;
        let model = get_model(&client, &id).await;
        assert_eq!(model.active_state.as_deref(), Some(first.as_str()));
        assert_eq!(model.states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        assert!(model.states[0].state.iter().any(|key| key.key == "config.json" && key.byte_size > 0));

        let models = client.model();
        assert_eq!(error_code(models.delete_model_state(&id, &first).await), "state_is_active");
        models.set_active_model_state(&id, &second).await.unwrap();
        models.delete_model_state(&id, &first).await.unwrap();
        assert_eq!(error_code(models.delete_model_state(&id, &first).await), "state_not_found");
        assert_eq!(error_code(models.set_active_model_state(&id, &first).await), "state_not_found");
        models.update_model_state(&id, &second, StateChanges::new().name("renamed")).await.unwrap();
        let model = get_model(&client, &id).await;
        assert_eq!(model.states.len(), 1);
        assert_eq!(model.states[0].name, "renamed");
    })
    .await;
}

#[tokio::test]
async fn state_is_downloaded_and_uploaded() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let first = new_state(&client, &id, "first").await;
        let all = models.get_model_state(&id).await.unwrap().data;
        let some = models.get_model_state(&id).state_id(&first).keys(["config.json", "config.json"]).await.unwrap();
        assert_eq!(some.data, all[..1]);
        assert_eq!(error_code(models.get_model_state(&id).keys(["weights"]).await), "state_key_not_found");

        let upload = |data: Vec<StateEntry>| models.upload_state(&id, "copy", data);
        let second = upload(all.clone()).await.unwrap().state_id;
        assert_eq!(models.get_model_state(&id).state_id(&second).await.unwrap().data, all);
        let twice = vec![StateEntry::new("a", b"1"), StateEntry::new("a", b"2")];
        let unsent = upload(twice).await.unwrap_err();
        assert!(matches!(&unsent, Error::Invalid { path, .. } if **path == *"data[1].key"), "{unsent}");

        let active = upload(Vec::new()).delete_states([&second, &first]).await;
        assert_eq!(error_code(active), "state_is_active");
        assert_eq!(error_code(upload(Vec::new()).delete_states(["gone"]).await), "state_not_found");
        assert_eq!(get_model(&client, &id).await.states.len(), 2, "nothing has changed");
        let third = upload(vec![StateEntry::new("any", b"data")]).delete_states([&second]).await.unwrap().state_id;
        let states = get_model(&client, &id).await.states;
        assert_eq!(states.iter().map(|state| &state.id).collect::<Vec<_>>(), [&first, &third]);
    })
    .await;
}

#[tokio::test]
async fn parameters_that_break_the_definitions_are_rejected() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "linear").await;
        let create = async |params: Vec<ParameterProvider>| {
            error_code(client.model().create_state(&id, "state", params, launcher()).await)
        };
        assert_eq!(create(vec![one("inputs", 2u8)]).await, invalid("params"));
        assert_eq!(create(vec![one("inputs", 2.0f32)]).await, invalid("params[0].data[0]"));
        assert_eq!(create(vec![one("inputs", [1u8, 2])]).await, invalid("params[0].data[0]"));
        assert_eq!(create(vec![many("inputs", [])]).await, invalid("params[0].data"));
        assert_eq!(
            create(vec![many("inputs", [Tensor::scalar(1u8), Tensor::scalar(1u8)])]).await,
            invalid("params[0].data")
        );
        let twice = vec![one("inputs", 2u8), one("inputs", 2u8)];
        let unsent = client.model().create_state(&id, "state", twice, launcher()).await.unwrap_err();
        assert!(matches!(&unsent, Error::Invalid { path, .. } if **path == *"params[1].name"), "{unsent}");
        assert_eq!(create(vec![one("hidden", 2u8)]).await, invalid("params[0].name"));

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
        let kind = exception([sizes(), vec![one("kind", "unknown")]].concat()).await;
        assert!(kind.contains("`kind`"), "{kind}");
        let huge = exception(vec![one("inputs", u64::MAX), one("outputs", 2u8)]).await;
        assert!(huge.contains("`inputs`"), "{huge}");
        let model = get_model(&client, &id).await;
        assert!(model.states.is_empty());
    })
    .await;
}

#[tokio::test]
async fn invalid_launchers_are_rejected() {
    within(async {
        let client = client();
        let id = new_model(&client, "a", "linear").await;
        let run = async |location: ExecutionLocation| {
            error_code(client.model().create_state(&id, "state", sizes(), location).await)
        };
        let temporary = |cpus, memory| ExecutionLocation::temporary_launcher(LauncherSpec::new(cpus, memory));
        assert_eq!(run(ExecutionLocation::persistent_launcher("mine")).await, "persistent_launcher_not_found");
        assert_eq!(run(temporary(0.0, 512)).await, invalid("executionLocation.spec.cpus"));
        assert_eq!(run(temporary(1.0, 0)).await, invalid("executionLocation.spec.memoryMebibytes"));
        let gpus = LauncherSpec::new(1.0, 512).gpus(LauncherGpus::new("T4", 0));
        let gpus = ExecutionLocation::temporary_launcher(gpus);
        assert_eq!(run(gpus).await, invalid("executionLocation.spec.gpus.count"));
    })
    .await;
}

#[tokio::test]
async fn creation_of_a_state_is_cancelled() {
    within(async {
        let (local, client) = slow();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        let cancel = async {
            let state = creating(&client, &id).await;
            assert_eq!(error_code(models.cancel_create_state(&id, "other").await), "state_not_found");
            models.cancel_create_state(&id, &state).await.unwrap();
            assert_eq!(error_code(models.cancel_create_state(&id, &state).await), "state_not_found");
            assert!(models.get_creating_states(&id).await.unwrap().states.is_empty());
        };
        let (created, ()) = tokio::join!(models.create_state(&id, "first", sizes(), launcher()).send(), cancel);
        match created.unwrap() {
            CreateStateResult::Failed(failed) => assert_eq!(failed.error, CreateStateFailure::Cancelled),
            other => panic!("{other:?}"),
        }
        let uploaded = models.upload_state(&id, "done", [StateEntry::new("any", b"")]).await.unwrap().state_id;
        assert_eq!(error_code(models.cancel_create_state(&id, uploaded).await), "state_already_created");
        assert_eq!(get_model(&client, &id).await.states.len(), 1);
        local.shutdown().await;
    })
    .await;
}
