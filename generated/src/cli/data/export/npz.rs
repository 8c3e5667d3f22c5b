//! An archive of NumPy with an array for each key. The elements are collected in a file for each, and then joined.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use decthings::bulk::Entry;
use decthings::tensor::npy;
use decthings::{DType, Tensor};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Growing, Sink};
use crate::data::dataset::Dataset;
use crate::data::rows::Header;
use crate::failure::Failure;

pub(super) struct NpzSink {
    folder: PathBuf,
    arrays: Vec<Array>,
}

/// The entries of a key.
struct Array {
    name: String,
    file: Growing,
    /// An array of the type and shape of every entry, without an entry; one run after an interruption reads it again.
    sample: Growing,
    like: Option<(DType, Vec<usize>)>,
}

impl NpzSink {
    pub(super) fn open(folder: &Path, dataset: &Dataset, lengths: &BTreeMap<String, u64>) -> Result<Self, Failure> {
        let array = |(at, name): (usize, &String)| {
            let sample = Growing::open(folder, &sample_name(at), lengths)?;
            let like = match sample.len {
                0 => None,
                _ => Some(npy::read_file(&sample.path).map_err(Failure::other)?),
            };
            let like = like.map(|sample| (sample.dtype(), sample.shape().get(1..).unwrap_or_default().to_vec()));
            Ok(Array { name: name.clone(), file: Growing::open(folder, &data_name(at), lengths)?, sample, like })
        };
        let names = dataset.keys.iter().map(|key| &key.name);
        let arrays = names.enumerate().map(array).collect::<Result<_, Failure>>()?;
        Ok(Self { folder: folder.to_owned(), arrays })
    }
}

impl Array {
    fn add(&mut self, tensor: &Tensor) -> Result<u64, String> {
        let Some(bytes) = tensor.bytes() else {
            return Err(format!("{} has no place in an archive of NumPy; export to a folder", tensor.dtype()));
        };
        let (dtype, shape) = (tensor.dtype(), tensor.shape());
        match &self.like {
            Some((first, first_shape)) if *first == dtype && first_shape == shape => {}
            Some((first, first_shape)) => {
                let first = format!("{first} of the shape {first_shape:?}");
                return Err(format!("{dtype} of the shape {shape:?} after {first}; export to a folder"));
            }
            None => {
                let empty: Vec<usize> = std::iter::once(0).chain(shape.iter().copied()).collect();
                let empty = Tensor::from_raw(dtype, empty, Vec::new()).map_err(|error| error.to_string())?;
                let sample = npy::write(&empty).map_err(|error| error.to_string())?;
                self.sample.append(&sample).map_err(|failure| failure.to_string())?;
                self.like = Some((dtype, shape.to_vec()));
            }
        }
        self.file.append(bytes).map_err(|failure| failure.to_string())?;
        Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }
}

impl Sink for NpzSink {
    fn add(&mut self, entry: &Entry) -> Result<u64, Failure> {
        let mut bytes = 0_u64;
        for array in &mut self.arrays {
            let added = match entry.tensors.get(&array.name) {
                Some(tensor) => array.add(tensor),
                None => Err("the response does not have it".to_owned()),
            };
            let failed = |reason| Failure::other(format!("entry {}, key `{}`: {reason}", entry.index, array.name));
            bytes = bytes.saturating_add(added.map_err(failed)?);
        }
        Ok(bytes)
    }

    fn flush(&mut self) -> Result<BTreeMap<String, u64>, Failure> {
        let mut lengths = BTreeMap::new();
        for (at, array) in self.arrays.iter_mut().enumerate() {
            lengths.insert(data_name(at), array.file.flush()?);
            lengths.insert(sample_name(at), array.sample.flush()?);
        }
        Ok(lengths)
    }

    fn finish(self: Box<Self>, entries: u32, target: &Path) -> Result<(), Failure> {
        let failed =
            |error: &dyn std::fmt::Display| Failure::other(format!("cannot write {}: {error}", target.display()));
        let path = self.folder.join("archive.npz");
        let file = File::create(&path).map_err(|error| failed(&error))?;
        let mut archive = ZipWriter::new(file);
        for array in &self.arrays {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
            archive.start_file(format!("{}.npy", array.name), options).map_err(|error| failed(&error))?;
            let header = match entries {
                // Without entries, nothing says which type and shape they would have.
                0 => npy::write(&Tensor::vector(Vec::<f64>::new())).map_err(|error| failed(&error))?,
                _ => {
                    let sample = File::open(&array.sample.path).map_err(|error| failed(&error))?;
                    let header = Header::read(sample).and_then(|header| header.with_rows(u64::from(entries)));
                    header.map_err(|error| failed(&error))?
                }
            };
            io::Write::write_all(&mut archive, &header).map_err(|error| failed(&error))?;
            let mut data = File::open(&array.file.path).map_err(|error| failed(&error))?;
            io::copy(&mut data, &mut archive).map_err(|error| failed(&error))?;
        }
        let file = archive.finish().map_err(|error| failed(&error))?;
        file.sync_all().and_then(|()| std::fs::rename(&path, target)).map_err(|error| failed(&error))?;
        std::fs::remove_dir_all(&self.folder).map_err(|error| failed(&error))
    }
}

fn data_name(at: usize) -> String {
    format!("{at}.data")
}

fn sample_name(at: usize) -> String {
    format!("{at}.npy")
}
