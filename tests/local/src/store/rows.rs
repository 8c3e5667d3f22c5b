//! Which rows of a list of entries are left.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::entries::ranges;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::storage::object::Object;

/// The rows of a chunk.
const CHUNK: u32 = 1024;
const WORDS: usize = 16;

/// A map of rows: two bits for each. Its chunks are values in the storage, so that a change writes only a few of them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Rows {
    index: Object,
    /// The number of the next row.
    next: u32,
    /// How many rows are left.
    count: usize,
    #[serde(skip)]
    chunks: Vec<Arc<Chunk>>,
    #[serde(skip)]
    readers: Readers,
}

#[derive(Clone, Default)]
struct Chunk {
    live: Bits,
    /// Those that the storage has. Rows that a reader may still need are removed from it later.
    stored: Bits,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Bits([u64; WORDS]);

impl Rows {
    pub(super) fn new(storage: &Storage) -> Self {
        Self { index: storage.new_object(), next: 0, count: 0, chunks: Vec::new(), readers: Readers::default() }
    }

    /// Reads the map, and nothing of the rows.
    pub(super) fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        self.index = storage.object(self.index.number());
        let chunks = &mut self.chunks;
        let damaged = || StorageError::Damaged("a dataset has an invalid map of its entries".to_owned());
        storage.scan(&self.index, 0..u32::MAX, |number, value| {
            let chunk = Chunk::from_bytes(&value).filter(|_| usize::try_from(number) == Ok(chunks.len()));
            chunks.push(Arc::new(chunk.ok_or_else(damaged)?));
            Ok(())
        })?;
        let expected = usize::try_from(self.next.div_ceil(CHUNK));
        let count = self.chunks.iter().map(|chunk| chunk.live.count()).fold(0, usize::saturating_add);
        if expected == Ok(self.chunks.len()) && count == self.count { Ok(()) } else { Err(damaged()) }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The number of the row at an index.
    pub(super) fn row(&self, index: usize) -> Option<u32> {
        let mut left = index;
        for (first, chunk) in self.chunks() {
            match left.checked_sub(chunk.live.count()) {
                Some(after) => left = after,
                None => return Some(first.saturating_add(chunk.live.iter().nth(left)?)),
            }
        }
        None
    }

    /// The rows at the indexes in a range, by chunk.
    pub(super) fn rows(&self, indexes: Range<usize>) -> impl Iterator<Item = Vec<u32>> {
        let mut before = 0usize;
        self.chunks().filter_map(move |(first, chunk)| {
            let count = chunk.live.count();
            let skip = indexes.start.saturating_sub(before).min(count);
            let take = indexes.end.saturating_sub(before).min(count).saturating_sub(skip);
            before = before.saturating_add(count);
            let rows = chunk.live.iter().skip(skip).take(take).map(|row| first.saturating_add(row));
            (take > 0).then(|| rows.collect())
        })
    }

    /// Adds rows, and returns their numbers; nothing if there are too many.
    pub(super) fn append(&mut self, batch: &mut Batch, count: usize) -> Option<Range<u32>> {
        let added = self.next..self.next.checked_add(u32::try_from(count).ok()?)?;
        for row in added.clone() {
            let (number, bit) = place(row);
            if number >= self.chunks.len() {
                self.chunks.push(Arc::default());
            }
            let chunk = Arc::make_mut(self.chunks.get_mut(number)?);
            chunk.live.set(bit, true);
            chunk.stored.set(bit, true);
        }
        self.next = added.end;
        self.count = self.count.saturating_add(count);
        if !added.is_empty() {
            self.save(batch, place(added.start).0..self.chunks.len());
        }
        Some(added)
    }

