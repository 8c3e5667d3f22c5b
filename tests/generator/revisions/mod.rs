//! One API in three revisions: each is an edit of the previous one, with the changes that are reported.
//!
//! `cargo xtask fixtures` rewrites what is expected, for a review with `git diff`.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use decthings::Client;
use decthings::runtime::ServiceResult;
use decthings_codegen::cli::rustfmt;
use decthings_codegen::diff::{Class, diff};
use decthings_codegen::ir::Api;
use decthings_codegen::{Options, Source};
use decthings_tests::{difference, read_tree, repository};

// The expected Rust of the revisions, compiled.
#[allow(dead_code, unused_imports, deprecated, missing_docs, clippy::all)]
#[path = "../../data/fixtures/revisions/1/expected/mod.rs"]
mod revision_1;

#[allow(dead_code, unused_imports, deprecated, missing_docs, clippy::all)]
#[path = "../../data/fixtures/revisions/2/expected/mod.rs"]
mod revision_2;

#[allow(dead_code, unused_imports, deprecated, missing_docs, clippy::all)]
#[path = "../../data/fixtures/revisions/3/expected/mod.rs"]
mod revision_3;

/// The program written against the first revision, compiled against this one.
mod on_the_first {
    use super::revision_1 as api;
    include!("program.rs");
}

#[allow(deprecated)]
mod on_the_second {
    use super::revision_2 as api;
    include!("program.rs");
}

fn api(revision: u32) -> Api {
    let path = repository(&format!("tests/data/fixtures/revisions/{revision}/definition.json"));
    let source = Source::new("definition.json", fs::read_to_string(path).unwrap());
    decthings_codegen::load(&source).unwrap_or_else(|report| panic!("{report}"))
}

fn expected(revision: u32) -> BTreeMap<String, String> {
    read_tree(&repository(&format!("tests/data/fixtures/revisions/{revision}/expected")))
}

#[test]
fn revisions_give_the_expected_rust() {
    let options = Options {
        runtime: "decthings::runtime".into(),
        crate_name: "fixture".into(),
        features: false,
        ..Options::default()
    };
    for revision in 1..=3 {
        let fresh =
            rustfmt::format(decthings_codegen::rust(&api(revision), None, &options).unwrap(), &repository("tests"))
                .unwrap();
        assert!(fresh == expected(revision), "revision {revision}: run `cargo xtask fixtures`");
    }
}

#[test]
fn revisions_give_the_expected_changes() {
    for revision in 2..=3 {
        let changes = diff(&api(revision - 1), &api(revision));
        for (name, fresh) in
            [("changes.txt", changes.text()), ("changes.md", changes.markdown()), ("changes.json", changes.json())]
        {
            let path = repository(&format!("tests/data/fixtures/revisions/{revision}/{name}"));
            let committed = fs::read_to_string(path).unwrap_or_default();
            assert!(committed == fresh, "{}", difference(&committed, &fresh, name));
        }
    }
}

#[test]
fn additions_are_compatible_and_removals_are_not() {
    assert_eq!(diff(&api(1), &api(1)).worst(), None);
    assert_eq!(diff(&api(1), &api(2)).worst(), Some(Class::Compatible));
    assert_eq!(diff(&api(2), &api(3)).worst(), Some(Class::Wire));
}

#[test]
fn a_revision_changes_only_the_files_concerned() {
    let (old, new) = (expected(1), expected(2));
    let changed: Vec<&str> =
        new.iter().filter(|(path, text)| old.get(*path) != Some(text)).map(|(path, _)| path.as_str()).collect();
    let files = ["errors.rs", "mod.rs", "shop/buy.rs", "shop/mod.rs", "shop/refund.rs", "shop/service.rs"];
    let types = ["types/delivery.rs", "types/mod.rs", "types/paint.rs", "types/size.rs"];
    assert_eq!(changed, files.into_iter().chain(types).collect::<Vec<_>>());
    assert!(old.keys().all(|path| new.contains_key(path)));
    assert!(new["shop/refund.rs"].contains("Since revision `2`."));
    assert!(new["shop/buy.rs"].contains("#[deprecated(since = \"2\", note = \"use `paint`\")]"));
}

#[tokio::test]
async fn a_client_of_the_first_revision_calls_a_server_of_the_second() {
    use crate::revisions::{revision_1 as old, revision_2 as new};
    struct Shop;
    impl new::shop::ShopService for Shop {
        async fn buy(&self, request: new::shop::BuyRequest) -> ServiceResult<new::shop::BuyRequest> {
            assert_eq!(request.size, Some(new::types::Size::Large));
            match request.thing.as_str() {
                "elephant" => Ok(new::shop::BuyResult::new(9.5, new::types::Size::Huge, "17")),
                _ => Err(new::shop::BuyError::Closed.into()),
            }
        }
    }
    let client = Client::builder().service(new::Router::new().shop(Arc::new(Shop))).build().unwrap();
    let shop = old::Client::from(client).shop();
    let buy = |thing: &str| shop.buy(thing).size(old::types::Size::Large);
    let bought = buy("elephant").await.unwrap();
    assert_eq!((bought.price, bought.size), (9.5, old::types::Size::Unrecognized("huge".into())));
    let error = buy("bread").await.unwrap_err();
    assert_eq!(error.code(), Some("closed"));
}

#[tokio::test]
#[allow(deprecated)]
async fn a_program_written_against_the_first_revision_works_with_the_second() {
    use crate::revisions::revision_2 as new;
    struct Shop;
    impl new::shop::ShopService for Shop {
        async fn buy(&self, request: new::shop::BuyRequest) -> ServiceResult<new::shop::BuyRequest> {
            let address = new::types::Delivery::courier("Main Street 1");
            assert_eq!((request.colour.as_deref(), request.delivery), (Some("brown"), Some(address)));
            Ok(new::shop::BuyResult::new(9.5, new::types::Size::Huge, "17").delivery(new::types::Delivery::drone(3)))
        }
    }
    let (first, second) = (on_the_first::client(), on_the_second::client());
    assert_eq!(on_the_first::explain(&on_the_first::buy(&first).await.unwrap_err()), "sold out");
    assert_eq!(on_the_second::explain(&on_the_second::buy(&second).await.unwrap_err()), "sold out");
    let client = Client::builder().service(new::Router::new().shop(Arc::new(Shop))).build().unwrap();
    let expected_text = "unknown, 9.5, delivery: unknown";
    assert_eq!(on_the_first::buy(&client.clone().into()).await.unwrap(), expected_text);
    assert_eq!(on_the_second::buy(&client.into()).await.unwrap(), expected_text);
}
