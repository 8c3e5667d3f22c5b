//! Bounds on what is decoded: the size and the depth of JSON, and the memory that a frame may take.

use std::cell::Cell;
use std::fmt;

use serde_json::Value;

use crate::runtime::error::Failure;

/// The maximum depth of JSON, so that recursion does not overflow the stack.
pub(crate) const MAX_JSON_DEPTH: usize = 128;

/// The limits on JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonLimits {
    /// The maximum number of bytes.
    pub(crate) bytes: usize,
    /// The maximum depth, which cannot be more than [`MAX_JSON_DEPTH`].
    pub(crate) depth: usize,
}

impl JsonLimits {
    /// Fails if JSON of this size is larger than allowed.
    pub(crate) fn check(&self, len: u64) -> Result<(), Failure> {
        if usize::try_from(len).is_ok_and(|len| len <= self.bytes) {
            return Ok(());
        }
        let message =
            format!("the JSON has {len} bytes, but may have {}; `max_json_bytes` changes the limit", self.bytes);
        Err(Failure::decode("", message, ""))
    }
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: MAX_JSON_DEPTH }
    }
}

/// The memory that may be allocated for each byte of a frame. With the frame itself, and with strings, which take no more
/// memory than bytes of the frame, the sum stays below the 32 bytes that the docs of the client's limits state.
const PER_BYTE: usize = 28;
/// The memory that any frame may take, so that small ones are never too large.
const BASE: usize = 512 << 10;

/// The memory that decoding a frame may take. What grows with the content of the frame charges the budget before it
/// allocates: lists, maps and objects, but not strings and the bytes of blobs, which are no larger than their part of the
/// frame.
#[derive(Debug)]
pub(crate) struct Budget {
    max: usize,
    left: Cell<usize>,
}

impl Budget {
    /// The budget of a frame with this number of bytes.
    pub(crate) fn of_frame(len: usize) -> Self {
        let max = len.saturating_mul(PER_BYTE).saturating_add(BASE);
        Self { max, left: Cell::new(max) }
    }

    /// Makes the budget whole again, after what was allocated has been dropped.
    pub(super) fn restore(&self) {
        self.left.set(self.max);
    }

    /// Takes memory off the budget.
    #[inline]
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), OverBudget> {
        let left = self.left.get().checked_sub(bytes).ok_or(OverBudget(self.max))?;
        self.left.set(left);
        Ok(())
    }
}

/// A frame takes more memory than its budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverBudget(usize);

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "decoding needs more than {} bytes of memory, {PER_BYTE} times the size of the message; ", self.0)?;
        f.write_str("it has too many small values, so transfer fewer at a time")
    }
}

/// The memory of a vector that grows item by item.
#[derive(Default)]
pub(super) struct VecGrowth {
    len: usize,
    capacity: usize,
}

impl VecGrowth {
    /// The memory that is needed for another item.
    #[inline]
    pub(super) fn push<T>(&mut self) -> usize {
        let mut needed = 0;
        if self.len == self.capacity {
            // The capacity is at first that of four items, and then doubles.
            let more = self.capacity.max(4);
            self.capacity = self.capacity.saturating_add(more);
            // While the items are moved, the smaller memory is there as well.
            needed = more.saturating_mul(size_of::<T>()).saturating_mul(3) / 2;
        }
        self.len = self.len.saturating_add(1);
        needed
    }
}

/// The memory of a map of JSON that grows entry by entry.
#[derive(Default)]
pub(super) struct MapGrowth {
    len: usize,
}

impl MapGrowth {
    /// The memory that is needed for another entry with a key of this type. Keys that are smaller than a string are the
    /// names of fields, which are not kept.
    #[inline]
    pub(super) fn insert<K>(&mut self) -> usize {
        if size_of::<K>() < size_of::<String>() {
            return 0;
        }
        let mut needed = 0;
        // A node has space for eleven entries, and at least five of them where there are more nodes; a third more is for
        // the nodes above. A hash map takes as much.
        if self.len.is_multiple_of(3) {
            needed = size_of::<K>().saturating_add(size_of::<Value>()).saturating_mul(12);
        }
        self.len = self.len.saturating_add(1);
        needed
    }
}
