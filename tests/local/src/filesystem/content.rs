//! The contents of a file: blocks, without those that hold only zeros.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::space::{BLOCK_SIZE, Space};

/// The contents of a file. A block may be shorter than others; zeros follow it.
#[derive(Clone, Default)]
pub(super) struct Content {
    size: u64,
    blocks: BTreeMap<u64, Arc<Vec<u8>>>,
}

/// A part of a block.
struct Piece {
    block: u64,
    start: usize,
    length: usize,
}

impl Content {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn space(&self) -> Space {
        Space::of_blocks(count(self.blocks.len()))
    }

    /// The space that a write takes in addition.
    pub(super) fn space_to_write(&self, offset: u64, length: usize) -> Space {
        let (Some(first), Some(last)) = (pieces(offset, length).next(), last_block(offset, length)) else {
            return Space::default();
        };
        let there = count(self.blocks.range(first.block..=last).count());
        Space::of_blocks(last.saturating_sub(first.block).saturating_add(1).saturating_sub(there))
    }

    pub(super) fn write(&mut self, offset: u64, data: &[u8]) {
        let mut rest = data;
        for piece in pieces(offset, data.len()) {
            let Some((now, later)) = rest.split_at_checked(piece.length) else { break };
            let end = piece.start.saturating_add(piece.length);
            let block = Arc::make_mut(self.blocks.entry(piece.block).or_default());
            if block.len() < end {
                block.resize(end, 0);
            }
            if let Some(place) = block.get_mut(piece.start..end) {
                place.copy_from_slice(now);
            }
            rest = later;
        }
        if !data.is_empty() {
            self.size = self.size.max(offset.saturating_add(count(data.len())));
        }
    }

    /// Cuts it off, or lets zeros follow.
    pub(super) fn resize(&mut self, size: u64) {
        self.blocks.split_off(&size.div_ceil(BLOCK_SIZE));
        if let (Some(last), Some(piece)) = (self.blocks.last_entry(), pieces(size, 1).next())
            && *last.key() == piece.block
        {
            Arc::make_mut(last.into_mut()).truncate(piece.start);
        }
        self.size = size;
    }

    /// What can be read from there: nothing behind the end.
    pub(super) fn readable(&self, offset: u64, length: u64) -> u64 {
        self.size.saturating_sub(offset).min(length)
    }

    /// Reads, no further than to the end.
    pub(super) fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let length = usize::try_from(self.readable(offset, count(length))).unwrap_or(0);
        let mut data = vec![0; length];
        let mut rest = data.as_mut_slice();
        for piece in pieces(offset, length) {
            let Some((now, later)) = rest.split_at_mut_checked(piece.length) else { break };
            if let Some(stored) = self.blocks.get(&piece.block).and_then(|block| block.get(piece.start..)) {
                let length = stored.len().min(now.len());
                if let (Some(to), Some(from)) = (now.get_mut(..length), stored.get(..length)) {
                    to.copy_from_slice(from);
                }
            }
            rest = later;
        }
        data
    }

    /// The blocks that are there, with the offset of each.
    #[cfg(unix)]
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.blocks.iter().map(|(index, block)| (index.saturating_mul(BLOCK_SIZE), block.as_slice()))
    }
}

fn last_block(offset: u64, length: usize) -> Option<u64> {
    offset.checked_add(count(length))?.checked_sub(1)?.checked_div(BLOCK_SIZE)
}

fn pieces(offset: u64, length: usize) -> impl Iterator<Item = Piece> {
    let mut at = offset;
    let end = offset.saturating_add(count(length));
    std::iter::from_fn(move || {
        let start = at.checked_rem(BLOCK_SIZE).unwrap_or(0);
        let length = BLOCK_SIZE.saturating_sub(start).min(end.saturating_sub(at));
        let block = at.checked_div(BLOCK_SIZE).unwrap_or(0);
        at = at.saturating_add(length);
        let piece = Piece { block, start: usize::try_from(start).ok()?, length: usize::try_from(length).ok()? };
        (length > 0).then_some(piece)
    })
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
