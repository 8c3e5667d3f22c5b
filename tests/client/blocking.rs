//! Calls without async code.

use std::sync::Arc;

use decthings::api::organization::{GetOrganizationsRequest, GetOrganizationsResult, OrganizationService};
use decthings::api::types::Organization;
use decthings::blocking::{self, BlockingError};
use decthings::runtime::ServiceResult;
use decthings::{Client, Error, Router, Update, WaitError};
use futures_util::FutureExt;

use super::long_running::training::{Training, completed, running};
use super::support::in_process;
use super::websocket::served::{Served, Talk};
use super::websocket::talk::{data, echo, exit, launch, subscribe};

/// A list of 25 organizations.
struct Lists;

impl OrganizationService for Lists {
    async fn get_organizations(&self, request: GetOrganizationsRequest) -> ServiceResult<GetOrganizationsRequest> {
        let (offset, limit) = (request.offset.unwrap_or(0), request.limit.unwrap_or(20));
        let items = (offset..25.min(offset + limit)).map(|id| Organization::new(id.to_string(), "name", 0, [], []));
        Ok(GetOrganizationsResult::new(items, 25, offset, limit))
    }
}

fn lists() -> Client {
    in_process(Router::new().organization(Arc::new(Lists)))
}

#[test]
fn calls_and_lists_work_without_async() {
    let client = lists();
    let call = || client.organization().get_organizations().limit(10);
    assert_eq!(call().send_blocking().unwrap().organizations.len(), 10);
    assert_eq!(call().total_blocking().unwrap(), 25);
    assert_eq!(call().items_blocking().unwrap().count(), 25);
    assert_eq!(call().pages_blocking().unwrap().count(), 3);
    let ids: Vec<String> = blocking::iter(call().items().prefetch()).unwrap().map(|item| item.unwrap().id).collect();
    assert_eq!(ids, (0..25).map(|id| id.to_string()).collect::<Vec<_>>());
    let sizes = blocking::iter(call().pages()).unwrap().map(|page| page.unwrap().items.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [10, 10, 5]);
}

#[test]
fn long_running_work_is_awaited_and_followed() {
    let training = Training::new([running(&[]), completed(&[("loss", 2)])]);
    let client = in_process(Router::new().debug(training.clone()));
    let session = client.debug().call_train("session", "model", []).send_blocking().unwrap();
    let session = session.poll_interval(std::time::Duration::from_millis(1));
    let updates: Vec<_> = session.progress_blocking().unwrap().map(|update| update.unwrap()).collect();
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[1].metrics[0].entries.len(), 2);
    assert_eq!(session.wait_blocking().unwrap().finished_at, 1);
    assert_eq!(session.progress_blocking().unwrap().wait_blocking().unwrap().finished_at, 1);
    session.cancel_blocking().unwrap();
    assert!(matches!(session.wait_blocking(), Err(WaitError::Cancelled { .. })));
}

#[test]
fn the_websocket_stays_open_between_calls() {
    let server = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (talk, router) = Talk::new();
    let served = server.block_on(Served::new(router));
    let client = Client::builder().websocket_url(&served.url).build().unwrap();
    assert_eq!(echo(&client, "x").send_blocking().unwrap().text, "x");
    let subscription = launch(&client, "t").subscribe_blocking().unwrap();
    talk.data("t", "one");
    let mut events = blocking::iter(subscription).unwrap();
    assert_eq!(events.next(), Some(Update::Event(data("t", "one"))));
    talk.exit("t");
    assert_eq!(events.next(), Some(Update::Event(exit("t"))));
    assert_eq!(events.next(), None);
    let other = subscribe(&client, "u").subscribe_blocking().unwrap();
    other.unsubscribe_blocking().unwrap();
}

#[test]
fn threads_share_a_client() {
    let client = lists();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(client.organization().get_organizations().total_blocking().unwrap(), 25));
        }
    });
}

#[tokio::test]
async fn blocking_in_async_code_is_rejected() {
    let client = lists();
    let call = || client.organization().get_organizations();
    let error = call().send_blocking().unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert!(error.to_string().contains("await it instead"), "{error}");
    assert!(matches!(call().total_blocking(), Err(Error::Invalid { .. })));
    assert_eq!(blocking::iter(call().items()).unwrap_err(), BlockingError::InsideRuntime);
    assert_eq!(blocking::wait(async {}), Err(BlockingError::InsideRuntime));
    let session = Training::new([completed(&[])]).start().await;
    assert!(matches!(session.wait_blocking(), Err(WaitError::Call(Error::Invalid { .. }))));
    assert_eq!(call().await.unwrap().total, 25, "and does no harm");
}

#[test]
fn blocking_is_rejected_wherever_async_code_runs() {
    let rejected = || {
        let result = lists().organization().get_organizations().send_blocking();
        assert!(matches!(result, Err(Error::Invalid { .. })), "{result:?}");
    };
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let thread = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in [&threads, &thread] {
        runtime.block_on(async {
            rejected();
            tokio::spawn(async move {
                for _ in 0..300 {
                    rejected();
                }
                // A task that has used up its steps still runs async code.
                while tokio::task::coop::has_budget_remaining() {
                    let _ = tokio::task::coop::consume_budget().now_or_never();
                }
                rejected();
            })
            .await
            .unwrap();
        });
        tokio::task::LocalSet::new().block_on(runtime, async { rejected() });
    }
}

#[test]
fn blocking_works_where_async_code_may_block() {
    let total = || lists().organization().get_organizations().total_blocking().unwrap();
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let thread = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in [&threads, &thread] {
        assert_eq!(runtime.block_on(async { tokio::task::spawn_blocking(total).await.unwrap() }), 25);
        let _entered = runtime.enter();
        assert_eq!(total(), 25);
    }
    assert_eq!(threads.block_on(async { tokio::task::block_in_place(total) }), 25);
    let nested = threads.spawn(async move { (tokio::task::block_in_place(total), blocking::wait(async {})) });
    let (number, after) = threads.block_on(nested).unwrap();
    assert_eq!((number, after), (25, Err(BlockingError::InsideRuntime)));
}

#[test]
fn an_iterator_moved_into_async_code_does_not_panic() {
    let mut items = blocking::iter(lists().organization().get_organizations().items()).unwrap();
    items.next().unwrap().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(async move { items.count() }), 24);
}
