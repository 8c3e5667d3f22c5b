//! Datasets, through a client.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::panic)]

mod support;

use decthings::types::{
    Dataset, DatasetEntries, DatasetKeyData, ElementType, EntryRange, ParameterDefinition, ResourceFilter,
    SortDirection, Tag, TensorRules,
};
use decthings::{Client, Tensor};
use decthings_local::{Limits, LocalConfig};
use support::{client, fresh, refusal, within};

fn keys() -> [ParameterDefinition; 2] {
    let rules = |shape: &[i64], element| TensorRules::new(shape.to_vec(), [element], [""; 0]);
    [
        ParameterDefinition::new("image", true, rules(&[-1, 2], ElementType::F32)),
        ParameterDefinition::new("class", true, rules(&[], ElementType::U8)),
    ]
}

/// Entry `n` has an image with `n + 1` rows of `n`, and the class `n`.
fn image(n: u8) -> Tensor {
    Tensor::new([usize::from(n) + 1, 2], vec![f32::from(n); 2 * (usize::from(n) + 1)]).unwrap()
}

fn data(of: &[u8]) -> Vec<DatasetKeyData> {
    let images = DatasetKeyData::new("image", of.iter().map(|&n| image(n)));
    vec![images, DatasetKeyData::new("class", of.iter().map(|&n| Tensor::scalar(n)))]
}

/// The indexes and the classes of entries, whose images are checked.
fn classes(entries: &DatasetEntries) -> Vec<(u32, u8)> {
    let (images, classes) = (&entries.keys[0], &entries.keys[1]);
    assert_eq!((images.name.as_str(), classes.name.as_str()), ("image", "class"));
    let pairs = images.data.iter().zip(&classes.data);
    let check = |(a, b): (&decthings::types::DatasetKeyEntry, &decthings::types::DatasetKeyEntry)| {
        let class = b.data.item::<u8>().unwrap();
        assert_eq!((a.index, &a.data), (b.index, &image(class)));
        (a.index, class)
    };
    pairs.map(check).collect()
}

async fn new_dataset(client: &Client, name: &str) -> (String, String) {
    let created = client.dataset().create_dataset(name, "For a test.", keys()).await.unwrap();
    (created.dataset_id, created.dataset_version_id)
}

async fn look(client: &Client, id: &str) -> Dataset {
    client.dataset().get_datasets().filter(ResourceFilter::new().ids([id])).await.unwrap().datasets.pop().unwrap()
}

#[tokio::test]
async fn entries_come_back_as_they_were_added() {
    within(async {
        let client = client();
        let (id, first) = new_dataset(&client, "digits").await;
        let dataset = client.dataset();
        let second = dataset.add_entries(&id, data(&[0, 1, 2])).await.unwrap().new_dataset_version_id;
        let third = dataset.add_entries(&id, data(&[3])).await.unwrap().new_dataset_version_id;
        assert!(first != second && second != third && first != third);

        let all = dataset.get_entries(&id, EntryRange::new(0, 100)).await.unwrap();
        assert_eq!(classes(&all), [(0, 0), (1, 1), (2, 2), (3, 3)]);
        let end_is_exclusive = dataset.get_entries(&id, EntryRange::new(1, 3)).await.unwrap();
        assert_eq!(classes(&end_is_exclusive), [(1, 1), (2, 2)]);
        let single = dataset.get_entries(&id, vec![3, 9, 0, 3]).await.unwrap();
        assert_eq!(classes(&single), [(3, 3), (0, 0)]);
        let none = dataset.get_entries(&id, vec![4]).await.unwrap();
        assert_eq!(classes(&none), []);
        assert_eq!(refusal(dataset.get_entries(&id, EntryRange::new(3, 1)).await), "invalid_parameter entries.end");

        let dataset = look(&client, &id).await;
        let bytes = (0..4u8).map(|n| image(n).encoded_len() + Tensor::scalar(n).encoded_len()).sum::<usize>();
        assert_eq!((dataset.entries.count, dataset.entries.total_byte_size), (4, bytes as u64));
        assert_eq!((dataset.needs_review_entries.count, dataset.version_id), (0, third));
        assert_eq!(dataset.keys, keys());
    })
    .await;
}

#[tokio::test]
async fn entries_are_checked_against_the_rules() {
    within(async {
        let client = client();
        let (id, version) = new_dataset(&client, "digits").await;
        // The keys travel in the order of their names: class, image.
        let add = async |images: Vec<Tensor>, classes: Vec<Tensor>| {
            let keys = [DatasetKeyData::new("class", classes), DatasetKeyData::new("image", images)];
            refusal(client.dataset().add_entries(&id, keys).await)
        };
        let good = || Tensor::scalar(1u8);
        assert_eq!(add(vec![image(0), Tensor::from([1.0f32])], vec![good(), good()]).await, at("keys[1].data[1]"));
        assert_eq!(add(vec![Tensor::from([[1.0f32; 3]; 2])], vec![good()]).await, at("keys[1].data[0]"));
        assert_eq!(add(vec![image(0)], vec![Tensor::scalar(1u16)]).await, at("keys[0].data[0]"));
        let only = [DatasetKeyData::new("class", [good()])];
        assert_eq!(refusal(client.dataset().add_entries(&id, only).await), at("keys"));
        let other = [DatasetKeyData::new("colour", [good()])];
        assert_eq!(refusal(client.dataset().add_entries(&id, other).await), at("keys[0].key"));

        let dataset = look(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.version_id), (0, version));
    })
    .await;
}

