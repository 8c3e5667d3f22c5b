//! Writing the properties of objects.

use std::collections::BTreeSet;

use serde::Serialize;

use super::items::{IndexedTensor as _, IndexedTensorColumn, KeyedBlob, TensorColumn};
use super::wire_error::{Segment, WireError};
use super::writer::{FrameWriter, MAX_BLOBS, ToWire};
use crate::runtime::blob::Blob;
use crate::runtime::text::count;
use crate::tensor::Tensor;

impl FrameWriter {
    /// Begins an object; [`ObjectWriter::end`] ends it.
    pub fn object(&mut self) -> ObjectWriter<'_> {
        self.json.push(b'{');
        let tag = self.tag.take();
        let mut object = ObjectWriter { frame: self, is_empty: true };
        if let Some((property, value)) = tag {
            object.key(property);
            object.text(value);
        }
        object
    }

    /// Writes an object with one property that has blobs.
    pub fn keyed<T: ToWire>(&mut self, key: &'static str, content: &T) -> Result<(), WireError> {
        let mut object = self.object();
        object.nested(key, content)?;
        object.end()
    }
}

/// Writes the properties of an object.
///
/// # Errors
///
/// Its functions return an error if a value cannot be serialized, contains a number that is not finite, has duplicate
/// names or columns that do not match, or has more tensors than a request may have.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    frame: &'a mut FrameWriter,
    is_empty: bool,
}

