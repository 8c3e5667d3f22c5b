//! `decthings dataset export`.
//!
//! Everything is written into a folder beside the target, with a record of what is in it, and gets its name when it is
//! complete.

mod folder;
mod npz;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use decthings::Client;
use decthings::bulk::Entry;
use decthings::types::EntryRange;
use serde::{Deserialize, Serialize};

use self::folder::FolderSink;
use self::npz::NpzSink;
use super::dataset::Dataset;
use super::journal::Journal;
use super::{quiet, required, restart};
use crate::connect;
use crate::console::{Progress, line};
use crate::failure::Failure;

/// After so many entries or bytes, what was written is recorded.
const RECORD_ENTRIES: u32 = 1024;
const RECORD_BYTES: u64 = 64 << 20;

/// The record of an export, in its folder.
const RECORD: &str = "export.json";

pub(crate) fn command() -> Command {
    Command::new("export")
        .about("Writes the entries of a dataset to files")
        .long_about(
            "Writes the entries of a dataset to a folder or to an archive of NumPy. Any size, in bounded memory.\n\n\
             A folder gets a file `entries.csv`, which `dataset import --csv` reads, with numbers and text as they are, and a \
             file for each image, sound, video or array. A name that ends with .npz is an archive, with an array for each \
             key, if all entries of a key have one type and shape.\n\n\
             The target appears when it is complete. An export that was interrupted continues when the same command is run \
             again; if the dataset has changed meanwhile, it fails.",
        )
        .arg(Arg::new("id").value_name("ID").required(true).help("Id of the dataset"))
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("PATH")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Folder to make, or a file that ends with .npz"),
        )
        .args([restart(), quiet()])
}

/// Where entries are written to.
trait Sink: Send {
    /// Adds the next entry; the number of its bytes.
    fn add(&mut self, entry: &Entry) -> Result<u64, Failure>;

    /// The files that grow with the entries, which are flushed; each with its length.
    fn flush(&mut self) -> Result<BTreeMap<String, u64>, Failure>;

    /// Makes the target of the folder.
    fn finish(self: Box<Self>, entries: u32, target: &Path) -> Result<(), Failure>;
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Record {
    dataset: String,
    version: String,
    entries: u32,
    /// The lengths of files that grow, with those entries.
    lengths: BTreeMap<String, u64>,
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let client = &connect::client(matches)?;
    let dataset = Dataset::fetch(client, &required(matches, "id")).await?;
    let target = matches.get_one::<PathBuf>("to").cloned().unwrap_or_default();
    let Some(name) = target.file_name() else { return Err(Failure::usage("--to has no name of a file or folder")) };
    if target.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} exists already", target.display())));
    }
    let folder = target.with_file_name([name, ".part".as_ref()].join("".as_ref()));
    let export = Export {
        client,
        record: begin(&folder, &dataset, matches.get_flag("restart"))?,
        journal: Journal::at(folder.join(RECORD)),
        dataset,
        folder,
        target,
    };
    export.run(matches.get_flag("quiet")).await
}

/// An export that is under way.
struct Export<'a> {
    client: &'a Client,
    dataset: Dataset,
    /// The folder in which the target is made.
    folder: PathBuf,
    target: PathBuf,
    journal: Journal,
    record: Record,
}

