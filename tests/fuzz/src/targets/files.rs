//! Files with tensors of other programs: `.npy`, `.npz` and `.safetensors`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use bytes::Bytes;
use decthings::Tensor;
use decthings::tensor::{InterchangeError, npy, npz, safetensors};
use decthings_tests::Dice;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{MAX_FRAME, check_text};
use crate::Target;
use crate::input::{hex, vectors};
use crate::limits::{PER_BYTE, within};
use crate::mutate::{copies, edge, json, pick};

pub const TARGET: Target = Target { name: "files", max_len: MAX_FRAME, seeds, mutate, run };

/// How much the entries of an archive may contain.
const INFLATED: usize = 1 << 18;

const NPY: &[u8] = b"\x93NUMPY";

fn seeds() -> Vec<Vec<u8>> {
    let tensors = vectors("tensors.json").iter().filter_map(|vector| Tensor::decode(hex(vector).into()).ok()).collect();
    let tensors: Vec<Tensor> = tensors;
    let mut seeds: Vec<Vec<u8>> = tensors.iter().filter_map(|tensor| npy::write(tensor).ok()).collect();
    let named = || tensors.iter().enumerate().map(|(number, tensor)| (number.to_string(), tensor.clone()));
    seeds.extend(named().filter_map(|one| npz::write([one]).ok()));
    seeds.extend(named().filter_map(|one| safetensors::write([one]).ok()));
    let numbers = || named().filter(|(_, tensor)| npy::write(tensor).is_ok()).take(5);
    seeds.extend(npz::write(numbers()));
    seeds.extend(safetensors::write(numbers()));
    let deflated = seeds.iter().find(|seed| seed.starts_with(NPY)).map(|file| archive([("a.npy", file.clone())]));
    seeds.extend(deflated);
    seeds
}

fn run(input: &[u8]) {
    let file = Bytes::copy_from_slice(input);
    if let Some(tensor) = read(&file, 0, npy::read) {
        let written = npy::write(&tensor).expect("a tensor that was read is written");
        assert_eq!(npy::read(written.into()).expect("a file that was written is read"), tensor);
    }
    if let Some(tensors) = read(&file, INFLATED, |file| npz::read_at_most(file, INFLATED as u64)) {
        let written = npz::write(&tensors).expect("tensors that were read are written");
        assert_eq!(npz::read(written.into()).expect("a file that was written is read"), tensors);
    }
    if let Some(tensors) = read(&file, 0, safetensors::read) {
        let written = safetensors::write(&tensors).expect("tensors that were read are written");
        assert_eq!(safetensors::read(written.into()).expect("a file that was written is read"), tensors);
    }
}

fn read<T>(file: &Bytes, inflated: usize, read: impl FnOnce(Bytes) -> Result<T, InterchangeError>) -> Option<T> {
    let read = within(file.len() + inflated, PER_BYTE, || read(file.clone()));
    match read {
        Ok(tensors) => Some(tensors),
        Err(error) => {
            // Other errors have names, which may be long.
            if let InterchangeError::Malformed { message, .. } = &error {
                check_text(message);
            }
            None
        }
    }
}

fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    if let Some(rest) = input.strip_prefix(NPY) {
        return array(rest, dice).map(|rest| [NPY, &rest].concat());
    }
    if input.starts_with(b"PK") {
        return entries(input, dice);
    }
    let (len, rest) = input.split_first_chunk()?;
    let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*len)).ok()?)?;
    let mut document = serde_json::from_slice(header).ok()?;
    json::value(&mut document, dice);
    let header = document.to_string();
    let len = if dice.roll(10) == 0 { edge(dice) } else { header.len() as u64 };
    Some([&len.to_le_bytes(), header.as_bytes(), data].concat())
}

/// Changes the header of a `.npy` file, after its first bytes.
fn array(rest: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (len, rest) = rest.split_first_chunk()?;
    let (header, data) = rest.split_at_checked(u16::from_le_bytes(*len).into())?;
    let header = std::str::from_utf8(header).ok()?;
    let edge = edge(dice).to_string();
    let words: Vec<&str> = header.split_inclusive([' ', ',', '(', ')', '\'']).collect();
    let word = *words.get(dice.roll(words.len()))?;
    let replacement = *pick(&["", &edge, "True", "(", ")", "'>f8'", "'|S0'", "'<U1'", "'|O'", "-1", ",", "'\\x"], dice);
    let count = copies(dice);
    let header = header.replacen(word.trim_end_matches([' ', ',', '(', ')', '\'']), &replacement.repeat(count), 1);
    let len = u16::try_from(header.len()).ok()?;
    Some([version.as_slice(), &len.to_le_bytes(), header.as_bytes(), data].concat())
}

/// Changes one entry of a `.npz` file.
fn entries(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(input)).ok()?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).ok()?;
        let mut content = Vec::new();
        file.by_ref().take(INFLATED as u64).read_to_end(&mut content).ok()?;
        files.insert(file.name().to_owned(), content);
    }
    let names: Vec<String> = files.keys().cloned().collect();
    let name = names.get(dice.roll(names.len()))?.clone();
    let content = files.remove(&name)?;
    match dice.roll(4) {
        0 => drop(files.insert(pick(&["a", "/a.npy", "../a.npy", "a.npy.npy", ""], dice).to_string(), content)),
        1 => {
            // Deflates to next to nothing.
            drop(files.insert(name, [content, vec![0; INFLATED * dice.roll(4)]].concat()));
        }
        _ => drop(files.insert(name, mutate(&content, dice)?)),
    }
    Some(self::archive(files.iter().map(|(name, content)| (name.as_str(), content.clone()))))
}

/// An archive of these files, deflated.
fn archive<'n>(files: impl IntoIterator<Item = (&'n str, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        if writer.start_file(name, options).is_ok() {
            writer.write_all(&content).expect("memory can be written");
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}
