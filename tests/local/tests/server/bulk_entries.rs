//! Many entries of a dataset, in several calls.

use decthings::bulk::GetInParts;
use decthings::types::{DatasetKeyData, ElementType, EntryRange, ParameterDefinition, TensorRules};
use decthings::{Client, Tensor};

use crate::support::{client, within};

const ENTRIES: u32 = 1000;

async fn new_dataset(client: &Client) -> String {
    let rules = || TensorRules::new(vec![], [ElementType::U32]);
    let keys = ["x", "y"].map(|key| ParameterDefinition::new(key, true, rules()));
    client.dataset().create_dataset("numbers", "For a test.", keys).await.unwrap().dataset_id
}

fn keys() -> [DatasetKeyData; 2] {
    [("x", 0), ("y", 5000)]
        .map(|(key, first)| DatasetKeyData::new(key, (first..first + ENTRIES).map(Tensor::scalar::<u32>)))
}

async fn read(mut entries: GetInParts) -> Vec<(u32, u32)> {
    let mut read = Vec::new();
    while let Some(entry) = entries.next().await {
        let entry = entry.unwrap();
        let x: u32 = entry.tensors["x"].item().unwrap();
        assert_eq!(entry.tensors["y"].item::<u32>().unwrap(), x + 5000);
        read.push((entry.index, x));
    }
    read
}

#[tokio::test]
async fn entries_are_added_in_order_and_read_back() {
    within(async {
        let client = client();
        let id = new_dataset(&client).await;
        let dataset = client.dataset();
        let added = dataset.add_entries(&id, keys()).in_parts().await.unwrap();
        assert_eq!((added.entries, added.calls), (1000, 8));
        // The range ends beyond the last entry.
        let all = read(dataset.get_entries(&id, EntryRange::new(0, ENTRIES + 500)).in_parts()).await;
        assert_eq!(all, (0..ENTRIES).map(|n| (n, n)).collect::<Vec<_>>());
        // The parts are so small that each entry is fetched separately.
        let few = dataset.get_entries(&id, vec![3, 990, 7]).in_parts().part_bytes(1);
        let mut few = read(few).await;
        few.sort_unstable();
        assert_eq!(few, [(3, 3), (7, 7), (990, 990)]);
    })
    .await;
}

#[tokio::test]
async fn concurrent_calls_add_each_entry_once() {
    within(async {
        let client = client();
        let id = new_dataset(&client).await;
        let dataset = client.dataset();
        let added = dataset.add_entries(&id, keys()).in_parts().concurrency(4).part_bytes(200).await.unwrap();
        assert!(added.entries == 1000 && added.calls > 8, "{added:?}");
        let all = read(dataset.get_entries(&id, EntryRange::new(0, ENTRIES)).in_parts()).await;
        let mut numbers: Vec<_> = all.into_iter().map(|(_, x)| x).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..ENTRIES).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn changed_version_ends_the_stream_with_an_error() {
    within(async {
        let client = client();
        let id = new_dataset(&client).await;
        let dataset = client.dataset();
        let version = dataset.add_entries(&id, keys()).in_parts().await.unwrap().new_dataset_version_id;
        let range = EntryRange::new(0, ENTRIES);
        let mut entries = dataset.get_entries(&id, range).dataset_version_id(version).in_parts();
        entries.next().await.unwrap().unwrap();
        let more = [("x", 1u32), ("y", 5001)].map(|(key, value)| DatasetKeyData::new(key, [Tensor::scalar(value)]));
        dataset.add_entries(&id, more).await.unwrap();
        let mut fetched = 1;
        let error = loop {
            match entries.next().await.unwrap() {
                Ok(_) => fetched += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((error.code(), entries.next().await.is_none()), (Some("incorrect_version_id"), true));
        assert!(fetched < ENTRIES, "{fetched}");
    })
    .await;
}