impl ObjectWriter<'_> {
    /// Writes a property without blobs.
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), WireError> {
        self.key(name);
        self.frame.within(Segment::Field(name), |frame| frame.value(value))
    }

    /// Writes an optional property without blobs, unless it is `None`.
    pub fn optional<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), WireError> {
        value.as_ref().map_or(Ok(()), |value| self.field(name, value))
    }

    /// Writes a property that may have blobs. It is omitted if its value writes no JSON.
    pub fn nested<T: ToWire>(&mut self, name: &'static str, value: &T) -> Result<(), WireError> {
        let (start, was_empty) = (self.frame.json.len(), self.is_empty);
        self.key(name);
        let begin = self.frame.json.len();
        self.frame.within(Segment::Field(name), |frame| value.to_wire(frame))?;
        if self.frame.json.len() == begin {
            self.frame.json.truncate(start);
            self.is_empty = was_empty;
        }
        Ok(())
    }

    /// Writes a list whose items have names, which are unique in a request.
    pub fn named_list<T: ToWire>(
        &mut self,
        name: &'static str,
        items: &[T],
        key: &'static str,
        key_of: impl Fn(&T) -> &str,
    ) -> Result<(), WireError> {
        if self.frame.is_request() {
            self.check_names(name, key, items.iter().map(key_of))?;
        }
        self.key(name);
        self.frame.within(Segment::Field(name), |frame| frame.list(items))
    }

    /// Adds a blob with these bytes. Nothing is written to the JSON.
    pub fn bytes(&mut self, name: &'static str, blob: &Blob) -> Result<(), WireError> {
        self.frame.blob(blob, &[Segment::Field(name)])
    }

    /// Adds a blob with this tensor. Nothing is written to the JSON.
    pub fn tensor(&mut self, name: &'static str, tensor: &Tensor) {
        self.tensors(name, std::slice::from_ref(tensor));
    }

    /// Adds a blob with all of these tensors. Nothing is written to the JSON.
    pub fn tensors(&mut self, name: &'static str, tensors: &[Tensor]) {
        self.frame.count_blob(&[Segment::Field(name)]);
        self.frame.blobs.tensors(tensors);
    }

    /// Adds a blob for each item, and writes their names to the property `names`.
    pub fn keyed<T: KeyedBlob>(
        &mut self,
        name: &'static str,
        names: &'static str,
        items: &[T],
    ) -> Result<(), WireError> {
        let keys = self.keyed_blobs(name, items)?;
        self.field(names, &keys)
    }

    /// Adds a blob for each item, whose names [`root_names`](Self::root_names) writes at the root.
    pub fn keyed_at_root<T: KeyedBlob>(&mut self, name: &'static str, items: &[T]) -> Result<(), WireError> {
        let keys = self.keyed_blobs(name, items)?.into_iter().map(str::to_owned).collect();
        self.frame.root_names = Some(keys);
        Ok(())
    }

    /// Writes the names of [`keyed_at_root`](Self::keyed_at_root), if there are any.
    pub fn root_names(&mut self, names: &'static str) -> Result<(), WireError> {
        let keys = self.frame.root_names.take();
        self.optional(names, &keys)
    }

    /// Adds a blob for each tensor, entry by entry, and writes the names of the columns, sorted.
    pub fn entries<T: TensorColumn>(&mut self, name: &'static str, columns: &[T]) -> Result<(), WireError> {
        self.check_names(name, T::KEY, columns.iter().map(|column| column.parts().0))?;
        let mut columns: Vec<(&str, &[Tensor])> = columns.iter().map(TensorColumn::parts).collect();
        let Some(&(_, first)) = columns.first() else {
            return Err(self.frame.error(&[Segment::Field(name)], "at least one key is needed"));
        };
        let entries = first.len();
        if let Some((index, (_, other))) = columns.iter().enumerate().find(|(_, (_, column))| column.len() != entries) {
            let first = self.frame.path.text(&[Segment::Field(name), Segment::Index(0), Segment::Field(T::DATA)]);
            let number = count(other.len(), "tensor");
            let reason = format!("has {number}, but `{first}` has {entries}: each entry needs one of each key");
            let at = [Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)];
            return Err(self.frame.error(&at, reason));
        }
        let blobs = entries.saturating_mul(columns.len());
        if self.frame.is_request() && blobs > MAX_BLOBS {
            let (tensors, keys) = (count(entries, "tensor"), count(columns.len(), "key"));
            let reason = format!(
                "{keys} with {tensors} each are {blobs} blobs, but a request has at most {MAX_BLOBS}; add fewer entries \
                 at a time, or use `in_parts` where the call has it"
            );
            return Err(self.frame.error(&[Segment::Field(name)], reason));
        }
        // Servers sort as JavaScript does, by UTF-16 code unit.
        columns.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        self.columns(name, &columns, |tensor| tensor)
    }

    /// Adds a blob for each tensor, entry by entry, and writes the names of the columns, and the indexes of the entries
    /// to the property `indexes`.
    pub fn indexed_entries<T: IndexedTensorColumn>(
        &mut self,
        name: &'static str,
        indexes: &'static str,
        columns: &[T],
    ) -> Result<(), WireError> {
        let columns: Vec<(&str, &[T::Cell])> = columns.iter().map(IndexedTensorColumn::parts).collect();
        let first = columns.first().map(|(_, cells)| *cells).unwrap_or_default();
        let index_of = |cell: &T::Cell| cell.parts().0;
        for (index, (_, cells)) in columns.iter().enumerate() {
            if !cells.iter().map(index_of).eq(first.iter().map(index_of)) {
                let other = self.frame.path.text(&[Segment::Field(name), Segment::Index(0), Segment::Field(T::DATA)]);
                let at = [Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)];
                return Err(self.frame.error(&at, format!("has other indexes than `{other}`")));
            }
        }
        let numbers: Vec<u32> = first.iter().map(index_of).collect();
        self.columns(name, &columns, |cell| cell.parts().1)?;
        self.field(indexes, &numbers)
    }

    /// Adds the blobs of all columns, entry by entry, and writes their names.
    fn columns<C>(
        &mut self,
        name: &'static str,
        columns: &[(&str, &[C])],
        tensor: impl Fn(&C) -> &Tensor,
    ) -> Result<(), WireError> {
        for entry in 0..columns.first().map_or(0, |(_, cells)| cells.len()) {
            for cell in columns.iter().filter_map(|(_, cells)| cells.get(entry)) {
                self.tensor(name, tensor(cell));
            }
        }
        self.field(name, &columns.iter().map(|(key, _)| *key).collect::<Vec<_>>())
    }

    /// Adds a blob for each item, and returns their names.
    fn keyed_blobs<'t, T: KeyedBlob>(&mut self, name: &'static str, items: &'t [T]) -> Result<Vec<&'t str>, WireError> {
        self.check_names(name, T::KEY, items.iter().map(|item| item.parts().0))?;
        let mut keys = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let (key, data) = item.parts();
            self.frame.blob(data, &[Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)])?;
            keys.push(key);
        }
        Ok(keys)
    }

    fn check_names<'n>(
        &self,
        list: &'static str,
        key: &'static str,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<(), WireError> {
        let mut seen = BTreeSet::new();
        for (index, name) in names.enumerate() {
            if !seen.insert(name) {
                let at = [Segment::Field(list), Segment::Index(index), Segment::Field(key)];
                return Err(self.frame.error(&at, format!("duplicate name {name:?}")));
            }
        }
        Ok(())
    }

    /// Ends the object.
    pub fn end(self) -> Result<(), WireError> {
        self.frame.json.push(b'}');
        Ok(())
    }

    fn key(&mut self, name: &str) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.frame.json.push(b',');
        }
        self.text(name);
        self.frame.json.push(b':');
    }

    fn text(&mut self, name: &str) {
        let json = &mut self.frame.json;
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            json.push(b'"');
            json.extend_from_slice(name.as_bytes());
            json.push(b'"');
        } else {
            // Writing text to a vector cannot fail.
            let _ = serde_json::to_writer(&mut *json, name);
        }
    }
}
