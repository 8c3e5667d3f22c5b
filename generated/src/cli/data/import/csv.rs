//! Entries of a CSV file: a header, and a row for each entry.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csv::{Reader, StringRecord};
use decthings::Tensor;

use super::cells;
use super::keys::{self, KeyArgument, KeyPlan};
use super::source::{Source, Stamp};
use crate::data::dataset::Dataset;
use crate::failure::Failure;

/// The longest row, in bytes: one without an end must not fill the memory.
const MAX_ROW_BYTES: usize = 64 << 20;

pub(super) struct Csv {
    path: PathBuf,
    /// The folder of the files that cells name.
    folder: PathBuf,
    reader: Reader<Bounded>,
    columns: Vec<String>,
    plans: Vec<KeyPlan>,
    names: Vec<String>,
    record: StringRecord,
}

impl Csv {
    /// Opens a file. Without arguments, each column is a key of its name.
    pub(super) fn open(
        path: &Path,
        folder: Option<&Path>,
        dataset: &Dataset,
        arguments: impl FnOnce(&[String]) -> Vec<KeyArgument>,
    ) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(|error| failed(&error))?;
        let mut reader = csv::ReaderBuilder::new().from_reader(Bounded { file, left: MAX_ROW_BYTES });
        let columns: Vec<String> =
            reader.headers().map_err(|error| failed(&error))?.iter().map(str::to_owned).collect();
        let plans = keys::plan(dataset, &arguments(&columns), &columns)?;
        let names = plans.iter().map(|plan| plan.name.clone()).collect();
        let folder = folder.or(path.parent()).unwrap_or(Path::new("")).to_owned();
        Ok(Self { path: path.to_owned(), folder, reader, columns, plans, names, record: StringRecord::new() })
    }

    /// Reads the next row into `record`.
    fn read(&mut self) -> Result<bool, Failure> {
        self.reader.get_mut().left = MAX_ROW_BYTES;
        self.reader
            .read_record(&mut self.record)
            .map_err(|error| Failure::usage(format!("{}: {error}", self.path.display())))
    }

    fn entry(&self) -> Result<Vec<Tensor>, Failure> {
        let tensor = |plan: &KeyPlan| {
            let cells: Vec<&str> = plan.columns.iter().filter_map(|at| self.record.get(*at)).collect();
            cells::tensor(plan.dtype, plan.is_vector, &cells, &self.folder).map_err(|reason| {
                let names: Vec<_> =
                    plan.columns.iter().filter_map(|at| self.columns.get(*at)).map(String::as_str).collect();
                let line = self.record.position().map_or(0, csv::Position::line);
                Failure::usage(format!("{}, line {line}, {}: {reason}", self.path.display(), names.join(",")))
            })
        };
        self.plans.iter().map(tensor).collect()
    }
}

impl Source for Csv {
    fn keys(&self) -> &[String] {
        &self.names
    }

    fn total(&self) -> Option<u64> {
        None
    }

    fn skip(&mut self, entries: u64) -> Result<(), Failure> {
        for _ in 0..entries {
            if !self.read()? {
                break;
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Tensor>>, Failure> {
        if self.read()? { self.entry().map(Some) } else { Ok(None) }
    }

    fn stamp(&mut self) -> Result<String, Failure> {
        Ok(Stamp::new().with(&format!("{:?}", self.plans)).with_file(&self.path)?.finish())
    }
}

/// A file that fails if too much is read without `left` being set again.
struct Bounded {
    file: File,
    left: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.left = self.left.checked_sub(read).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("a row has more than {MAX_ROW_BYTES} bytes"))
        })?;
        Ok(read)
    }
}
