//! Tensors of the cells of a table, and of files that cells name.

use std::path::{Component, Path};
use std::str::FromStr;

use decthings::tensor::npy;
use decthings::{Audio, DType, Element, Image, Tensor, Video};

/// The largest file of an entry, in bytes; an entry is sent in one call.
pub(super) const MAX_FILE_BYTES: u64 = 256 << 20;

/// The tensor of one cell, or of several cells as a vector. Files are relative to a folder.
pub(super) fn tensor(dtype: DType, is_vector: bool, cells: &[&str], folder: &Path) -> Result<Tensor, String> {
    match dtype {
        DType::F32 => numbers::<f32>(dtype, is_vector, cells, folder),
        DType::F64 => numbers::<f64>(dtype, is_vector, cells, folder),
        DType::I8 => numbers::<i8>(dtype, is_vector, cells, folder),
        DType::I16 => numbers::<i16>(dtype, is_vector, cells, folder),
        DType::I32 => numbers::<i32>(dtype, is_vector, cells, folder),
        DType::I64 => numbers::<i64>(dtype, is_vector, cells, folder),
        DType::U8 => numbers::<u8>(dtype, is_vector, cells, folder),
        DType::U16 => numbers::<u16>(dtype, is_vector, cells, folder),
        DType::U32 => numbers::<u32>(dtype, is_vector, cells, folder),
        DType::U64 => numbers::<u64>(dtype, is_vector, cells, folder),
        DType::Boolean => values(dtype, is_vector, cells, folder, |cell| match cell {
            "true" | "True" | "TRUE" | "1" => Some(true),
            "false" | "False" | "FALSE" | "0" => Some(false),
            _ => None,
        }),
        DType::String => of(is_vector, cells.iter().map(|cell| Ok((*cell).to_owned()))),
        DType::Binary => of(is_vector, cells.iter().map(|cell| read(folder, cell))),
        DType::Image => of(is_vector, media(cells, folder, Image::new)),
        DType::Audio => of(is_vector, media(cells, folder, Audio::new)),
        DType::Video => of(is_vector, media(cells, folder, Video::new)),
        _ => Err(format!("tensors of the type {dtype} cannot be imported")),
    }
}

fn numbers<T: Element + FromStr>(
    dtype: DType,
    is_vector: bool,
    cells: &[&str],
    folder: &Path,
) -> Result<Tensor, String> {
    values(dtype, is_vector, cells, folder, |cell| cell.parse::<T>().ok())
}

/// A tensor of values, or that of a `.npy` file: no value has such a name.
fn values<T: Element>(
    dtype: DType,
    is_vector: bool,
    cells: &[&str],
    folder: &Path,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Tensor, String> {
    if let ([cell], false) = (cells, is_vector)
        && cell.ends_with(".npy")
    {
        return npy::read(read(folder, cell)?.into()).map_err(|error| format!("{cell}: {error}"));
    }
    let wrong = |cell: &str| format!("`{}` is no {dtype}", cell.chars().take(40).collect::<String>());
    of(is_vector, cells.iter().map(|cell| parse(cell.trim()).ok_or_else(|| wrong(cell))))
}

fn of<T: Element>(is_vector: bool, values: impl Iterator<Item = Result<T, String>>) -> Result<Tensor, String> {
    let values = values.collect::<Result<Vec<T>, _>>()?;
    let len = [values.len()];
    Tensor::new(if is_vector { &len[..] } else { &[] }, values).map_err(|error| error.to_string())
}

fn media<T>(
    cells: &[&str],
    folder: &Path,
    make: impl Fn(String, Vec<u8>) -> Result<T, decthings::TensorError>,
) -> impl Iterator<Item = Result<T, String>> {
    cells.iter().map(move |cell| {
        let data = read(folder, cell)?;
        make(format_of(Path::new(cell)), data).map_err(|error| error.to_string())
    })
}

/// The format of an encoded file: its extension, in lower case.
pub(super) fn format_of(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Reads a file that a table names. It must be in the folder: a table may come from somebody else.
fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(name);
    if name.is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(format!("`{name}` is no path of a file in {}", folder.display()));
    }
    read_file(&folder.join(path))
}

/// Reads a file of an entry.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > MAX_FILE_BYTES {
        return Err(format!("{} has {size} bytes; an entry may have {MAX_FILE_BYTES}", path.display()));
    }
    std::fs::read(path).map_err(failed)
}