fn at(path: &str) -> String {
    format!("invalid_parameter {path}")
}

#[tokio::test]
async fn an_old_version_is_refused() {
    within(async {
        let client = client();
        let (id, old) = new_dataset(&client, "digits").await;
        let dataset = client.dataset();
        let current = dataset.add_entries(&id, data(&[1])).dataset_version_id(&old).await.unwrap();
        let current = current.new_dataset_version_id;

        let error = dataset.add_entries(&id, data(&[2])).dataset_version_id(&old).await.unwrap_err().into_raw();
        assert_eq!(error.code(), Some("incorrect_version_id"));
        assert_eq!(error.api().unwrap().fields()["datasetVersionId"], current.as_str());
        let range = EntryRange::new(0, 9);
        let refused = [
            refusal(dataset.add_entries_to_needs_review(&id, data(&[2])).dataset_version_id(&old).await),
            refusal(dataset.finalize_needs_review_entries(&id, [0], data(&[2])).dataset_version_id(&old).await),
            refusal(dataset.get_entries(&id, range.clone()).dataset_version_id(&old).await),
            refusal(dataset.get_needs_review_entries(&id, range.clone()).dataset_version_id(&old).await),
            refusal(dataset.remove_entries(&id, [0]).dataset_version_id(&old).await),
            refusal(dataset.remove_needs_review_entries(&id, [0]).dataset_version_id(&old).await),
        ];
        assert!(refused.iter().all(|code| code == "incorrect_version_id"), "{refused:?}");

        let got = dataset.get_entries(&id, range).dataset_version_id(&current).await.unwrap();
        assert_eq!(classes(&got), [(0, 1)]);
        assert_eq!(look(&client, &id).await.version_id, current, "nothing was done");
    })
    .await;
}

#[tokio::test]
async fn entries_are_reviewed() {
    within(async {
        let client = client();
        let (id, _) = new_dataset(&client, "digits").await;
        let dataset = client.dataset();
        dataset.add_entries_to_needs_review(&id, data(&[5, 6, 7])).await.unwrap();
        let waiting = dataset.get_needs_review_entries(&id, EntryRange::new(0, 9)).await.unwrap();
        assert_eq!(classes(&waiting), [(0, 5), (1, 6), (2, 7)]);

        let finalize = async |indexes: &[u32], of: &[u8]| {
            dataset.finalize_needs_review_entries(&id, indexes.to_vec(), data(of)).await
        };
        assert_eq!(refusal(finalize(&[3], &[1]).await), "index_out_of_range");
        assert_eq!(refusal(finalize(&[0, 0], &[1, 1]).await), at("indexes[1]"));
        assert_eq!(refusal(finalize(&[0, 1], &[1]).await), at("keys"));

        let size = |n: u8| (image(n).encoded_len() + Tensor::scalar(n).encoded_len()) as u64;
        let done = finalize(&[2, 0], &[8, 9]).await.unwrap();
        assert_eq!(done.removed_bytes_from_needs_review, size(5) + size(7));
        let left = dataset.get_needs_review_entries(&id, EntryRange::new(0, 9)).await.unwrap();
        assert_eq!(classes(&left), [(0, 6)]);
        assert_eq!(classes(&dataset.get_entries(&id, EntryRange::new(0, 9)).await.unwrap()), [(0, 8), (1, 9)]);

        assert_eq!(refusal(dataset.remove_needs_review_entries(&id, [1]).await), "index_out_of_range");
        let removed = dataset.remove_needs_review_entries(&id, [0]).await.unwrap();
        assert_eq!(removed.removed_bytes, size(6));
        let dataset = look(&client, &id).await;
        assert_eq!(dataset.needs_review_entries, decthings::types::EntryTotals::new(0, 0));
        assert_eq!(dataset.version_id, removed.new_dataset_version_id);
    })
    .await;
}

#[tokio::test]
async fn removed_entries_wait_to_be_deleted() {
    within(async {
        let client = client();
        let (id, _) = new_dataset(&client, "digits").await;
        let dataset = client.dataset();
        dataset.add_entries(&id, data(&[0, 1, 2, 3])).await.unwrap();
        assert_eq!(refusal(dataset.remove_entries(&id, [0, 4]).await), "index_out_of_range");
        assert_eq!(refusal(dataset.remove_entries(&id, [0, 0]).await), at("entries[1]"));

        let size = |n: u8| (image(n).encoded_len() + Tensor::scalar(n).encoded_len()) as u64;
        let first = dataset.remove_entries(&id, [3, 1]).await.unwrap();
        assert_eq!((first.removed_bytes, first.new_waiting_to_remove_amount), (size(1) + size(3), 2));
        let second = dataset.remove_entries(&id, [0]).await.unwrap();
        assert_eq!((second.removed_bytes, second.new_waiting_to_remove_amount), (size(0), 3));
        assert_eq!(second.new_waiting_to_remove_bytes, size(0) + size(1) + size(3));
        assert_eq!(classes(&dataset.get_entries(&id, EntryRange::new(0, 9)).await.unwrap()), [(0, 2)]);
        let dataset = look(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.entries.total_byte_size), (1, size(2)));
        assert_eq!(dataset.entries_waiting_to_be_deleted.count, 3);
    })
    .await;
}

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

        assert_eq!(refusal(list().sort("size").await), at("sort"));
        assert_eq!(refusal(list().limit(0).await), at("limit"));
        assert_eq!(refusal(list().sort_direction("up".to_owned().into()).await), at("sortDirection"));
    })
    .await;
}

