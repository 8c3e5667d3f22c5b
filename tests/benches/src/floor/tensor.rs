//! Tensors of numbers, and entries of datasets, which are made of them.

#![expect(dead_code, reason = "values are read so that reading them is measured")]

use anyhow::{Result, bail, ensure};
use bytes::{Buf, Bytes};
use serde::Deserialize;

use super::{take_sized, take_varint};
use crate::frames::{put_varint, varint_len};

/// An element type, a shape and the elements, which share the memory that they came in.
#[derive(Clone)]
pub struct Tensor {
    tag: u8,
    shape: Shape,
    elements: Bytes,
}

/// The usual few dimensions need no allocation.
#[derive(Clone)]
enum Shape {
    Short { rank: usize, dims: [usize; 2] },
    Long(Box<[usize]>),
}

impl Shape {
    fn dims(&self) -> &[usize] {
        match self {
            Self::Short { rank, dims } => &dims[..*rank],
            Self::Long(dims) => dims,
        }
    }
}

impl Tensor {
    /// A tensor of one dimension.
    pub fn of_f32(values: &[f32]) -> Self {
        let elements: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { tag: 1, shape: Shape::Short { rank: 1, dims: [values.len(), 0] }, elements: elements.into() }
    }

    pub fn encoded_len(&self) -> usize {
        2 + self.shape.dims().iter().map(|dim| varint_len(*dim as u64)).sum::<usize>() + self.elements.len()
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        let dims = self.shape.dims();
        out.extend([self.tag, dims.len() as u8]);
        for dim in dims {
            put_varint(out, *dim as u64);
        }
        out.extend_from_slice(&self.elements);
    }

    /// Reads bytes that are one tensor.
    fn decode(mut input: Bytes) -> Result<Self> {
        let tag = input.try_get_u8()?;
        let size = match tag {
            3 | 7 | 13 => 1,
            4 | 8 => 2,
            1 | 5 | 9 => 4,
            2 | 6 | 10 => 8,
            _ => bail!("no tensor of numbers"),
        };
        let rank = usize::from(input.try_get_u8()?);
        let shape = if rank <= 2 {
            let mut dims = [0; 2];
            for dim in &mut dims[..rank] {
                *dim = usize::try_from(take_varint(&mut input)?)?;
            }
            Shape::Short { rank, dims }
        } else {
            let dims = (0..rank).map(|_| Ok(usize::try_from(take_varint(&mut input)?)?));
            Shape::Long(dims.collect::<Result<_>>()?)
        };
        let bytes = shape.dims().iter().try_fold(size, |bytes: usize, dim| bytes.checked_mul(*dim));
        ensure!(bytes == Some(input.len()), "the elements don't fit the shape");
        Ok(Self { tag, shape, elements: input })
    }
}

/// Entries of a dataset, by key.
pub struct Entries {
    pub keys: Vec<KeyEntries>,
}

pub struct KeyEntries {
    pub name: String,
    pub data: Vec<Entry>,
}

pub struct Entry {
    pub index: u32,
    pub data: Tensor,
}

/// The JSON of the result of `getEntries`.
#[derive(Deserialize)]
pub struct EntryNames {
    keys: Vec<String>,
    indexes: Vec<u32>,
}

/// Gives each tensor its key and index.
pub fn read_entries(names: EntryNames, mut blobs: Bytes) -> Result<Entries> {
    let count = names.indexes.len();
    let keys = names.keys.into_iter().map(|name| KeyEntries { name, data: Vec::with_capacity(count) });
    let mut keys: Vec<_> = keys.collect();
    for index in names.indexes {
        for key in &mut keys {
            key.data.push(Entry { index, data: Tensor::decode(take_sized(&mut blobs)?)? });
        }
    }
    ensure!(blobs.is_empty(), "there are more blobs than entries");
    Ok(Entries { keys })
}
