//! Pagination, also of servers that choose their own pages.

mod every_list;

use std::sync::{Arc, Mutex};

use decthings::api::organization::{GetOrganizationsRequest, GetOrganizationsResult, OrganizationService};
use decthings::api::types::Organization;
use decthings::runtime::{ServiceError, ServiceResult};
use decthings::{ApiError, Client, Error, Router};
use futures_util::StreamExt as _;

use crate::support::{in_process, upto};

type PageScript = Box<dyn Fn(u32, u32) -> Option<(u32, Vec<u32>, u32)> + Send + Sync>;

/// A scripted list: each page is an offset, items and a total, or `None` for an error.
struct Lists {
    script: PageScript,
    requests: Mutex<Vec<(u32, Option<u32>)>>,
}

impl OrganizationService for Lists {
    async fn get_organizations(&self, request: GetOrganizationsRequest) -> ServiceResult<GetOrganizationsRequest> {
        let (offset, limit) = (request.offset.unwrap_or(0), request.limit.unwrap_or(20));
        self.requests.lock().unwrap().push((offset, request.limit));
        let Some((offset, items, total)) = (self.script)(offset, limit) else {
            return Err(ServiceError::Other(ApiError::new("unknown")));
        };
        let items = items.into_iter().map(|id| Organization::new(id.to_string(), "name", 0, [], []));
        Ok(GetOrganizationsResult::new(items, total, offset, limit))
    }
}

fn lists(script: impl Fn(u32, u32) -> Option<(u32, Vec<u32>, u32)> + Send + Sync + 'static) -> (Client, Arc<Lists>) {
    let lists = Arc::new(Lists { script: Box::new(script), requests: Mutex::default() });
    (in_process(Router::new().organization(lists.clone())), lists)
}

/// The items, and the error at the end if there is one.
async fn read(client: &Client) -> (Vec<u32>, Option<String>) {
    let mut items = client.organization().get_organizations().limit(10).items();
    let mut ids = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => ids.push(item.id.parse().unwrap()),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error ends the stream");
                return (ids, Some(error.to_string()));
            }
        }
    }
    assert!(items.next().await.is_none());
    (ids, None)
}

#[tokio::test]
async fn pages_of_any_length_are_read() {
    for length in [1, 3, 10, 17, 100] {
        let (client, lists) = lists(move |offset, _| Some((offset, (offset..25.min(offset + length)).collect(), 25)));
        assert_eq!(read(&client).await, (upto(25), None));
        assert!(lists.requests.lock().unwrap().iter().all(|(_, limit)| *limit == Some(10)));
    }
}

#[tokio::test]
async fn a_total_may_change() {
    let (client, _) = lists(|offset, limit| {
        let total = if offset == 0 { 12 } else { 27 };
        Some((offset, (offset..total.min(offset + limit)).collect(), total))
    });
    let (ids, error) = read(&client).await;
    assert_eq!((ids, error), (upto(27), None));
    // A total that is too high: the list ends with an empty page.
    let (client, lists) =
        lists(|offset, limit| Some((offset, (offset..15.min(offset + limit).max(offset)).collect(), u32::MAX)));
    assert_eq!(read(&client).await, (upto(15), None));
    assert_eq!(lists.requests.lock().unwrap().len(), 3);
    let (client, _) = self::lists(|offset, limit| match offset {
        0 => Some((0, (0..limit).collect(), 30)),
        _ => Some((offset, Vec::new(), 5)),
    });
    assert_eq!(read(&client).await, (upto(10), None));
}

#[tokio::test]
async fn unexpected_offsets_repeat_and_skip_nothing() {
    // Pages that start three items before the requested offset.
    let (client, _) = lists(|offset, limit| {
        let begins = offset.saturating_sub(3);
        Some((begins, (begins..25.min(begins + limit)).collect(), 25))
    });
    assert_eq!(read(&client).await, (upto(25), None));
    // The same page every time.
    let (client, lists) = lists(|_, limit| Some((0, (0..limit).collect(), 25)));
    let (ids, error) = read(&client).await;
    assert_eq!(ids, upto(10));
    assert!(error.unwrap().contains("result.offset"));
    assert_eq!(lists.requests.lock().unwrap().len(), 2);
    // A gap.
    let (client, _) = self::lists(|offset, _| Some((offset * 2, vec![offset * 2; 5], 25)));
    let (ids, error) = read(&client).await;
    assert_eq!(ids.len(), 5);
    assert!(error.unwrap().contains("5 items from 10 on"), "the items between are not left out silently");
}

#[tokio::test]
async fn endless_lists_are_read_lazily() {
    let (client, lists) = lists(|offset, limit| Some((offset, (offset..offset + limit).collect(), u32::MAX)));
    let call = client.organization().get_organizations().offset(5).limit(10);
    let mut items = call.clone().items();
    assert!(lists.requests.lock().unwrap().is_empty(), "nothing is requested before the first item");
    for wanted in 5..16 {
        assert_eq!(items.next().await.unwrap().unwrap().id, wanted.to_string());
    }
    assert_eq!(*lists.requests.lock().unwrap(), [(5, Some(10)), (15, Some(10))]);
    let pages = call.pages().take(3).collect::<Vec<_>>().await;
    assert_eq!(pages.iter().map(|page| page.as_ref().unwrap().offset).collect::<Vec<_>>(), [5, 15, 25]);
}

#[tokio::test(start_paused = true)]
async fn one_page_is_fetched_ahead() {
    let (client, lists) = lists(|offset, limit| Some((offset, (offset..offset + limit).collect(), 1000)));
    let requests = || lists.requests.lock().unwrap().len();
    let mut pages = client.organization().get_organizations().limit(10).pages().prefetch();
    assert_eq!(requests(), 0);
    for number in 1..4 {
        pages.next().await.unwrap().unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(requests(), number + 1, "the next page, and no more");
    }
}

#[tokio::test]
async fn errors_end_the_list() {
    let (client, _) = lists(|offset, limit| (offset < 20).then(|| (offset, (offset..offset + limit).collect(), 100)));
    let (ids, error) = read(&client).await;
    assert_eq!(ids, upto(20));
    assert!(error.unwrap().contains("Organization.getOrganizations"));
    let error = client.organization().get_organizations().offset(20).total().await.unwrap_err();
    assert!(matches!(error, Error::Api { .. }));
}
