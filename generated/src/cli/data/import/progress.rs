//! What was added, in a record that outlives the program.
//!
//! The record is written before each call: the entries that were added for certain, the version of the dataset then, and
//! the number of entries of the call. After an interruption there are three cases:
//!
//! - The dataset has the recorded version: the call took no effect.
//! - It has another one, and as many entries more as the call had, which are those of the source: the call took effect.
//! - Otherwise somebody else has changed it, and only a person can say what to do.

use std::path::Path;

use decthings::Client;
use decthings::bulk::AddInPartsError;
use decthings::types::EntryRange;
use serde::{Deserialize, Serialize};

use super::source::{Batch, Batches, Stamp};
use crate::connect::state_folder;
use crate::data::dataset::Dataset;
use crate::data::journal::Journal;
use crate::failure::{Failure, Kind};

/// The record of an import.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    dataset: String,
    source: String,
    /// Identifies the content of the source.
    stamp: String,
    /// The number of entries of the dataset before the import.
    before: u32,
    /// The entries that were added for certain.
    added: u32,
    /// The version of the dataset with them.
    version: String,
    /// The entries of the call that was being made.
    pending: u32,
}

/// An import that is under way.
pub(super) struct Import<'a> {
    client: &'a Client,
    dataset: Dataset,
    journal: Journal,
    record: Record,
    skipped: u64,
    resumes: bool,
}

impl<'a> Import<'a> {
    /// Begins an import, or finds the record of an earlier run.
    pub(super) fn begin(
        client: &'a Client,
        dataset: Dataset,
        source: &Path,
        stamp: String,
        skipped: u64,
        restarts: bool,
    ) -> Result<Self, Failure> {
        let source = source.display().to_string();
        let name = Stamp::new().with(client.http_url()).with(&dataset.id).with(&source).finish();
        let journal = Journal::at(state_folder()?.join(format!("import-{name}.json")));
        let stamp = Stamp::new().with(&stamp).with(&skipped.to_string()).finish();
        let earlier = if restarts { None } else { journal.read::<Record>()? };
        let resumes = earlier.is_some();
        let record = match earlier {
            Some(earlier) if earlier.stamp == stamp => earlier,
            Some(earlier) => {
                let done = skipped.saturating_add(u64::from(earlier.added));
                return Err(Failure::usage(format!(
                    "an earlier import was interrupted after {} entries, and {source} or the options have changed since; \
                     --restart --skip {done} continues after them, and --restart alone adds all entries again",
                    earlier.added
                )));
            }
            None => {
                let (dataset_id, version) = (dataset.id.clone(), dataset.version.clone());
                Record { dataset: dataset_id, source, stamp, before: dataset.entries, added: 0, version, pending: 0 }
            }
        };
        Ok(Self { client, dataset, journal, record, skipped, resumes })
    }

    /// Moves the source behind what an earlier run has added.
    pub(super) async fn resume(&mut self, batches: &mut Batches) -> Result<(), Failure> {
        if !self.resumes {
            return Ok(());
        }
        batches.source().skip(u64::from(self.record.added))?;
        if self.dataset.version == self.record.version {
            return Ok(());
        }
        let first = self.record.before.saturating_add(self.record.added);
        let end = first.saturating_add(self.record.pending);
        if self.record.pending == 0 || self.dataset.entries != end {
            return Err(self.changed());
        }
        let pending = usize::try_from(self.record.pending).unwrap_or(usize::MAX);
        let Some(batch) = batches.next(pending)? else { return Err(self.changed()) };
        if batch.entries != self.record.pending || !self.has(first, end, &batch).await? {
            return Err(self.changed());
        }
        self.record.added = self.record.added.saturating_add(batch.entries);
        self.record.version = self.dataset.version.clone();
        self.record.pending = 0;
        Ok(())
    }

    /// Whether the dataset has the entries of a batch at these indexes.
    async fn has(&self, first: u32, end: u32, batch: &Batch) -> Result<bool, Failure> {
        let call = self.client.dataset().get_entries(&self.dataset.id, EntryRange::new(first, end));
        let mut entries = call.dataset_version_id(&self.dataset.version).in_parts();
        let mut at = 0_usize;
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            if !batch.keys.iter().all(|key| entry.tensors.get(&key.key) == key.data.get(at)) {
                return Ok(false);
            }
            at = at.saturating_add(1);
        }
        Ok(u32::try_from(at) == Ok(batch.entries))
    }

    /// Adds a batch in one call.
    pub(super) async fn add(&mut self, batch: Batch) -> Result<(), Failure> {
        self.record.pending = batch.entries;
        self.journal.write(&self.record)?;
        let call = self.client.dataset().add_entries(&self.dataset.id, batch.keys);
        let added = call.dataset_version_id(&self.record.version).in_parts().part_bytes(u64::MAX).await;
        let added = match added {
            Ok(added) => added,
            Err(error) => return Err(self.failed(&error)?),
        };
        self.record.added = self.record.added.saturating_add(batch.entries);
        self.record.version = added.new_dataset_version_id;
        self.record.pending = 0;
        Ok(())
    }

    /// Records that a call failed.
    fn failed(&mut self, error: &AddInPartsError) -> Result<Failure, Failure> {
        if error.uncertain.is_empty() {
            self.record.pending = 0;
            match self.record.added {
                0 => self.journal.remove()?,
                _ => self.journal.write(&self.record)?,
            }
        }
        Ok(self.stopped(Failure::new(Kind::of(&error.error), &error.error)))
    }

    /// Says with a failure what was added before.
    pub(super) fn stopped(&self, failure: Failure) -> Failure {
        match (self.record.added, self.record.pending) {
            (0, 0) => failure.with("nothing was added"),
            (0, _) => failure.with("the same command finds out whether entries were added, and continues"),
            (added, _) => {
                failure.with(format!("{added} entries were added before; the same command continues after them"))
            }
        }
    }

    /// The entries of the source that are done with, from its beginning.
    pub(super) fn done(&self) -> u64 {
        self.skipped.saturating_add(u64::from(self.record.added))
    }

    /// Forgets the record; the number of added entries, and the version with them.
    pub(super) fn finish(self) -> Result<(u32, String), Failure> {
        self.journal.remove()?;
        Ok((self.record.added, self.record.version))
    }

    fn changed(&self) -> Failure {
        let Record { added, pending, before, .. } = &self.record;
        let maybe = match pending {
            0 => String::new(),
            pending => format!(", and {pending} more may have been"),
        };
        Failure::usage(format!(
            "the dataset was changed by others since this import was interrupted: it has {} entries. {added} entries of the \
             source had been added from index {before} on{maybe}. Look at the dataset; then --restart --skip N adds the \
             entries of the source after the first N",
            self.dataset.entries
        ))
    }
}
