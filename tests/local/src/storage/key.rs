//! The keys of values.

/// The number of an object, and an index in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(super) object: u64,
    pub(super) index: u32,
}

impl Key {
    /// The first key of an object.
    pub(super) fn first(object: u64) -> Self {
        Self { object, index: 0 }
    }

    pub(super) fn next(self) -> Self {
        match self.index.checked_add(1) {
            Some(index) => Self { index, ..self },
            None => Self::first(self.object.saturating_add(1)),
        }
    }

    /// The key as the id of a row. Objects with too large a number have none.
    pub(super) fn to_row(self) -> Option<i64> {
        let object = i64::from(u32::try_from(self.object).ok()?).checked_shl(32)?;
        // A shift drops bits, and the sign would change.
        (object >= 0).then_some(object | i64::from(self.index))
    }

    /// The key of a row.
    pub(super) fn of_row(row: i64) -> Option<Self> {
        let row = u64::try_from(row).ok()?;
        Some(Self { object: row >> 32, index: u32::try_from(row & u64::from(u32::MAX)).ok()? })
    }
}
