//! A folder with a table of the entries, and a file for each tensor that is no number and no text.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use decthings::bulk::Entry;
use decthings::tensor::npy;
use decthings::{DType, Tensor};

use super::{Growing, RECORD, Sink};
use crate::data::dataset::Dataset;
use crate::data::journal::Journal;
use crate::failure::Failure;

/// The table of the entries.
const TABLE: &str = "entries.csv";

/// The longest extension of a file.
const MAX_EXTENSION: usize = 16;

pub(super) struct FolderSink {
    folder: PathBuf,
    table: Growing,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    /// The folder of its files.
    folder: String,
    /// The type that `dataset import` takes for its cells.
    default: Option<DType>,
}

impl FolderSink {
    pub(super) fn open(folder: &Path, dataset: &Dataset, lengths: &BTreeMap<String, u64>) -> Result<Self, Failure> {
        let names: Vec<String> = dataset.keys.iter().map(|key| key.name.to_lowercase()).collect();
        let keys = dataset.keys.iter().enumerate().map(|(at, key)| {
            let lower = key.name.to_lowercase();
            let is_plain = key.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            let is_unique = names.iter().filter(|name| **name == lower).count() == 1;
            let is_usable = is_plain && is_unique && !key.name.is_empty() && key.name.len() <= 64;
            let folder = if is_usable { key.name.clone() } else { format!("key {at}") };
            let default = key.rules.allowed_types.first().and_then(|dtype| dtype.as_str().parse().ok());
            Key { name: key.name.clone(), folder, default }
        });
        let mut sink =
            Self { folder: folder.to_owned(), table: Growing::open(folder, TABLE, lengths)?, keys: keys.collect() };
        if sink.table.len == 0 {
            let names: Vec<String> = sink.keys.iter().map(|key| key.name.clone()).collect();
            sink.row(&names)?;
        }
        Ok(sink)
    }

    fn row(&mut self, cells: &[String]) -> Result<(), Failure> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(cells).map_err(Failure::other)?;
        let row = writer.into_inner().map_err(|error| Failure::other(error.error()))?;
        self.table.append(&row)
    }

    /// Writes the content of a cell into a file; the path in the table.
    fn file(&self, key: &Key, index: u32, extension: &str, data: &[u8]) -> Result<String, Failure> {
        let is_plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if extension.is_empty() || extension.len() > MAX_EXTENSION || !is_plain {
            let shown = extension.chars().take(40).collect::<String>();
            return Err(unwritable(key, index, format!("the format {shown:?} is no extension of a file")));
        }
        let name = format!("{index:08}.{extension}");
        let folder = self.folder.join(&key.folder);
        let failed = |error| Failure::other(format!("cannot write {}: {error}", folder.join(&name).display()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        std::fs::write(folder.join(&name), data).map_err(failed)?;
        Ok(format!("{}/{name}", key.folder))
    }

    fn cell(&self, key: &Key, index: u32, tensor: &Tensor) -> Result<String, Failure> {
        let failed = |reason: &dyn Display| unwritable(key, index, reason);
        let is_scalar = tensor.rank() == 0;
        match tensor.dtype() {
            DType::String if is_scalar && key.default == Some(DType::String) => {
                tensor.item().map_err(|error| failed(&error))
            }
            DType::Binary if is_scalar && key.default == Some(DType::Binary) => {
                let bytes = tensor.binaries().map_err(|error| failed(&error))?.next().unwrap_or_default();
                self.file(key, index, "bin", bytes)
            }
            DType::Image | DType::Audio | DType::Video if is_scalar && key.default == Some(tensor.dtype()) => {
                let (format, data) = media(tensor).map_err(|error| failed(&error))?;
                self.file(key, index, &format, &data)
            }
            DType::String | DType::Binary | DType::Image | DType::Audio | DType::Video => {
                let (dtype, shape) = (tensor.dtype(), tensor.shape());
                Err(failed(&format!("{dtype} of the shape {shape:?} has no place in a table or a file of NumPy")))
            }
            dtype if is_scalar && key.default == Some(dtype) => number(tensor).map_err(|error| failed(&error)),
            _ => {
                let file = npy::write(tensor).map_err(|error| failed(&error))?;
                self.file(key, index, "npy", &file)
            }
        }
    }
}

impl Sink for FolderSink {
    fn add(&mut self, entry: &Entry) -> Result<u64, Failure> {
        let mut cells = Vec::new();
        let mut bytes = 0_u64;
        for key in &self.keys {
            let tensor = entry.tensors.get(&key.name);
            let tensor = tensor.ok_or_else(|| unwritable(key, entry.index, "the response does not have it"))?;
            cells.push(self.cell(key, entry.index, tensor)?);
            bytes = bytes.saturating_add(u64::try_from(tensor.encoded_len()).unwrap_or(u64::MAX));
        }
        self.row(&cells)?;
        Ok(bytes)
    }

    fn flush(&mut self) -> Result<BTreeMap<String, u64>, Failure> {
        Ok(BTreeMap::from([(TABLE.to_owned(), self.table.flush()?)]))
    }

    fn finish(self: Box<Self>, _: u32, target: &Path) -> Result<(), Failure> {
        let renamed = std::fs::rename(&self.folder, target);
        renamed.map_err(|error| Failure::other(format!("cannot make {}: {error}", target.display())))?;
        Journal::at(target.join(RECORD)).remove()
    }
}

fn media(tensor: &Tensor) -> Result<(String, Vec<u8>), decthings::TensorError> {
    let none = || (String::new(), Vec::new());
    Ok(match tensor.dtype() {
        DType::Image => tensor.images()?.next().map(|item| (item.format().to_owned(), item.data().to_vec())),
        DType::Audio => tensor.audios()?.next().map(|item| (item.format().to_owned(), item.data().to_vec())),
        _ => tensor.videos()?.next().map(|item| (item.format().to_owned(), item.data().to_vec())),
    }
    .unwrap_or_else(none))
}

/// The shortest text that is read as the same number.
fn number(tensor: &Tensor) -> Result<String, decthings::TensorError> {
    Ok(match tensor.dtype() {
        DType::F32 => tensor.item::<f32>()?.to_string(),
        DType::F64 => tensor.item::<f64>()?.to_string(),
        DType::I8 => tensor.item::<i8>()?.to_string(),
        DType::I16 => tensor.item::<i16>()?.to_string(),
        DType::I32 => tensor.item::<i32>()?.to_string(),
        DType::I64 => tensor.item::<i64>()?.to_string(),
        DType::U8 => tensor.item::<u8>()?.to_string(),
        DType::U16 => tensor.item::<u16>()?.to_string(),
        DType::U32 => tensor.item::<u32>()?.to_string(),
        DType::U64 => tensor.item::<u64>()?.to_string(),
        _ => tensor.item::<bool>()?.to_string(),
    })
}

fn unwritable(key: &Key, index: u32, reason: impl Display) -> Failure {
    Failure::other(format!("entry {index}, key `{}`: {reason}", key.name))
}