    /// Removes rows, and their values in these objects, unless a reader may still need them.
    pub(super) fn remove<'a>(
        &mut self,
        batch: &mut Batch,
        chosen: &BTreeSet<u32>,
        objects: impl Iterator<Item = &'a Object> + Clone,
    ) {
        let is_read = self.readers.exist();
        self.count = self.count.saturating_sub(chosen.len());
        let mut changed = BTreeSet::new();
        for &row in chosen {
            let (number, bit) = place(row);
            if let Some(chunk) = self.chunks.get_mut(number) {
                Arc::make_mut(chunk).live.set(bit, false);
                changed.insert(number);
            }
        }
        let mut removed = BTreeSet::new();
        for (number, chunk) in self.chunks.iter_mut().enumerate() {
            if !is_read && chunk.live != chunk.stored {
                let chunk = Arc::make_mut(chunk);
                let first = first_row(number);
                let is_gone = |row: &u32| !chunk.live.get(*row);
                removed.extend(chunk.stored.iter().filter(is_gone).map(|row| first.saturating_add(row)));
                chunk.stored = chunk.live;
                changed.insert(number);
            }
        }
        for range in ranges(&removed) {
            objects.clone().for_each(|object| batch.remove(object, range.clone()));
        }
        changed.into_iter().for_each(|number| self.save(batch, number..number.saturating_add(1)));
    }

    /// As long as the result exists, rows that are removed stay in the storage.
    pub(super) fn reader(&self) -> Reader {
        self.readers.add()
    }

    fn chunks(&self) -> impl Iterator<Item = (u32, &Chunk)> {
        self.chunks.iter().enumerate().map(|(number, chunk)| (first_row(number), chunk.as_ref()))
    }

    fn save(&self, batch: &mut Batch, numbers: Range<usize>) {
        for number in numbers {
            if let (Some(chunk), Ok(index)) = (self.chunks.get(number), u32::try_from(number)) {
                batch.put(&self.index, index, chunk.to_bytes());
            }
        }
    }
}

/// The chunk of a row, and its place in there.
fn place(row: u32) -> (usize, u32) {
    let number = row.checked_div(CHUNK).and_then(|number| usize::try_from(number).ok());
    (number.unwrap_or(usize::MAX), row.checked_rem(CHUNK).unwrap_or(0))
}

fn first_row(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).saturating_mul(CHUNK)
}

impl Chunk {
    fn to_bytes(&self) -> Bytes {
        self.live.0.iter().chain(&self.stored.0).flat_map(|word| word.to_le_bytes()).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let words: Option<Vec<u64>> =
            bytes.chunks(8).map(|word| <[u8; 8]>::try_from(word).ok().map(u64::from_le_bytes)).collect();
        let words = words?;
        let (live, stored) = words.split_at_checked(WORDS)?;
        Some(Self { live: Bits(live.try_into().ok()?), stored: Bits(stored.try_into().ok()?) })
    }
}

impl Bits {
    fn count(&self) -> usize {
        let ones = self.0.iter().map(|word| word.count_ones()).fold(0, u32::saturating_add);
        usize::try_from(ones).unwrap_or(usize::MAX)
    }

    fn get(&self, bit: u32) -> bool {
        let word = self.0.get(usize::try_from(bit >> 6).unwrap_or(usize::MAX));
        word.is_some_and(|word| word & mask(bit) != 0)
    }

    fn set(&mut self, bit: u32, to: bool) {
        if let Some(word) = self.0.get_mut(usize::try_from(bit >> 6).unwrap_or(usize::MAX)) {
            *word = if to { *word | mask(bit) } else { *word & !mask(bit) };
        }
    }

    /// The bits that are set, in order.
    fn iter(&self) -> impl Iterator<Item = u32> {
        (0..CHUNK).filter(|bit| self.get(*bit))
    }
}

fn mask(bit: u32) -> u64 {
    1u64.wrapping_shl(bit & 63)
}

/// Counts the readers of a list. Clones share the count.
#[derive(Clone, Default)]
struct Readers(Arc<AtomicUsize>);

impl Readers {
    fn exist(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }

    fn add(&self) -> Reader {
        self.0.fetch_add(1, Ordering::AcqRel);
        Reader(self.0.clone())
    }
}

/// A reader of a list.
pub(super) struct Reader(Arc<AtomicUsize>);

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
