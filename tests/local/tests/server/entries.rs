//! Entries of datasets, through a client.

use decthings::types::{
    Dataset, DatasetEntries, DatasetKeyData, ElementType, EntryRange, ParameterDefinition, ResourceFilter, TensorRules,
};
use decthings::{Client, Tensor};

use crate::support::{client, error_code, invalid, within};

pub fn keys() -> [ParameterDefinition; 2] {
    let rules = |shape: &[i64], element| TensorRules::new(shape.to_vec(), [element]);
    [
        ParameterDefinition::new("image", true, rules(&[-1, 2], ElementType::F32)),
        ParameterDefinition::new("class", true, rules(&[], ElementType::U8)),
    ]
}

/// Entry `n` has an image with `n + 1` rows of `n`, and the class `n`.
fn image(n: u8) -> Tensor {
    Tensor::new([usize::from(n) + 1, 2], vec![f32::from(n); 2 * (usize::from(n) + 1)]).unwrap()
}

pub fn data(of: &[u8]) -> Vec<DatasetKeyData> {
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

pub async fn new_dataset(client: &Client, name: &str) -> (String, String) {
    let created = client.dataset().create_dataset(name, "For a test.", keys()).await.unwrap();
    (created.dataset_id, created.dataset_version_id)
}

pub async fn get_dataset(client: &Client, id: &str) -> Dataset {
    client.dataset().get_datasets().filter(ResourceFilter::new().ids([id])).await.unwrap().datasets.pop().unwrap()
}

#[tokio::test]
async fn added_entries_are_returned_unchanged() {
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
        assert_eq!(error_code(dataset.get_entries(&id, EntryRange::new(3, 1)).await), invalid("entries.end"));

        let dataset = get_dataset(&client, &id).await;
        let bytes = (0..4u8).map(|n| image(n).encoded_len() + Tensor::scalar(n).encoded_len()).sum::<usize>();
        assert_eq!((dataset.entries.count, dataset.entries.total_byte_size), (4, bytes as u64));
        assert_eq!((dataset.needs_review_entries.count, dataset.version_id), (0, third));
        assert_eq!(dataset.keys, keys());
    })
    .await;
}

#[tokio::test]
async fn entries_that_break_the_rules_are_rejected() {
    within(async {
        let client = client();
        let (id, version) = new_dataset(&client, "digits").await;
        // The keys travel in the order of their names: class, image.
        let add = async |images: Vec<Tensor>, classes: Vec<Tensor>| {
            let keys = [DatasetKeyData::new("class", classes), DatasetKeyData::new("image", images)];
            error_code(client.dataset().add_entries(&id, keys).await)
        };
        let good = || Tensor::scalar(1u8);
        assert_eq!(add(vec![image(0), Tensor::from([1.0f32])], vec![good(), good()]).await, invalid("keys[1].data[1]"));
        assert_eq!(add(vec![Tensor::from([[1.0f32; 3]; 2])], vec![good()]).await, invalid("keys[1].data[0]"));
        assert_eq!(add(vec![image(0)], vec![Tensor::scalar(1u16)]).await, invalid("keys[0].data[0]"));
        let only = [DatasetKeyData::new("class", [good()])];
        assert_eq!(error_code(client.dataset().add_entries(&id, only).await), invalid("keys"));
        let other = [DatasetKeyData::new("colour", [good()])];
        assert_eq!(error_code(client.dataset().add_entries(&id, other).await), invalid("keys[0].key"));

        let dataset = get_dataset(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.version_id), (0, version));
    })
    .await;
}

#[tokio::test]
async fn outdated_version_is_rejected() {
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
        let rejected = [
            error_code(dataset.add_entries_to_needs_review(&id, data(&[2])).dataset_version_id(&old).await),
            error_code(dataset.finalize_needs_review_entries(&id, [0], data(&[2])).dataset_version_id(&old).await),
            error_code(dataset.get_entries(&id, range.clone()).dataset_version_id(&old).await),
            error_code(dataset.get_needs_review_entries(&id, range.clone()).dataset_version_id(&old).await),
            error_code(dataset.remove_entries(&id, [0]).dataset_version_id(&old).await),
            error_code(dataset.remove_needs_review_entries(&id, [0]).dataset_version_id(&old).await),
        ];
        assert!(rejected.iter().all(|code| code == "incorrect_version_id"), "{rejected:?}");

        let got = dataset.get_entries(&id, range).dataset_version_id(&current).await.unwrap();
        assert_eq!(classes(&got), [(0, 1)]);
        assert_eq!(get_dataset(&client, &id).await.version_id, current, "nothing was done");
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
        assert_eq!(error_code(finalize(&[3], &[1]).await), "index_out_of_range");
        assert_eq!(error_code(finalize(&[0, 0], &[1, 1]).await), invalid("indexes[1]"));
        assert_eq!(error_code(finalize(&[0, 1], &[1]).await), invalid("keys"));

        let size = |n: u8| (image(n).encoded_len() + Tensor::scalar(n).encoded_len()) as u64;
        let done = finalize(&[2, 0], &[8, 9]).await.unwrap();
        assert_eq!(done.removed_bytes_from_needs_review, size(5) + size(7));
        let left = dataset.get_needs_review_entries(&id, EntryRange::new(0, 9)).await.unwrap();
        assert_eq!(classes(&left), [(0, 6)]);
        assert_eq!(classes(&dataset.get_entries(&id, EntryRange::new(0, 9)).await.unwrap()), [(0, 8), (1, 9)]);

        assert_eq!(error_code(dataset.remove_needs_review_entries(&id, [1]).await), "index_out_of_range");
        let removed = dataset.remove_needs_review_entries(&id, [0]).await.unwrap();
        assert_eq!(removed.removed_bytes, size(6));
        let dataset = get_dataset(&client, &id).await;
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
        assert_eq!(error_code(dataset.remove_entries(&id, [0, 4]).await), "index_out_of_range");
        assert_eq!(error_code(dataset.remove_entries(&id, [0, 0]).await), invalid("entries[1]"));

        let size = |n: u8| (image(n).encoded_len() + Tensor::scalar(n).encoded_len()) as u64;
        let first = dataset.remove_entries(&id, [3, 1]).await.unwrap();
        assert_eq!((first.removed_bytes, first.new_waiting_to_remove_amount), (size(1) + size(3), 2));
        let second = dataset.remove_entries(&id, [0]).await.unwrap();
        assert_eq!((second.removed_bytes, second.new_waiting_to_remove_amount), (size(0), 3));
        assert_eq!(second.new_waiting_to_remove_bytes, size(0) + size(1) + size(3));
        assert_eq!(classes(&dataset.get_entries(&id, EntryRange::new(0, 9)).await.unwrap()), [(0, 2)]);
        let dataset = get_dataset(&client, &id).await;
        assert_eq!((dataset.entries.count, dataset.entries.total_byte_size), (1, size(2)));
        assert_eq!(dataset.entries_waiting_to_be_deleted.count, 3);
    })
    .await;
}
