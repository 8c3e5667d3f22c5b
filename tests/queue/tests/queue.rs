//! The client calls the server, as users of the crate would.

use std::sync::Arc;
use std::time::Duration;

use decthings::runtime::ServiceResult;
use decthings::testing::Script;
use queue::api::errors::BodyTooLarge;
use queue::api::queue::{DrainedEvent, PushError, PushRequest, PushResult, QueueEvent, ReceiveRequest, ReceiveResult};
use queue::api::types::{Message, Priority};
use queue::memory::Queues;
use queue::{Client, Error, Subscription, Update, next};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(30);

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A client of a server in this process.
fn client() -> Result<Client> {
    Ok(Client::builder().service(Queues::new().router()).build()?)
}

async fn push_many(client: &Client, count: usize) -> Result {
    for number in 0..count {
        client.queue().push("orders", format!("order {number}")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn messages_are_pushed_and_received() -> Result {
    let client = client()?;
    let pushed = client.queue().push("orders", "bread").priority(Priority::High).timeout(PATIENCE).await?;
    let received = client.queue().receive("orders", pushed.message_id).await?;
    assert_eq!(received.message.priority, Priority::High);
    assert_eq!(received.body, "bread".into());
    Ok(())
}

/// What is equal in both revisions is one type: here the parameters of `receive`, but not those of `push`.
#[tokio::test]
async fn the_next_revision_is_called_through_the_same_client() -> Result {
    struct Next;
    impl next::queue::QueueService for Next {
        async fn push(&self, request: next::queue::PushRequest) -> ServiceResult<next::queue::PushRequest> {
            Ok(next::queue::PushResult::new(format!("held back for {:?} s", request.delay_seconds)))
        }

        async fn receive(&self, request: ReceiveRequest) -> ServiceResult<ReceiveRequest> {
            Ok(ReceiveResult::new(Message::new(request.message_id, Priority::Normal, 5), "bread"))
        }
    }
    let router = next::Router::new().queue(Arc::new(Next));
    let client = Client::builder().service(router).build()?;
    let pushed = client.next().queue().push("orders", "bread").delay_seconds(3).await?;
    assert_eq!(pushed.message_id, "held back for Some(3) s");
    let received = client.next().queue().receive("orders", "7").await?;
    assert_eq!(received, client.queue().receive("orders", "7").await?);
    let pushed = client.next().call_json("Queue", "push", json!({ "queue": "orders", "body": "bread" })).await?;
    assert_eq!(pushed, json!({ "messageId": "held back for None s" }));
    Ok(())
}

#[tokio::test]
async fn errors_are_typed() -> Result {
    let client = client()?;
    let error = client.queue().push("orders", vec![0; 2 << 20]).await.unwrap_err();
    assert_eq!(error.api(), Some(&PushError::BodyTooLarge(BodyTooLarge::new(1 << 20))));
    let error = client.queue().list("nothing").await.unwrap_err();
    assert_eq!(error.code(), Some("queue_not_found"));
    Ok(())
}

#[tokio::test]
async fn lists_are_read_page_by_page() -> Result {
    let client = client()?;
    push_many(&client, 45).await?;
    let mut items = client.queue().list("orders").limit(10).items();
    let mut ids = Vec::new();
    while let Some(message) = items.next().await {
        ids.push(message?.id);
    }
    assert_eq!(ids, (1..=45).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_eq!(client.queue().list("orders").total().await?, 45);
    Ok(())
}

/// The next event; an error if none comes.
async fn next(subscription: &mut Subscription<QueueEvent>) -> Result<Option<Update<QueueEvent>>> {
    Ok(tokio::time::timeout(PATIENCE, subscription.next()).await?)
}

#[tokio::test]
async fn a_subscription_delivers_events_until_the_last_one() -> Result {
    let client = client()?;
    let mut events = client.queue().watch("orders").subscribe().await?;
    let pushed = events.push("bread").priority(Priority::High).await?;
    match next(&mut events).await? {
        Some(Update::Event(QueueEvent::Pushed(event))) => assert_eq!(event.message.id, pushed.message_id),
        other => panic!("{other:?}"),
    }
    events.drain().await?;
    let drained = QueueEvent::Drained(DrainedEvent::new("orders"));
    assert_eq!(next(&mut events).await?, Some(Update::Event(drained)));
    assert_eq!(next(&mut events).await?, None);
    Ok(())
}

#[tokio::test]
async fn work_is_waited_for() -> Result {
    let client = client()?;
    push_many(&client, 3).await?;
    let drain = client.queue().drain("orders").await?;
    assert!(!drain.drain_id.is_empty());
    let drained = drain.deadline(PATIENCE).wait().await?;
    assert_eq!(drained.removed, 3);
    Ok(())
}

#[tokio::test]
async fn work_is_cancelled() -> Result {
    let client = client()?;
    push_many(&client, 10_000).await?;
    let drain = client.queue().drain("orders").await?;
    drain.cancel().await?;
    let error = drain.deadline(PATIENCE).wait().await.unwrap_err();
    assert!(error.failed().is_some_and(|stopped| stopped.remaining > 0), "{error}");
    Ok(())
}

#[tokio::test]
async fn calls_by_name_are_json() -> Result {
    let client = client()?;
    let params = json!({"queue": "orders", "body": "bread", "priority": "high"});
    let pushed = client.call_json("Queue", "push", params).await?;
    let params = json!({"queue": "orders", "messageId": pushed["messageId"]});
    let received = client.call_json("Queue", "receive", params).await?;
    assert_eq!(received["message"]["size"], 5);
    Ok(())
}

#[test]
fn blocking_calls_need_no_async_code() -> Result {
    let client = client()?;
    client.queue().push("orders", "bread").send_blocking()?;
    assert_eq!(client.queue().list("orders").total_blocking()?, 1);
    let drain = client.queue().drain("orders").send_blocking()?;
    assert_eq!(drain.deadline(PATIENCE).wait_blocking()?.removed, 1);
    Ok(())
}

#[tokio::test]
async fn a_script_responds_in_place_of_the_service() -> Result {
    let script = Script::new()
        .respond::<PushRequest>(Ok(PushResult::new("7")))
        .respond::<PushRequest>(Err(PushError::QueueNotFound));
    let client = Client::builder().script(&script).build()?;
    assert_eq!(client.queue().push("orders", "bread").await?.message_id, "7");
    let error = client.queue().push("orders", "bread").await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }), "{error}");
    assert_eq!(script.calls()[0].request::<PushRequest>()?.queue, "orders");
    script.check()?;
    Ok(())
}
