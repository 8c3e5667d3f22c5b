//! Example values as JSON, and the blobs that travel beside it.

use serde_json::{Map, Value, json};

use super::sample::{Member, Sample};
use crate::ir::blobs::Blob;

/// A vector of two numbers of 32 bits, 0.5 and 1.5: type, rank, dimension, little-endian elements.
pub(super) const TENSOR: [u8; 11] = [1, 1, 2, 0, 0, 0, 0x3f, 0, 0, 0xc0, 0x3f];

/// What a blob holds.
#[derive(Clone, Copy)]
pub(super) enum Content {
    Bytes,
    /// This many tensors, back to back.
    Tensors(usize),
}

impl Content {
    pub(super) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes => b"bytes".to_vec(),
            Self::Tensors(count) => TENSOR.repeat(count),
        }
    }
}

/// JSON, and the blobs that were detached from it.
#[derive(Default)]
pub(super) struct Detached {
    pub(super) json: Value,
    pub(super) blobs: Vec<Content>,
    /// Names that are listed at the root.
    root: Map<String, Value>,
}

impl Detached {
    pub(super) fn new(sample: &Sample) -> Self {
        let mut detached = Self::default();
        let mut json = detached.detach(sample);
        if let Value::Object(members) = &mut json {
            members.append(&mut detached.root);
        }
        detached.json = json;
        detached
    }

    fn detach(&mut self, sample: &Sample) -> Value {
        match sample {
            Sample::Json(value) => value.clone(),
            Sample::Base64 => "bmFtZQ==".into(),
            Sample::Bytes | Sample::Tensor => {
                self.leaves(sample);
                Value::Null
            }
            Sample::List(items) => items.iter().map(|item| self.detach(item)).collect(),
            Sample::Object(members) => {
                let mut object = Map::new();
                members.iter().for_each(|member| self.member(&mut object, member));
                object.into()
            }
        }
    }

    fn member(&mut self, object: &mut Map<String, Value>, Member { name, value, blob }: &Member) {
        match blob {
            Some(Blob::Bytes | Blob::Tensor) => self.leaves(value),
            Some(Blob::Tensors) if matches!(value, Sample::List(_)) => {
                let count = if let Sample::List(items) = value { items.len() } else { 0 };
                self.blobs.push(Content::Tensors(count));
            }
            Some(Blob::Keyed { names, at_root, .. }) => {
                self.leaves(value);
                let target = if *at_root { &mut self.root } else { object };
                target.insert(names.clone(), strings(value).into());
            }
            Some(Blob::Entries) => {
                self.leaves(value);
                object.insert(name.clone(), strings(value).into());
            }
            Some(Blob::IndexedEntries { indexes }) => {
                self.leaves(value);
                object.insert(name.clone(), strings(value).into());
                object.insert(indexes.clone(), json!([1]));
            }
            None | Some(Blob::Tensors) => {
                let value = self.detach(value);
                object.insert(name.clone(), value);
            }
        }
    }

    /// Makes a blob of every leaf of bytes or tensors.
    fn leaves(&mut self, sample: &Sample) {
        match sample {
            Sample::Bytes => self.blobs.push(Content::Bytes),
            Sample::Tensor => self.blobs.push(Content::Tensors(1)),
            Sample::List(items) => items.iter().for_each(|item| self.leaves(item)),
            Sample::Object(members) => members.iter().for_each(|member| self.leaves(&member.value)),
            Sample::Json(_) | Sample::Base64 => {}
        }
    }
}

/// The names of the items of a list.
fn strings(sample: &Sample) -> Vec<Value> {
    let Sample::List(items) = sample else { return Vec::new() };
    let name = |item: &Sample| match item {
        Sample::Object(members) => members.iter().find_map(|member| match &member.value {
            Sample::Json(value @ Value::String(_)) => Some(value.clone()),
            _ => None,
        }),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
