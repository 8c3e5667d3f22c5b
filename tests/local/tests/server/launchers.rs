//! Persistent launchers, through a client.

use std::time::Duration;

use decthings::Client;
use decthings::api::persistent_launcher::PersistentLauncherFilter;
use decthings::types::{
    ExecutionLocation, LauncherSpec, PersistentLauncher, PersistentLauncherState, RunningOperationType,
    UsedExecutionLocation, UsedPersistentLauncher, UsedPersistentLauncherLevel,
};
use decthings_local::{Limits, LocalConfig};

use crate::support::{
    client, ended, error_code, fresh, invalid, many, moons, new_model, new_state, one, sizes, slow, succeeded, within,
};

async fn new_launcher(client: &Client, name: &str) -> String {
    let made = client.persistent_launcher().create_persistent_launcher(name, LauncherSpec::new(2.0, 512)).await;
    made.unwrap().persistent_launcher_id
}

async fn get_launcher(client: &Client, id: &str) -> Option<PersistentLauncher> {
    let filter = PersistentLauncherFilter::new().ids([id]);
    client.persistent_launcher().get_persistent_launchers().filter(filter).await.unwrap().persistent_launchers.pop()
}

#[tokio::test]
async fn launchers_are_created_listed_and_deleted() {
    within(async {
        let mut limits = Limits::default();
        limits.persistent_launchers = 3;
        let client = fresh(LocalConfig::new().limits(limits)).1;
        let service = client.persistent_launcher();
        let ids =
            [new_launcher(&client, "b").await, new_launcher(&client, "a").await, new_launcher(&client, "c").await];
        let spec = LauncherSpec::new(1.0, 1);
        assert_eq!(error_code(service.create_persistent_launcher("d", spec.clone()).await), "quota_exceeded");
        assert_eq!(error_code(service.create_persistent_launcher("", spec).await), invalid("name"));
        let none = LauncherSpec::new(0.0, 1);
        assert_eq!(error_code(service.create_persistent_launcher("d", none).await), invalid("spec.cpus"));

        let page = service.get_persistent_launchers().sort("name").offset(1).limit(1).await.unwrap();
        assert_eq!((page.total, page.persistent_launchers[0].name.as_str()), (3, "b"));
        let found = get_launcher(&client, &ids[1]).await.unwrap();
        assert_eq!((found.state, found.spec), (PersistentLauncherState::Active, LauncherSpec::new(2.0, 512)));
        assert!(found.created_at.is_some() && found.running.is_empty());

        let samples = service.get_sysinfo(&ids[0]).await.unwrap().sysinfo;
        assert!(samples.len() >= 2 && samples.iter().all(|sample| sample.cpus == 0.0));
        let last = samples.last().unwrap().timestamp;
        let later = service.get_sysinfo(&ids[0]).from_timestamp(last).await.unwrap().sysinfo;
        assert!(later.iter().all(|sample| sample.timestamp > last));

        service.delete_persistent_launcher(&ids[0]).await.unwrap();
        assert!(get_launcher(&client, &ids[0]).await.is_none());
        assert_eq!(error_code(service.delete_persistent_launcher(&ids[0]).await), "persistent_launcher_not_found");
        assert_eq!(error_code(service.get_sysinfo(&ids[0]).await), "persistent_launcher_not_found");
    })
    .await;
}

#[tokio::test]
async fn operations_run_on_persistent_launchers() {
    within(async {
        let client = client();
        let models = client.model();
        let id = new_model(&client, "a", "mlp").await;
        new_state(&client, &id, "first").await;
        let launcher = new_launcher(&client, "mine").await;
        let location = || ExecutionLocation::persistent_launcher(&launcher);
        let (x, y) = moons(20, 1);
        let data = || [many("x", x.clone()), many("y", y.clone()), one("epochs", 1u32)];
        let session = models.train(&id, "second", data(), location()).await.unwrap().training_session_id.clone();
        ended(&client, &id, &session).await;
        let status = models.get_training_status(&id, &session).await.unwrap();
        let used = |location: &UsedExecutionLocation| match location {
            UsedExecutionLocation::PersistentLauncher(used) => used.persistent_launcher_id.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(used(&status.execution_location), launcher);
        models.create_state(&id, "third", sizes(), location()).await.unwrap();
        let gone = ExecutionLocation::persistent_launcher("no");
        assert_eq!(error_code(models.train(&id, "x", data(), gone.clone()).await), "persistent_launcher_not_found");
        let made = models.create_state(&id, "x", sizes(), gone).await;
        assert_eq!(error_code(made), "persistent_launcher_not_found");

        let level = UsedPersistentLauncherLevel::Launcher;
        let wanted = [UsedPersistentLauncher::new(&launcher, level)];
        models.set_used_persistent_launchers_for_evaluate(&id, wanted.clone()).await.unwrap();
        let kept = models.get_used_persistent_launchers_for_evaluate(&id).await.unwrap();
        assert_eq!(kept.used_persistent_launchers, wanted);
        let result = succeeded(models.evaluate(&id, [many("x", x.clone())]).await.unwrap());
        assert_eq!(used(&result.executed_on_launcher), launcher);
        assert!(get_launcher(&client, &launcher).await.unwrap().running.is_empty());
        client.persistent_launcher().delete_persistent_launcher(&launcher).await.unwrap();
        let kept = models.get_used_persistent_launchers_for_evaluate(&id).await.unwrap();
        assert!(kept.used_persistent_launchers.is_empty());
        let result = succeeded(models.evaluate(&id, [many("x", x)]).await.unwrap());
        assert!(matches!(result.executed_on_launcher, UsedExecutionLocation::TemporaryLauncher(_)));
    })
    .await;
}

#[tokio::test]
async fn launcher_is_deleted_when_its_last_operation_ends() {
    within(async {
        let (local, client) = slow();
        let id = new_model(&client, "a", "mlp").await;
        let launcher = new_launcher(&client, "mine").await;
        let starting = get_launcher(&client, &launcher).await.unwrap();
        assert_eq!((starting.state, starting.created_at), (PersistentLauncherState::Creating, None));
        let location = ExecutionLocation::persistent_launcher(&launcher);
        let (other, model) = (client.clone(), id.clone());
        let making = tokio::spawn(async move { other.model().create_state(&model, "s", sizes(), location).await });
        let state = loop {
            let creating = client.model().get_creating_states(&id).await.unwrap();
            if let Some(state) = creating.states.first() {
                break state.id.clone();
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        let running = get_launcher(&client, &launcher).await.unwrap().running;
        assert_eq!(running.len(), 1);
        assert_eq!((&running[0].id, &running[0].r#type), (&state, &RunningOperationType::CreateModelState));
        let service = client.persistent_launcher();
        service.delete_persistent_launcher(&launcher).await.unwrap();
        assert_eq!(get_launcher(&client, &launcher).await.unwrap().state, PersistentLauncherState::Deleting);
        assert_eq!(
            error_code(service.delete_persistent_launcher(&launcher).await),
            "persistent_launcher_being_deleted"
        );
        client.model().cancel_create_state(&id, &state).await.unwrap();
        making.await.unwrap().unwrap();
        assert!(get_launcher(&client, &launcher).await.is_none());
        local.shutdown().await;
    })
    .await;
}
