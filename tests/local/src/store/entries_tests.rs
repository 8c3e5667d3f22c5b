//! Entries against a plain list, in memory and in a folder.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use bytes::Bytes;
use decthings::Tensor;
use decthings::types::{DatasetKeyData, ElementType, ParameterDefinition, TensorRules};

use super::columns::Column;
use super::entries::Entries;
use super::new_entries::NewEntries;
use crate::presets::source::DataSource;
use crate::storage::Storage;
use crate::storage::batch::Batch;

fn keys() -> [ParameterDefinition; 1] {
    [ParameterDefinition::new("x", true, TensorRules::new(Vec::<i64>::new(), [ElementType::U32]))]
}

fn append(storage: &Storage, entries: &mut Entries, numbers: &[u32]) {
    let mut batch = Batch::default();
    let data = DatasetKeyData::new("x", numbers.iter().map(|number| Tensor::scalar(*number)));
    entries.append(&mut batch, NewEntries::read(&keys(), vec![data]).unwrap()).unwrap();
    storage.commit(&batch).unwrap();
}

fn remove(storage: &Storage, entries: &mut Entries, indexes: &[u32]) {
    let mut batch = Batch::default();
    let chosen = entries.choose("entries", indexes).unwrap();
    entries.remove(storage, &mut batch, &chosen).unwrap();
    storage.commit(&batch).unwrap();
}

fn numbers(column: &Column) -> Vec<u32> {
    let tensors = column.read(0..column.len()).unwrap();
    tensors.iter().map(|tensor| tensor.item().unwrap()).collect()
}

/// As the next start reads it.
fn reopened(storage: &Storage, entries: &Entries) -> Entries {
    let mut entries: Entries = serde_json::from_slice(&serde_json::to_vec(entries).unwrap()).unwrap();
    entries.open(storage).unwrap();
    entries
}

fn check(storage: &Storage, entries: &Entries, expected: &[u32]) {
    let column = entries.column(storage, 0).unwrap();
    assert_eq!(numbers(&column), expected);
    assert_eq!(entries.totals().total_byte_size, column.bytes());
    for index in (0..expected.len()).step_by(97) {
        let number = index as u32;
        let encoded: [Bytes; 1] = DataSource::read(&column, number..number + 1).unwrap().try_into().unwrap();
        assert_eq!(encoded.map(|tensor| Tensor::decode(tensor).unwrap()), [Tensor::scalar(expected[index])]);
        let part = column.read(index..index + 1500).unwrap();
        assert_eq!(part.len(), (expected.len() - index).min(1500));
        assert_eq!(part[0], Tensor::scalar(expected[index]));
    }
    let end = expected.len() as u32;
    let all: Vec<Bytes> = DataSource::read(&column, 0..end).unwrap();
    assert_eq!(all.len(), expected.len());
    assert!(DataSource::read(&column, end..end + 1).is_err());
}

#[test]
fn entries_are_those_that_were_added_and_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    for storage in [Storage::in_memory(), Storage::open(folder.path()).unwrap()] {
        let (mut entries, mut expected, mut next) = (Entries::new(&storage, 1), Vec::<u32>::new(), 0u32);
        let mut random = 1u64;
        for round in 0..30 {
            let added: Vec<u32> = (next..next + 50 * (round % 7)).collect();
            next += 50 * (round % 7);
            append(&storage, &mut entries, &added);
            expected.extend(added);
            let mut removed: Vec<u32> = (0..expected.len() as u32)
                .filter(|_| {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (random >> 60) == 0
                })
                .collect();
            remove(&storage, &mut entries, &removed);
            removed.reverse();
            for index in removed {
                expected.remove(index as usize);
            }
        }
        assert!(expected.len() > 1500, "{}", expected.len());
        check(&storage, &entries, &expected);
        check(&storage, &reopened(&storage, &entries), &expected);
    }
}

#[test]
fn removed_entries_stay_for_those_who_read_them() {
    let storage = Storage::in_memory();
    let mut entries = Entries::new(&storage, 1);
    append(&storage, &mut entries, &[0, 1, 2, 3, 4]);
    let column = entries.column(&storage, 0).unwrap();
    remove(&storage, &mut entries, &[1, 2]);
    check(&storage, &entries, &[0, 3, 4]);
    assert_eq!(numbers(&column), [0, 1, 2, 3, 4]);
    // The map of rows remembers what has to be deleted, also for the next start.
    let mut entries = reopened(&storage, &entries);
    drop(column);
    remove(&storage, &mut entries, &[0]);
    check(&storage, &entries, &[3, 4]);
}
