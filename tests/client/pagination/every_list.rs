//! Every paginated list of the definition can be read page by page.

use std::collections::BTreeSet;
use std::fs;
use std::marker::PhantomData;
use std::sync::Arc;

use decthings::Router;
use decthings::api::dataset::GetDatasetsRequest;
use decthings::api::image::GetRepositoriesRequest;
use decthings::api::model::GetModelsRequest;
use decthings::api::organization::GetOrganizationsRequest;
use decthings::api::persistent_launcher::GetPersistentLaunchersRequest;
use decthings::runtime::{BoxFuture, Call, IncomingRequest, Paged, ResponseFrame, Routes, handle};
use decthings_tests::repository;
use serde_json::{Value, json};

use crate::support::in_process;

/// The number of items of each list.
const TOTAL: u32 = 45;

/// A list of equal items.
struct List<R> {
    items: String,
    item: Value,
    of: PhantomData<fn() -> R>,
}

impl<R: Paged> List<R> {
    fn page(&self, request: &R) -> R::Response {
        let (offset, limit) = request.range();
        let (offset, limit) = (offset.unwrap_or(0), limit.unwrap_or(20));
        let count = TOTAL.saturating_sub(offset).min(limit) as usize;
        let mut result = json!({"total": TOTAL, "offset": offset, "limit": limit});
        result[&self.items] = vec![self.item.clone(); count].into();
        serde_json::from_value(result).unwrap()
    }
}

impl<R: Paged> Routes for List<R> {
    fn dispatch<'a>(&'a self, method: &str, request: IncomingRequest) -> Option<BoxFuture<'a, ResponseFrame>> {
        assert_eq!(method, R::METHOD.name);
        Some(handle(request, move |request: R| async move { Ok(self.page(&request)) }))
    }
}

/// Reads a whole list in every way; returns the name of the method.
async fn check<R: Paged>(definition: &Value, request: R) -> String {
    let (service, method) = (R::METHOD.service, R::METHOD.name);
    let items = definition["services"][service]["methods"][method]["paginated"]["items"].as_str().unwrap();
    let list = List::<R> { items: items.to_owned(), item: sample(service, method, items), of: PhantomData };
    let client = in_process(Router::new().route(service, Arc::new(list)));
    let call = || Call::new(&client, request.clone());
    let mut sizes = Vec::new();
    let mut pages = call().pages();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().items.len());
    }
    assert_eq!(sizes, [20, 20, 5], "{service}.{method}");
    let mut count = 0;
    let mut items = call().with(|request| request.at(3, Some(7))).items().prefetch();
    while let Some(item) = items.next().await {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, TOTAL - 3, "{service}.{method}");
    assert_eq!(call().total().await.unwrap(), TOTAL);
    format!("{service}.{method}")
}

/// An item of a recorded response; none was recorded for organizations.
fn sample(service: &str, method: &str, items: &str) -> Value {
    let cases = fs::read_to_string(repository("tests/data/cases/responses.jsonl")).unwrap();
    let cases = cases.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut recorded = cases.filter(|case| case["api"] == service && case["method"] == method);
    let item = recorded.find_map(|case| case["expect"]["value"]["result"][items].get(0).cloned());
    item.unwrap_or_else(|| json!({"id": "o", "name": "n", "createdAt": 0, "members": [], "pendingInvites": []}))
}

#[tokio::test]
async fn every_paginated_list_is_read() {
    let definition = fs::read_to_string(repository("schema/decthings.json")).unwrap();
    let definition: Value = serde_json::from_str(&definition).unwrap();
    let mut with_pages = BTreeSet::new();
    for (service, content) in definition["services"].as_object().unwrap() {
        for (name, method) in content["methods"].as_object().unwrap() {
            let params = &method["params"]["properties"];
            if params.get("offset").is_some() && params.get("limit").is_some() {
                assert!(method.get("paginated").is_some(), "{service}.{name} has pages, but is not `paginated`");
                with_pages.insert(format!("{service}.{name}"));
            }
        }
    }
    let read = BTreeSet::from([
        check(&definition, GetDatasetsRequest::new()).await,
        check(&definition, GetRepositoriesRequest::new()).await,
        check(&definition, GetModelsRequest::new()).await,
        check(&definition, GetOrganizationsRequest::new()).await,
        check(&definition, GetPersistentLaunchersRequest::new()).await,
    ]);
    assert_eq!(read, with_pages);
}
