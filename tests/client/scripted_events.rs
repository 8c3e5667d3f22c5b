//! Scripts with events: subscriptions without a network.

use std::time::Duration;

use decthings::api::spawned::{
    ExitEvent, SpawnCommandError, SpawnCommandRequest, SpawnCommandResult, SpawnedEvent, StdoutEvent,
    SubscribeToEventsError, SubscribeToEventsRequest, SubscribeToEventsResult, UnsubscribeFromEventsRequest,
    UnsubscribeFromEventsResult, WriteToSpawnedCommandRequest, WriteToSpawnedCommandResult,
};
use decthings::runtime::{Call, TransportError};
use decthings::testing::{Cassette, Script};
use decthings::types::{ExecutionLocation, LauncherSpec};
use decthings::{Client, EndReason, Error, RetryPolicy, Subscription, Update};
use decthings_tests::{Temporary, soon};

type Updates = Vec<Update<SpawnedEvent>>;

fn client(script: &Script) -> Client {
    Client::builder().script(script).retry(RetryPolicy::off()).build().unwrap()
}

fn spawn(client: &Client) -> Call<SpawnCommandRequest> {
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    client.spawned().spawn_command(launcher, "cat", [""; 0])
}

/// A script whose first call starts the command `c`.
fn started() -> Script {
    Script::new().respond::<SpawnCommandRequest>(Ok(SpawnCommandResult::new("c")))
}

fn printed(text: &str) -> SpawnedEvent {
    SpawnedEvent::Stdout(StdoutEvent::new("c", text))
}

fn exit() -> SpawnedEvent {
    SpawnedEvent::Exit(ExitEvent::new("c"))
}

async fn rest(mut subscription: Subscription<SpawnedEvent>) -> Updates {
    let mut updates = Vec::new();
    while let Some(update) = soon(subscription.next()).await {
        updates.push(update);
    }
    updates
}

#[tokio::test]
async fn events_follow_the_response_before_them() {
    let script = started()
        .event(printed("ready"))
        .respond::<WriteToSpawnedCommandRequest>(Ok(WriteToSpawnedCommandResult::new()))
        .event(printed("echo"))
        .event(exit());
    let mut command = soon(spawn(&client(&script)).subscribe()).await.unwrap();
    assert_eq!(command.id(), "c");
    assert_eq!(soon(command.next()).await, Some(Update::Event(printed("ready"))));
    soon(command.write_to_spawned_command("echo")).await.unwrap();
    assert_eq!(rest(command).await, [printed("echo"), exit()].map(Update::Event));
    script.check().unwrap();
    let request: WriteToSpawnedCommandRequest = script.calls()[1].request().unwrap();
    assert_eq!((script.calls().len(), request.data.as_bytes().unwrap()), (2, b"echo".as_slice()));
}

#[tokio::test]
async fn events_can_be_added_while_the_client_runs() {
    let script = started();
    let mut command = soon(spawn(&client(&script)).subscribe()).await.unwrap();
    let next = tokio::spawn(async move { (command.next().await, command) });
    tokio::task::yield_now().await;
    let script = script.event(printed("later")).event(exit());
    let (update, command) = soon(next).await.unwrap();
    assert_eq!(update, Some(Update::Event(printed("later"))));
    assert_eq!(rest(command).await, [Update::Event(exit())]);
    script.check().unwrap();
}

#[tokio::test]
async fn unexpected_subscriptions_fail_at_once_and_are_named() {
    let error = soon(spawn(&client(&Script::new())).subscribe()).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert!(text.contains("Spawned.spawnCommand") && text.contains("no response left"), "{text}");

    let script = started();
    let error = soon(client(&script).spawned().subscribe_to_events("c").subscribe()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("Spawned.subscribeToEvents") && text.contains("expects a call of Spawned.spawnCommand"),
        "{text}"
    );
    assert!(script.check().unwrap_err().to_string().contains("unexpected calls: [Spawned.subscribeToEvents]"));
}

