//! Why not all entries were added.

use std::fmt;
use std::ops::Range;

use crate::Error;
use crate::api::dataset::AddEntriesError;

/// Not all entries were added. What has been sent was waited for, so this tells of each entry what is known.
///
/// Entries are numbered from zero, as they were given.
#[derive(Debug)]
#[non_exhaustive]
pub struct AddInPartsError {
    /// Entries that were added, in ascending order.
    pub added: Vec<Range<usize>>,
    /// Entries of which it is not known whether they were added, as the connection broke or there was no answer in
    /// time. Look at the dataset before adding them again.
    pub uncertain: Vec<Range<usize>>,
    /// How many entries were to be added.
    pub total: usize,
    /// The version of the dataset after the last part that was added, if one was. With several calls at a time it is
    /// the version of one of them.
    pub dataset_version_id: Option<String>,
    /// Why the first part that failed did so.
    pub error: Error<AddEntriesError>,
}

impl AddInPartsError {
    /// Entries that were certainly not added, in ascending order. They may be added again.
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

impl fmt::Display for AddInPartsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = |ranges: &[Range<usize>]| ranges.iter().fold(0_usize, |sum, range| sum.saturating_add(range.len()));
        write!(f, "{} of {} entries were added", sum(&self.added), self.total)?;
        match sum(&self.uncertain) {
            0 => {}
            entries => write!(f, ", and of {entries} it is not known")?,
        }
        write!(f, ": {}", self.error)
    }
}

impl std::error::Error for AddInPartsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
