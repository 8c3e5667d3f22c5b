//! Entries of an archive of NumPy: each array is a key, and its first dimension the entries.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use decthings::Tensor;
use decthings::tensor::npy;
use zip::{CompressionMethod, ZipArchive};

use super::keys::check_complete;
use super::source::{Source, Stamp};
use crate::data::dataset::Dataset;
use crate::data::rows::Header;
use crate::failure::Failure;

/// How many bytes of an array are read at a time, unless a row is larger.
const CHUNK: u64 = 4 << 20;

pub(super) struct Npz {
    path: PathBuf,
    arrays: Vec<Array>,
    names: Vec<String>,
    rows: u64,
}

/// An array that is read row by row.
struct Array {
    name: String,
    file: File,
    header: Header,
    row_bytes: u64,
    /// Where the elements begin in the file.
    start: u64,
    /// The next row that is read.
    next: u64,
    read: VecDeque<Tensor>,
}

impl Npz {
    pub(super) fn open(path: &Path, dataset: &Dataset) -> Result<Self, Failure> {
        let failed = |reason: &dyn std::fmt::Display| Failure::usage(format!("{}: {reason}", path.display()));
        let file = File::open(path).map_err(|error| failed(&error))?;
        let mut archive = ZipArchive::new(file).map_err(|error| failed(&error))?;
        let mut arrays = Vec::new();
        for index in 0..archive.len() {
            arrays.push(Array::open(path, &mut archive, index).map_err(|reason| failed(&reason))?);
        }
        let Some(rows) = arrays.first().map(|array| array.header.rows) else { return Err(failed(&"has no arrays")) };
        if let Some(other) = arrays.iter().find(|array| array.header.rows != rows) {
            let reason = format!("`{}` has {} entries, but the first array has {rows}", other.name, other.header.rows);
            return Err(failed(&reason));
        }
        let names: Vec<String> = arrays.iter().map(|array| array.name.clone()).collect();
        if let Some(name) = names.iter().find(|name| !dataset.keys.iter().any(|key| key.name == **name)) {
            return Err(failed(&format!("the dataset has no key `{name}`, only {}", dataset.key_names())));
        }
        check_complete(dataset, names.iter().map(String::as_str))?;
        Ok(Self { path: path.to_owned(), arrays, names, rows })
    }
}

impl Source for Npz {
    fn keys(&self) -> &[String] {
        &self.names
    }

    fn total(&self) -> Option<u64> {
        Some(self.rows)
    }

    fn skip(&mut self, entries: u64) -> Result<(), Failure> {
        for array in &mut self.arrays {
            array.next = array.next.saturating_add(entries);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Tensor>>, Failure> {
        let path = &self.path;
        let rows = self.arrays.iter_mut().map(|array| {
            array.row().map_err(|reason| Failure::usage(format!("{}: `{}` {reason}", path.display(), array.name)))
        });
        rows.collect()
    }

    fn stamp(&mut self) -> Result<String, Failure> {
        Ok(Stamp::new().with_file(&self.path)?.finish())
    }
}

impl Array {
    /// Finds an array in the archive, and checks its checksum. One that is compressed is unpacked into a temporary file.
    fn open(path: &Path, archive: &mut ZipArchive<File>, index: usize) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let mut member = archive.by_index(index).map_err(|error| text(&error))?;
        let name = member.name().strip_suffix(".npy").map(str::to_owned);
        let name = name.ok_or_else(|| format!("its member {:?} is no .npy file", member.name()))?;
        let (mut file, begin, size) = if member.compression() == CompressionMethod::Stored {
            io::copy(&mut member, &mut io::sink()).map_err(|error| text(&error))?;
            (File::open(path).map_err(|error| text(&error))?, member.data_start(), member.size())
        } else {
            let mut file = tempfile::tempfile().map_err(|error| text(&error))?;
            let size = io::copy(&mut member, &mut file).map_err(|error| text(&error))?;
            (file, 0, size)
        };
        file.seek(SeekFrom::Start(begin)).map_err(|error| text(&error))?;
        let header = Header::read((&file).take(size)).map_err(|reason| format!("`{name}` {reason}"))?;
        let elements = size.saturating_sub(header.len);
        let row_bytes = elements.checked_div(header.rows).unwrap_or(0);
        if row_bytes.checked_mul(header.rows) != Some(elements) {
            return Err(format!("`{name}` has {elements} bytes, which are not {} entries", header.rows));
        }
        if row_bytes > super::cells::MAX_FILE_BYTES {
            return Err(format!(
                "`{name}` has entries of {row_bytes} bytes; one may have {}",
                super::cells::MAX_FILE_BYTES
            ));
        }
        let start = begin.saturating_add(header.len);
        Ok(Self { name, file, header, row_bytes, start, next: 0, read: VecDeque::new() })
    }

    /// The next row.
    fn row(&mut self) -> Result<Option<Tensor>, String> {
        if self.read.is_empty() {
            let fitting = CHUNK.checked_div(self.row_bytes).unwrap_or(4096).clamp(1, 4096);
            let rows = fitting.min(self.header.rows.saturating_sub(self.next));
            if rows == 0 {
                return Ok(None);
            }
            let mut bytes = self.header.with_rows(rows)?;
            let from = self.start.saturating_add(self.next.saturating_mul(self.row_bytes));
            let wanted = rows.saturating_mul(self.row_bytes);
            self.file.seek(SeekFrom::Start(from)).map_err(|error| error.to_string())?;
            let read = (&self.file).take(wanted).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            if u64::try_from(read) != Ok(wanted) {
                return Err("ends too early; has the file changed?".to_owned());
            }
            let tensor = npy::read(bytes.into()).map_err(|error| error.to_string())?;
            self.read = tensor.rows().map_err(|error| error.to_string())?.into();
            self.next = self.next.saturating_add(rows);
        }
        Ok(self.read.pop_front())
    }
}
