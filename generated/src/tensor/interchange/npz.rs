//! `.npz`: arrays of NumPy by name, in an archive of [`.npy`](super::npy) files. Needs the feature `npy`.
//!
//! ```
//! use decthings::{Tensor, tensor::npz};
//!
//! let file = npz::write([("x", Tensor::from([1.0f32, 2.0])), ("y", Tensor::from([true, false]))])?;
//! let mut tensors = npz::read(file.into())?;
//! assert_eq!(tensors.remove("y"), Some(Tensor::from([true, false])));
//! # Ok::<(), decthings::tensor::InterchangeError>(())
//! ```

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

use bytes::Bytes;
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::InterchangeError;
use super::named::{plain, read_file as bytes_of, sorted};
use super::npy;
use super::npy_header::Header;
use crate::tensor::Tensor;

const FORMAT: &str = ".npz";
/// How much [`read`] lets compressed arrays take.
const MOST: u64 = 1 << 30;
/// How much is decompressed at a time.
const CHUNK: usize = 64 << 10;

/// Reads a `.npz` file. Arrays that are not compressed share its memory; those that are may take 1 GiB in all,
/// and the one that is being read as much again as itself.
///
/// # Errors
///
/// [`InterchangeError::Malformed`] when it is no such file or damaged, [`InterchangeError::TooLarge`] when compressed
/// arrays take more, and those of [`npy::read`] with the name of the array.
pub fn read(file: Bytes) -> Result<BTreeMap<String, Tensor>, InterchangeError> {
    read_at_most(file, MOST)
}

/// Reads a `.npz` file of which the compressed arrays may take that many bytes in all, and the one that is being read as
/// much again as itself.
///
/// # Errors
///
/// As for [`read`].
pub fn read_at_most(file: Bytes, most: u64) -> Result<BTreeMap<String, Tensor>, InterchangeError> {
    let mut archive = ZipArchive::new(Cursor::new(file.clone())).map_err(malformed)?;
    let mut tensors = BTreeMap::new();
    // What is stored cannot be more than the file, unless its parts overlap.
    let (mut compressed, mut stored) = (most, file.len() as u64);
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(malformed)?;
        let Some(name) = member.name().strip_suffix(".npy").map(str::to_owned) else {
            let message = format!("its member {:?} is no .npy file", member.name());
            return Err(InterchangeError::malformed(FORMAT, message));
        };
        let array = if member.compression() == CompressionMethod::Stored {
            stored_bytes(&mut member, &file, &mut stored)
        } else {
            inflated(&mut member, &mut compressed, most)
        };
        let tensor = array.and_then(npy::read).map_err(|error| error.of(&name))?;
        tensors.insert(name, tensor);
    }
    Ok(tensors)
}

/// Reads a `.npz` file from the disk. Blocks.
///
/// # Errors
///
/// As for [`read`], or [`InterchangeError::File`].
pub fn read_file(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor>, InterchangeError> {
    read(bytes_of(path.as_ref())?)
}

/// Writes a `.npz` file, without compression.
///
/// # Errors
///
/// [`InterchangeError::Unsupported`] when elements are neither numbers nor booleans, with the name of their tensor;
/// [`InterchangeError::Name`] when a name is a duplicate.
pub fn write<N, T>(tensors: impl IntoIterator<Item = (N, T)>) -> Result<Vec<u8>, InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let archive = write_to(Cursor::new(Vec::new()), parts(tensors)?).map_err(malformed)?;
    Ok(archive.into_inner())
}

/// Writes a `.npz` file to the disk, without compression. Blocks. A file that is there is replaced.
///
/// # Errors
///
/// As for [`write()`], or [`InterchangeError::File`].
pub fn write_file<N, T>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, T)>,
) -> Result<(), InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let (parts, path) = (parts(tensors)?, path.as_ref());
    let written = File::create(path).and_then(|file| write_to(file, parts).map_err(io::Error::from));
    written.map(drop).map_err(InterchangeError::file(path))
}

/// An array in its archive: its name, its header and its elements.
type Part = (String, Vec<u8>, Bytes);

fn parts<N, T>(tensors: impl IntoIterator<Item = (N, T)>) -> Result<Vec<Part>, InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let part = |(name, tensor): (String, Tensor)| match (Header::write(&tensor), plain(&tensor)) {
        (Ok(header), Ok(data)) => Ok((name, header, data)),
        (Err(error), _) | (_, Err(error)) => Err(error.of(&name)),
    };
    sorted(tensors, |_| true)?.into_iter().map(part).collect()
}

fn write_to<W: Write + Seek>(writer: W, parts: Vec<Part>) -> Result<W, ZipError> {
    let mut archive = ZipWriter::new(writer);
    for (name, header, data) in parts {
        let large = header.len().saturating_add(data.len()) > u32::MAX as usize;
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(large);
        archive.start_file(format!("{name}.npy"), options)?;
        archive.write_all(&header)?;
        archive.write_all(&data)?;
    }
    archive.finish()
}

/// The bytes of a member that is not compressed. Its checksum is looked at, and nothing is copied.
fn stored_bytes(member: &mut Member<'_>, file: &Bytes, left: &mut u64) -> Result<Bytes, InterchangeError> {
    let size = member.size();
    *left = left.checked_sub(size).ok_or_else(|| InterchangeError::malformed(FORMAT, "its members overlap"))?;
    io::copy(member, &mut io::sink()).map_err(|error| InterchangeError::malformed(FORMAT, error))?;
    let start = usize::try_from(member.data_start()).ok();
    let end = start.and_then(|start| start.checked_add(usize::try_from(size).ok()?));
    match (start, end) {
        (Some(start), Some(end)) if end <= file.len() => Ok(file.slice(start..end)),
        _ => Err(InterchangeError::malformed(FORMAT, "a member ends behind the file")),
    }
}

/// The bytes of a compressed member. Its memory grows with what has been read, and at the end not beyond the announced
/// size.
fn inflated(member: &mut Member<'_>, left: &mut u64, most: u64) -> Result<Bytes, InterchangeError> {
    let announced = usize::try_from(member.size()).unwrap_or(usize::MAX);
    let mut member = member.take(left.saturating_add(1));
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let len = member.read(&mut chunk).map_err(|error| InterchangeError::malformed(FORMAT, error))?;
        let Some(read @ [_, ..]) = chunk.get(..len) else { break };
        *left = left.checked_sub(len as u64).ok_or(InterchangeError::TooLarge { most })?;
        let needed = bytes.len().saturating_add(len);
        if needed > bytes.capacity() {
            let capacity = needed.saturating_mul(2).min(announced).max(needed);
            bytes.reserve_exact(capacity.saturating_sub(bytes.len()));
        }
        bytes.extend_from_slice(read);
    }
    Ok(bytes.into())
}

type Member<'a> = ZipFile<'a, Cursor<Bytes>>;

fn malformed(error: ZipError) -> InterchangeError {
    InterchangeError::malformed(FORMAT, error)
}
