//! The error of adding entries.

use std::fmt;
use std::ops::Range;

use crate::Error;
use crate::api::dataset::AddEntriesError;
use crate::runtime::ErrorCode;

/// Some entries were not added. No call is in flight any more.
///
/// Entries are numbered from zero, in the order of the request.
#[derive(Debug)]
#[non_exhaustive]
pub struct AddInPartsError<E = AddEntriesError> {
    /// Entries that were added, in ascending order.
    pub added: Vec<Range<usize>>,
    /// Entries that may have been added, as there was a connection error or a timeout. Check the dataset before you add
    /// them again.
    pub uncertain: Vec<Range<usize>>,
    /// The number of all entries to add.
    pub total: usize,
    /// The version of the dataset after the last added part. With concurrent calls, it is the version of one of them.
    pub dataset_version_id: Option<String>,
    /// The error of the first part that failed.
    pub error: Error<E>,
}

impl<E> AddInPartsError<E> {
    /// Entries that were not added, in ascending order. They are safe to add.
    pub fn missing(&self) -> Vec<Range<usize>> {
        let mut known: Vec<_> = self.added.iter().chain(&self.uncertain).cloned().collect();
        known.sort_by_key(|range| range.start);
        known.push(self.total..self.total);
        let mut missing = Vec::new();
        let mut from = 0;
        for range in known {
            if from < range.start {
                missing.push(from..range.start);
            }
            from = from.max(range.end);
        }
        missing
    }
}

impl<E: ErrorCode> fmt::Display for AddInPartsError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |ranges: &[Range<usize>]| ranges.iter().fold(0_usize, |sum, range| sum.saturating_add(range.len()));
        write!(f, "{} of {} entries were added", sum(&self.added), self.total)?;
        match sum(&self.uncertain) {
            0 => {}
            entries => write!(f, ", and {entries} may have been added")?,
        }
        write!(f, ": {}", self.error)
    }
}

impl<E: ErrorCode> std::error::Error for AddInPartsError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text has that of the error itself.
        self.error.source()
    }
}