#[tokio::test]
async fn names_are_unique_and_sane() {
    within(async {
        let client = client();
        let (id, version) = new_dataset(&client, "one").await;
        let (other, _) = new_dataset(&client, "two").await;
        let create = async |name: &str, keys: Vec<ParameterDefinition>| {
            refusal(client.dataset().create_dataset(name, "", keys).await)
        };
        assert_eq!(create("one", keys().to_vec()).await, "name_already_used");
        assert_eq!(create(" ", keys().to_vec()).await, at("name"));
        assert_eq!(create(&"x".repeat(201), keys().to_vec()).await, at("name"));
        assert_eq!(create("three", Vec::new()).await, at("keys"));
        let key = |name: &str, shape: &[i64], types: Vec<ElementType>| {
            ParameterDefinition::new(name, true, TensorRules::new(shape.to_vec(), types, [""; 0]))
        };
        let f32s = || vec![ElementType::F32];
        assert_eq!(create("three", vec![key("a", &[], f32s()), key("a", &[], f32s())]).await, at("keys[1].name"));
        assert_eq!(create("three", vec![key("a", &[1, -2], f32s())]).await, at("keys[0].rules.shape[1]"));
        assert_eq!(create("three", vec![key("a", &[], Vec::new())]).await, at("keys[0].rules.allowedTypes"));
        let unknown = vec![ElementType::F32, "f16".to_owned().into()];
        assert_eq!(create("three", vec![key("a", &[], unknown)]).await, at("keys[0].rules.allowedTypes[1]"));

        let changes = || decthings::api::dataset::DatasetChanges::new();
        let update = async |changes| client.dataset().update_dataset(&id, changes).await;
        assert_eq!(refusal(update(changes().name("two")).await), "name_already_used");
        assert_eq!(refusal(update(changes().tags([Tag::new("", "x")])).await), at("properties.tags[0].tag"));
        update(changes().name("one").description("Now described.")).await.unwrap();
        let dataset = look(&client, &id).await;
        assert_eq!((dataset.description.as_str(), dataset.version_id), ("Now described.", version));

        client.dataset().delete_dataset(&other).await.unwrap();
        update(changes().name("two")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_dataset_that_is_gone_is_not_found() {
    within(async {
        let client = client();
        let (id, _) = new_dataset(&client, "gone").await;
        let dataset = client.dataset();
        dataset.delete_dataset(&id).await.unwrap();
        let range = EntryRange::new(0, 1);
        let refused = [
            refusal(dataset.delete_dataset(&id).await),
            refusal(dataset.update_dataset(&id, decthings::api::dataset::DatasetChanges::new()).await),
            refusal(dataset.add_entries(&id, data(&[1])).await),
            refusal(dataset.add_entries_to_needs_review(&id, data(&[1])).await),
            refusal(dataset.finalize_needs_review_entries(&id, [0], data(&[1])).await),
            refusal(dataset.get_entries(&id, range.clone()).await),
            refusal(dataset.get_needs_review_entries(&id, range).await),
            refusal(dataset.remove_entries(&id, [0]).await),
            refusal(dataset.remove_needs_review_entries(&id, [0]).await),
        ];
        assert!(refused.iter().all(|code| code == "dataset_not_found"), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn limits_hold() {
    within(async {
        let mut limits = Limits::default();
        (limits.datasets, limits.entries, limits.stored_bytes) = (1, 3, 1_200);
        let (_local, client) = fresh(LocalConfig::new().limits(limits));
        let (id, _) = new_dataset(&client, "full").await;
        let dataset = client.dataset();
        assert_eq!(refusal(dataset.create_dataset("more", "", keys()).await), "quota_exceeded");
        dataset.add_entries(&id, data(&[0, 0])).await.unwrap();
        assert_eq!(refusal(dataset.add_entries(&id, data(&[0, 0])).await), "limit_exceeded");
        assert_eq!(refusal(dataset.add_entries(&id, data(&[200])).await), "quota_exceeded");
        dataset.add_entries_to_needs_review(&id, data(&[0, 0])).await.unwrap();
        let too_many = dataset.finalize_needs_review_entries(&id, [0, 1], data(&[0, 0])).await;
        assert_eq!(refusal(too_many), "quota_exceeded");
        let dataset = look(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.needs_review_entries.count), (2, 2));
    })
    .await;
}