#[tokio::test]
async fn failures_of_subscriptions_are_scripted() {
    let script = Script::new()
        .respond::<SpawnCommandRequest>(Err(SpawnCommandError::Unrecognized(decthings::ApiError::new("full"))))
        .fail::<SpawnCommandRequest>(TransportError::new("the line is cut").unsent())
        .respond::<SpawnCommandRequest>(Ok(SpawnCommandResult::new("c")));
    let client = client(&script);
    assert_eq!(soon(spawn(&client).subscribe()).await.unwrap_err().code(), Some("full"));
    let policy = RetryPolicy::new().delays(Duration::ZERO, Duration::ZERO);
    // The second attempt succeeds.
    let command = soon(spawn(&client).retry(policy).subscribe()).await.unwrap();
    assert_eq!(command.id(), "c");
    script.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_subscription_outlives_a_lost_connection() {
    let script = started()
        .event(printed("before"))
        .disconnect()
        .respond::<SubscribeToEventsRequest>(Ok(SubscribeToEventsResult::new()))
        .event(printed("after"))
        .event(exit());
    let command = soon(spawn(&client(&script)).subscribe()).await.unwrap();
    let updates = rest(command).await;
    let events: Vec<_> = updates.iter().cloned().filter_map(Update::event).collect();
    assert_eq!(events, [printed("before"), printed("after"), exit()]);
    assert!(updates.contains(&Update::Gap), "{updates:?}");
    script.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lost_subscription_has_the_scripted_end() {
    let missing = SubscribeToEventsError::Unrecognized(decthings::ApiError::new("gone"));
    let rejected = started().disconnect().respond::<SubscribeToEventsRequest>(Err(missing));
    let lost = started().disconnect().fail::<SubscribeToEventsRequest>(TransportError::new("the server has stopped"));
    for script in [&rejected, &lost] {
        let command = soon(spawn(&client(script)).subscribe()).await.unwrap();
        let Some(Update::Ended(reason)) = rest(command).await.pop() else { panic!("no end") };
        match reason {
            EndReason::Rejected(error) => assert_eq!(error.code(), "gone"),
            reason => assert!(reason.to_string().contains("the server has stopped"), "{reason}"),
        }
        script.check().unwrap();
    }
}

#[tokio::test]
async fn ending_a_subscription_needs_no_response() {
    let script = started().respond::<SpawnCommandRequest>(Ok(SpawnCommandResult::new("c")));
    let client = client(&script);
    soon(soon(spawn(&client).subscribe()).await.unwrap().unsubscribe()).await.unwrap();
    drop(soon(spawn(&client).subscribe()).await.unwrap());
    script.check().unwrap();
    // It may have one.
    let script = started().respond::<UnsubscribeFromEventsRequest>(Ok(UnsubscribeFromEventsResult::new()));
    let command = soon(spawn(&self::client(&script)).subscribe()).await.unwrap();
    assert!(script.check().is_err());
    soon(command.unsubscribe()).await.unwrap();
    script.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_response_time_out() {
    let script = Script::new()
        .never_respond::<decthings::api::model::DeleteModelRequest>()
        .never_respond::<SpawnCommandRequest>()
        .never_respond::<SpawnCommandRequest>()
        .disconnect();
    let client = client(&script);
    // The clock is paused, so that this takes no time.
    let error = client.model().delete_model("m").await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    let error = spawn(&client).timeout(Duration::from_secs(3)).subscribe().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after, .. } if after == Duration::from_secs(3)), "{error:?}");
    let error = spawn(&client).await.unwrap_err();
    assert!(matches!(error, Error::Transport { unsent: false, .. }), "{error:?}");
    script.check().unwrap();
}

#[tokio::test]
async fn a_cassette_fails_subscriptions_at_once() {
    let folder = Temporary::new();
    let path = folder.join("empty.jsonl");
    std::fs::write(&path, "").unwrap();
    let client = Client::builder().replay(&Cassette::open(&path).unwrap()).build().unwrap();
    let text = soon(spawn(&client).subscribe()).await.unwrap_err().to_string();
    for part in ["Spawned.spawnCommand", "no calls left", "WebSocket are not recorded"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}
