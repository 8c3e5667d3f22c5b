//! Datasets, through a client.

use decthings::types::{
    Dataset, ElementType, EntryRange, ParameterDefinition, ResourceFilter, SortDirection, Tag, TensorRules,
};
use decthings_local::{Limits, LocalConfig};

use crate::entries::{data, get_dataset, keys, new_dataset};
use crate::support::{client, error_code, fresh, invalid, within};

#[tokio::test]
async fn datasets_are_listed_in_pages() {
    within(async {
        let client = client();
        for name in ["b1", "a2", "c3", "A4"] {
            new_dataset(&client, name).await;
        }
        let (id, _) = new_dataset(&client, "tagged").await;
        let tag = || Tag::new("task", "ocr");
        let changes = decthings::api::dataset::DatasetChanges::new().tags([tag()]).public_access(true);
        client.dataset().update_dataset(&id, changes).await.unwrap();

        let list = || client.dataset().get_datasets();
        let names = |list: &[Dataset]| list.iter().map(|dataset| dataset.name.clone()).collect::<Vec<_>>();
        let all = list().await.unwrap();
        assert_eq!((all.total, all.offset, all.limit), (5, 0, 20));
        assert_eq!(names(&all.datasets), ["b1", "a2", "c3", "A4", "tagged"]);
        let page = list().sort("name").sort_direction(SortDirection::Desc).offset(1).limit(2).await.unwrap();
        assert_eq!((names(&page.datasets), page.total), (vec!["c3".to_owned(), "b1".to_owned()], 5));
        assert_eq!(list().limit(1000).await.unwrap().limit, 100);
        assert!(list().offset(9).await.unwrap().datasets.is_empty());

        let filtered = async |filter| names(&list().filter(filter).await.unwrap().datasets);
        assert_eq!(filtered(ResourceFilter::new().search_name("A")).await, ["a2", "A4", "tagged"]);
        assert_eq!(filtered(ResourceFilter::new().names(["c3", "no"])).await, ["c3"]);
        assert_eq!(filtered(ResourceFilter::new().ids([&id])).await, ["tagged"]);
        assert_eq!(filtered(ResourceFilter::new().tags([tag()])).await, ["tagged"]);
        assert_eq!(filtered(ResourceFilter::new().tags([Tag::new("task", "other")])).await, [""; 0]);
        assert_eq!(filtered(ResourceFilter::new().owners(["local"])).await.len(), 5);
        assert_eq!(filtered(ResourceFilter::new().owners(["me"])).await, [""; 0]);

        assert_eq!(error_code(list().sort("size").await), invalid("sort"));
        assert_eq!(error_code(list().limit(0).await), invalid("limit"));
        assert_eq!(error_code(list().sort_direction("up".to_owned().into()).await), invalid("sortDirection"));
    })
    .await;
}

#[tokio::test]
async fn invalid_names_and_keys_are_rejected() {
    within(async {
        let client = client();
        let (id, version) = new_dataset(&client, "one").await;
        let (other, _) = new_dataset(&client, "two").await;
        let create = async |name: &str, keys: Vec<ParameterDefinition>| {
            error_code(client.dataset().create_dataset(name, "", keys).await)
        };
        assert_eq!(create("one", keys().to_vec()).await, "name_already_used");
        assert_eq!(create(" ", keys().to_vec()).await, invalid("name"));
        assert_eq!(create(&"x".repeat(201), keys().to_vec()).await, invalid("name"));
        assert_eq!(create("three", Vec::new()).await, invalid("keys"));
        let key = |name: &str, shape: &[i64], types: Vec<ElementType>| {
            ParameterDefinition::new(name, true, TensorRules::new(shape.to_vec(), types))
        };
        let f32s = || vec![ElementType::F32];
        assert_eq!(create("three", vec![key("a", &[], f32s()), key("a", &[], f32s())]).await, invalid("keys[1].name"));
        assert_eq!(create("three", vec![key("a", &[1, -2], f32s())]).await, invalid("keys[0].rules.shape[1]"));
        assert_eq!(create("three", vec![key("a", &[], Vec::new())]).await, invalid("keys[0].rules.allowedTypes"));
        let unknown = vec![ElementType::F32, "f16".to_owned().into()];
        assert_eq!(create("three", vec![key("a", &[], unknown)]).await, invalid("keys[0].rules.allowedTypes[1]"));

        let changes = || decthings::api::dataset::DatasetChanges::new();
        let update = async |changes| client.dataset().update_dataset(&id, changes).await;
        assert_eq!(error_code(update(changes().name("two")).await), "name_already_used");
        assert_eq!(error_code(update(changes().tags([Tag::new("", "x")])).await), invalid("properties.tags[0].tag"));
        update(changes().name("one").description("Now described.")).await.unwrap();
        let dataset = get_dataset(&client, &id).await;
        assert_eq!((dataset.description.as_str(), dataset.version_id), ("Now described.", version));

        client.dataset().delete_dataset(&other).await.unwrap();
        update(changes().name("two")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn deleted_dataset_is_not_found() {
    within(async {
        let client = client();
        let (id, _) = new_dataset(&client, "gone").await;
        let dataset = client.dataset();
        dataset.delete_dataset(&id).await.unwrap();
        let range = EntryRange::new(0, 1);
        let rejected = [
            error_code(dataset.delete_dataset(&id).await),
            error_code(dataset.update_dataset(&id, decthings::api::dataset::DatasetChanges::new()).await),
            error_code(dataset.add_entries(&id, data(&[1])).await),
            error_code(dataset.add_entries_to_needs_review(&id, data(&[1])).await),
            error_code(dataset.finalize_needs_review_entries(&id, [0], data(&[1])).await),
            error_code(dataset.get_entries(&id, range.clone()).await),
            error_code(dataset.get_needs_review_entries(&id, range).await),
            error_code(dataset.remove_entries(&id, [0]).await),
            error_code(dataset.remove_needs_review_entries(&id, [0]).await),
        ];
        assert!(rejected.iter().all(|code| code == "dataset_not_found"), "{rejected:?}");
    })
    .await;
}

#[tokio::test]
async fn limits_are_enforced() {
    within(async {
        let mut limits = Limits::default();
        (limits.datasets, limits.entries, limits.stored_bytes) = (1, 3, 1_200);
        let (_local, client) = fresh(LocalConfig::new().limits(limits));
        let (id, _) = new_dataset(&client, "full").await;
        let dataset = client.dataset();
        assert_eq!(error_code(dataset.create_dataset("more", "", keys()).await), "quota_exceeded");
        dataset.add_entries(&id, data(&[0, 0])).await.unwrap();
        assert_eq!(error_code(dataset.add_entries(&id, data(&[0, 0])).await), "limit_exceeded");
        assert_eq!(error_code(dataset.add_entries(&id, data(&[200])).await), "quota_exceeded");
        dataset.add_entries_to_needs_review(&id, data(&[0, 0])).await.unwrap();
        let too_many = dataset.finalize_needs_review_entries(&id, [0, 1], data(&[0, 0])).await;
        assert_eq!(error_code(too_many), "quota_exceeded");
        let dataset = get_dataset(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.needs_review_entries.count), (2, 2));
    })
    .await;
}
