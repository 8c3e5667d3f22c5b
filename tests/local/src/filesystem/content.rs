//! The contents of a file: blocks in the storage, without those that hold only zeros.

use std::ops::Range;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::space::{BLOCK_SIZE, Space};
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::storage::object::Object;

/// How many blocks are read at a time.
const BLOCKS_AT_A_TIME: u32 = 256;

/// The storage that contents are read from, and the batch that changes go to.
pub(crate) struct Io<'a> {
    pub(crate) storage: &'a Storage,
    pub(crate) batch: &'a mut Batch,
}

/// The contents of a file. A block may be shorter than others; zeros follow it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Content {
    size: u64,
    /// How many blocks there are.
    count: u64,
    blocks: Object,
    /// Whether other files may have the same blocks, so that they must not be changed.
    pub(super) shared: bool,
}

/// A part of a block.
struct Piece {
    block: u32,
    start: usize,
    length: usize,
}

impl Content {
    pub(super) fn new(storage: &Storage) -> Self {
        Self { size: 0, count: 0, blocks: storage.new_object(), shared: false }
    }

    pub(super) fn open(&mut self, storage: &Storage) {
        self.blocks = storage.object(self.blocks.number());
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn space(&self) -> Space {
        Space::of_blocks(self.count)
    }

    /// The space that a write takes in addition.
    pub(super) fn space_to_write(&self, storage: &Storage, offset: u64, length: usize) -> Result<Space, StorageError> {
        let range = blocks(offset, length);
        let there = storage.measure(&self.blocks, range.clone())?.0;
        Ok(Space::of_blocks(u64::from(range.end.saturating_sub(range.start)).saturating_sub(there)))
    }

    /// Writes. Blocks that were written in the same batch must not be written again.
    pub(super) fn write(&mut self, io: &mut Io<'_>, offset: u64, data: &[u8]) -> Result<(), StorageError> {
        let more = self.space_to_write(io.storage, offset, data.len())?;
        let before = self.blocks.clone();
        self.unshare(io);
        let mut rest = data;
        for piece in pieces(offset, data.len()) {
            let Some((now, later)) = rest.split_at_checked(piece.length) else { break };
            let end = piece.start.saturating_add(piece.length);
            // A block that is written as a whole need not be read.
            let old = if usize::try_from(BLOCK_SIZE) == Ok(piece.length) {
                None
            } else {
                io.storage.find(&before, piece.block)?
            };
            let mut block = old.map_or_else(Vec::new, Vec::from);
            if block.len() < end {
                block.resize(end, 0);
            }
            if let Some(place) = block.get_mut(piece.start..end) {
                place.copy_from_slice(now);
            }
            io.batch.put(&self.blocks, piece.block, block.into());
            rest = later;
        }
        self.count = self.count.saturating_add(more.blocks);
        if !data.is_empty() {
            self.size = self.size.max(offset.saturating_add(count(data.len())));
        }
        Ok(())
    }

    /// Cuts it off, or lets zeros follow.
    pub(super) fn resize(&mut self, io: &mut Io<'_>, size: u64) -> Result<(), StorageError> {
        if size < self.size {
            let before = self.blocks.clone();
            let cut = number(size.div_ceil(BLOCK_SIZE))..u32::MAX;
            let removed = io.storage.measure(&before, cut.clone())?.0;
            self.unshare(io);
            io.batch.remove(&self.blocks, cut);
            self.count = self.count.saturating_sub(removed);
            if let Some(piece) = pieces(size, 1).next().filter(|piece| piece.start > 0)
                && let Some(mut block) = io.storage.find(&before, piece.block)?
            {
                block.truncate(piece.start);
                io.batch.put(&self.blocks, piece.block, block);
            }
        }
        self.size = size;
        Ok(())
    }

    /// Copies the blocks if other files may have them.
    fn unshare(&mut self, io: &mut Io<'_>) {
        if self.shared {
            let own = io.storage.new_object();
            io.batch.copy(&self.blocks, &own);
            (self.blocks, self.shared) = (own, false);
        }
    }

    /// What can be read from there: nothing behind the end.
    pub(super) fn readable(&self, offset: u64, length: u64) -> u64 {
        self.size.saturating_sub(offset).min(length)
    }

    /// Reads, no further than to the end.
    pub(super) fn read(&self, storage: &Storage, offset: u64, length: usize) -> Result<Vec<u8>, StorageError> {
        let length = usize::try_from(self.readable(offset, count(length))).unwrap_or(0);
        let mut data = vec![0; length];
        storage.scan(&self.blocks, blocks(offset, length), |index, block| {
            let at = u64::from(index).saturating_mul(BLOCK_SIZE);
            let place = |distance| usize::try_from(distance).unwrap_or(usize::MAX);
            let from = block.get(place(offset.saturating_sub(at))..).unwrap_or_default();
            let to = data.get_mut(place(at.saturating_sub(offset))..).unwrap_or_default();
            let length = from.len().min(to.len());
            if let (Some(to), Some(from)) = (to.get_mut(..length), from.get(..length)) {
                to.copy_from_slice(from);
            }
            Ok(())
        })?;
        Ok(data)
    }

    /// Calls a function with the blocks that are there, and the offset of each.
    pub(super) fn each_block<E: From<StorageError>>(
        &self,
        storage: &Storage,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first = 0u32;
        let end = number(self.size.div_ceil(BLOCK_SIZE));
        while first < end {
            let next = first.saturating_add(BLOCKS_AT_A_TIME);
            let mut found: Vec<(u32, Bytes)> = Vec::new();
            storage.scan(&self.blocks, first..next.min(end), |index, block| {
                found.push((index, block));
                Ok(())
            })?;
            for (index, block) in found {
                each(u64::from(index).saturating_mul(BLOCK_SIZE), &block)?;
            }
            first = next;
        }
        Ok(())
    }
}

/// The number of a block. Behind the last number there are only zeros.
fn number(block: u64) -> u32 {
    u32::try_from(block).unwrap_or(u32::MAX)
}

fn blocks(offset: u64, length: usize) -> Range<u32> {
    let first = offset.checked_div(BLOCK_SIZE).unwrap_or(0);
    let end = if length == 0 { first } else { offset.saturating_add(count(length)).div_ceil(BLOCK_SIZE) };
    number(first)..number(end)
}

fn pieces(offset: u64, length: usize) -> impl Iterator<Item = Piece> {
    let mut at = offset;
    let end = offset.saturating_add(count(length));
    std::iter::from_fn(move || {
        let start = at.checked_rem(BLOCK_SIZE).unwrap_or(0);
        let length = BLOCK_SIZE.saturating_sub(start).min(end.saturating_sub(at));
        let block = number(at.checked_div(BLOCK_SIZE).unwrap_or(0));
        at = at.saturating_add(length);
        let piece = Piece { block, start: usize::try_from(start).ok()?, length: usize::try_from(length).ok()? };
        (length > 0).then_some(piece)
    })
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