impl Export<'_> {
    async fn run(mut self, is_quiet: bool) -> Result<(), Failure> {
        let is_npz = self.target.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"));
        let mut sink: Box<dyn Sink> = match is_npz {
            true => Box::new(NpzSink::open(&self.folder, &self.dataset, &self.record.lengths)?),
            false => Box::new(FolderSink::open(&self.folder, &self.dataset, &self.record.lengths)?),
        };
        let copied = self.copy(&mut *sink, is_quiet).await;
        if copied.is_err() && self.record.entries == 0 {
            // There is nothing to continue.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
        let entries = copied?;
        sink.finish(entries, &self.target)?;
        line(format!("wrote {entries} entries to {}", self.target.display()))
    }

    /// Copies the entries that are left; the number of all.
    async fn copy(&mut self, sink: &mut dyn Sink, is_quiet: bool) -> Result<u32, Failure> {
        let Dataset { id, version, entries: total, .. } = &self.dataset;
        let mut done = self.record.entries;
        let mut progress = Progress::new("entries", Some(u64::from(*total)), is_quiet);
        progress.resume_at(u64::from(done));
        let call = self.client.dataset().get_entries(id, EntryRange::new(done, *total));
        let mut entries = call.dataset_version_id(version).in_parts();
        let mut unrecorded = 0_u64;
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            if entry.index != done {
                return Err(Failure::other(format!("the response has the entry {} in place of {done}", entry.index)));
            }
            let bytes = sink.add(&entry)?;
            done = done.saturating_add(1);
            unrecorded = unrecorded.saturating_add(bytes);
            progress.advance(u64::from(done), bytes);
            if unrecorded >= RECORD_BYTES || done.saturating_sub(self.record.entries) >= RECORD_ENTRIES {
                self.record.entries = done;
                self.record.lengths = sink.flush()?;
                self.journal.write(&self.record)?;
                unrecorded = 0;
            }
        }
        if done != *total {
            return Err(Failure::other(format!("the dataset has {total} entries, but only {done} arrived")));
        }
        sink.flush()?;
        progress.finish();
        Ok(done)
    }
}

/// Makes the folder, or continues in that of an earlier run.
fn begin(folder: &Path, dataset: &Dataset, restarts: bool) -> Result<Record, Failure> {
    let shown = folder.display();
    let new = || Record { dataset: dataset.id.clone(), version: dataset.version.clone(), ..Record::default() };
    if folder.symlink_metadata().is_err() {
        std::fs::create_dir(folder).map_err(|error| Failure::other(format!("cannot make {shown}: {error}")))?;
        Journal::at(folder.join(RECORD)).write(&new())?;
        return Ok(new());
    }
    // A folder without a record may be somebody's own.
    let record = Journal::at(folder.join(RECORD)).read::<Record>()?;
    let record = record.ok_or_else(|| Failure::usage(format!("{shown} exists, and is no export; move it away")))?;
    if restarts {
        std::fs::remove_dir_all(folder).map_err(|error| Failure::other(format!("cannot remove {shown}: {error}")))?;
        return begin(folder, dataset, false);
    }
    if record.dataset != dataset.id {
        return Err(Failure::usage(format!("{shown} is an export of another dataset; --restart replaces it")));
    }
    if record.version != dataset.version {
        return Err(Failure::usage(format!(
            "the dataset has changed since this export was interrupted; --restart begins it anew, and replaces {shown}"
        )));
    }
    Ok(record)
}

/// A file to which entries are appended. What is behind the recorded length is cut off.
struct Growing {
    path: PathBuf,
    file: BufWriter<File>,
    len: u64,
}

impl Growing {
    fn open(folder: &Path, name: &str, lengths: &BTreeMap<String, u64>) -> Result<Self, Failure> {
        let path = folder.join(name);
        let len = lengths.get(name).copied().unwrap_or(0);
        let open = || {
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            if file.metadata()?.len() < len {
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "is shorter than was recorded"));
            }
            file.set_len(len)?;
            Ok(file)
        };
        let file =
            open().map_err(|error| Failure::other(format!("{}: {error}; --restart begins anew", path.display())))?;
        Ok(Self { path, file: BufWriter::new(file), len })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.len = self.len.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.file.write_all(bytes).map_err(|error| self.failed(&error))
    }

    fn flush(&mut self) -> Result<u64, Failure> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_data()).map_err(|error| self.failed(&error))?;
        Ok(self.len)
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::other(format!("cannot write {}: {error}", self.path.display()))
    }
}
