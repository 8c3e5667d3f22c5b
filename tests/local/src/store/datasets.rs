//! A dataset.

use std::time::{Duration, Instant};

use decthings::types::{Access, Dataset, EntryTotals, ParameterDefinition, Tag};
use serde::{Deserialize, Serialize};

use super::entries::Entries;
use super::listing::{Listed, Summary};
use super::table::Record;
use super::users::owner;
use crate::error::CallError;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::util;

/// How long removed entries count as waiting to be deleted. Their space is free at once.
const DELETION_DELAY: Duration = Duration::from_secs(60);

/// A list of entries of a dataset.
#[derive(Clone, Copy)]
pub(crate) enum List {
    Entries,
    NeedsReview,
}

/// A dataset.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredDataset {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) public_access: bool,
    pub(crate) created_at: i64,
    pub(crate) tags: Vec<Tag>,
    pub(crate) keys: Vec<ParameterDefinition>,
    pub(crate) entries: Entries,
    pub(crate) needs_review: Entries,
    pub(crate) version: String,
    #[serde(skip)]
    pub(crate) removed: Removed,
}

impl StoredDataset {
    /// Checks that the version that a call expects, if any, is the current one.
    pub(crate) fn check_version(&self, expected: Option<&str>) -> Result<(), CallError> {
        match expected {
            Some(expected) if expected != self.version => {
                Err(CallError::IncorrectVersionId { current: self.version.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Starts a new version of the data.
    pub(crate) fn changed(&mut self) {
        self.version = util::new_id();
    }

    pub(crate) fn list(&self, list: List) -> &Entries {
        match list {
            List::Entries => &self.entries,
            List::NeedsReview => &self.needs_review,
        }
    }

    pub(crate) fn list_mut(&mut self, list: List) -> &mut Entries {
        match list {
            List::Entries => &mut self.entries,
            List::NeedsReview => &mut self.needs_review,
        }
    }

    /// Removes entries from a list, and returns their number and size.
    pub(crate) fn remove(
        &mut self,
        storage: &Storage,
        batch: &mut Batch,
        list: List,
        indexes: &[u32],
    ) -> Result<(u64, u64), CallError> {
        let entries = self.list_mut(list);
        let chosen = entries.choose("entries", indexes)?;
        let (count, bytes) = entries.remove(storage, batch, &chosen)?;
        if count > 0 {
            self.changed();
        }
        Ok((count, bytes))
    }

    /// The space that its entries take, about, in bytes.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.entries.footprint().saturating_add(self.needs_review.footprint())
    }

    pub(crate) fn view(&self) -> Dataset {
        Dataset::new(
            &self.id,
            &self.name,
            &self.description,
            self.public_access,
            self.created_at,
            self.tags.clone(),
            owner(),
            Access::Readwrite,
            self.keys.clone(),
            self.entries.totals(),
            self.needs_review.totals(),
            self.removed.totals(),
            &self.version,
        )
    }
}

impl Record for StoredDataset {
    const KIND: &'static str = "dataset";

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        self.entries.open(storage)?;
        self.needs_review.open(storage)
    }
}

impl Listed for StoredDataset {
    fn summary(&self) -> Summary<'_> {
        let created = (self.created_at, self.sequence);
        Summary { id: &self.id, name: &self.name, tags: &self.tags, created }
    }
}

/// Entries that were removed recently.
#[derive(Clone, Default)]
pub(crate) struct Removed {
    count: u64,
    bytes: u64,
    last: Option<Instant>,
}

impl Removed {
    pub(crate) fn add(&mut self, (count, bytes): (u64, u64)) {
        if count == 0 {
            return;
        }
        let (waiting, waiting_bytes) = self.waiting();
        self.count = waiting.saturating_add(count);
        self.bytes = waiting_bytes.saturating_add(bytes);
        self.last = Some(Instant::now());
    }

    /// The number and the size of the entries that wait.
    pub(crate) fn waiting(&self) -> (u64, u64) {
        match self.last {
            Some(last) if last.elapsed() < DELETION_DELAY => (self.count, self.bytes),
            _ => (0, 0),
        }
    }

    fn totals(&self) -> EntryTotals {
        let (count, bytes) = self.waiting();
        EntryTotals::new(u32::try_from(count).unwrap_or(u32::MAX), bytes)
    }
}
