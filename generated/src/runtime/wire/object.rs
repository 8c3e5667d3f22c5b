//! Writing the members of an object.

use std::collections::BTreeSet;

use serde::Serialize;

use super::items::{IndexedTensor as _, IndexedTensorColumn, KeyedBlob, TensorColumn};
use super::wire_error::{Segment, WireError};
use super::writer::{FrameWriter, ToWire};
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
    ///
    /// # Errors
    ///
    /// Those of the content.
    pub fn keyed<T: ToWire>(&mut self, key: &'static str, content: &T) -> Result<(), WireError> {
        let mut object = self.object();
        object.nested(key, content)?;
        object.end()
    }
}

/// Takes the members of an object.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    frame: &'a mut FrameWriter,
    is_empty: bool,
}

impl ObjectWriter<'_> {
    /// Writes a property that is all JSON.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON, or holds a number that is not finite.
    pub fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), WireError> {
        self.key(name);
        self.frame.path.push(Segment::Field(name));
        self.frame.value(value)?;
        self.frame.path.pop();
        Ok(())
    }

    /// The same for a property that may be absent.
    ///
    /// # Errors
    ///
    /// Those of [`field`](Self::field).
    pub fn optional<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), WireError> {
        value.as_ref().map_or(Ok(()), |value| self.field(name, value))
    }

    /// Writes a property that has blobs. It is left out if its value writes no JSON.
    ///
    /// # Errors
    ///
    /// The wire has no form for the value.
    pub fn nested<T: ToWire>(&mut self, name: &'static str, value: &T) -> Result<(), WireError> {
        let (start, was_empty) = (self.frame.json.len(), self.is_empty);
        self.key(name);
        let begin = self.frame.json.len();
        self.frame.path.push(Segment::Field(name));
        value.to_wire(self.frame)?;
        self.frame.path.pop();
        if self.frame.json.len() == begin {
            self.frame.json.truncate(start);
            self.is_empty = was_empty;
        }
        Ok(())
    }

    /// Writes a list whose items a request tells apart by a name.
    ///
    /// # Errors
    ///
    /// A request uses a name twice, or the wire has no form for an item.
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
        self.frame.path.push(Segment::Field(name));
        self.frame.list(items)?;
        self.frame.path.pop();
        Ok(())
    }

    /// Adds a blob with these bytes; nothing stands in the JSON.
    ///
    /// # Errors
    ///
    /// It has more bytes than this machine can count.
    pub fn bytes(&mut self, name: &'static str, blob: &Blob) -> Result<(), WireError> {
        self.frame.blob(blob, &[Segment::Field(name)])
    }

    /// Adds a blob with this tensor; nothing stands in the JSON.
    pub fn tensor(&mut self, name: &'static str, tensor: &Tensor) {
        self.tensors(name, std::slice::from_ref(tensor));
    }

    /// Adds a blob with all of these tensors, back to back; nothing stands in the JSON.
    pub fn tensors(&mut self, name: &'static str, tensors: &[Tensor]) {
        self.frame.count_blob(&[Segment::Field(name)]);
        self.frame.blobs.tensors(tensors);
    }

    /// Adds a blob for each item, and writes their names into the property `names`.
    ///
    /// # Errors
    ///
    /// A name is used twice.
    pub fn keyed<T: KeyedBlob>(
        &mut self,
        name: &'static str,
        names: &'static str,
        items: &[T],
    ) -> Result<(), WireError> {
        let keys = self.keyed_blobs(name, items)?;
        self.field(names, &keys)
    }

    /// The same with the names at the root, where [`root_names`](Self::root_names) writes them.
    ///
    /// # Errors
    ///
    /// Those of [`keyed`](Self::keyed).
    pub fn keyed_at_root<T: KeyedBlob>(&mut self, name: &'static str, items: &[T]) -> Result<(), WireError> {
        let keys = self.keyed_blobs(name, items)?.into_iter().map(str::to_owned).collect();
        self.frame.root_names = Some(keys);
        Ok(())
    }

    /// Writes the names of blobs that belong deeper, if there are any.
    ///
    /// # Errors
    ///
    /// Those of [`field`](Self::field).
    pub fn root_names(&mut self, names: &'static str) -> Result<(), WireError> {
        let keys = self.frame.root_names.take();
        self.optional(names, &keys)
    }

    /// Adds a blob for each tensor, entry by entry, and writes the names of the columns, sorted.
    ///
    /// # Errors
    ///
    /// There is no column, a name is used twice, the columns differ in length, or there are too many tensors.
    pub fn entries<T: TensorColumn>(&mut self, name: &'static str, columns: &[T]) -> Result<(), WireError> {
        self.check_names(name, T::KEY, columns.iter().map(|column| column.parts().0))?;
        let mut columns: Vec<(&str, &[Tensor])> = columns.iter().map(TensorColumn::parts).collect();
        let Some(&(_, first)) = columns.first() else {
            return Err(self.frame.error(&[Segment::Field(name)], "there has to be at least one key"));
        };
        let entries = first.len();
        if let Some(index) = columns.iter().position(|(_, tensors)| tensors.len() != entries) {
            let has = columns.get(index).map_or(0, |(_, tensors)| tensors.len());
            let other = self.frame.path.text(&[Segment::Field(name), Segment::Index(0), Segment::Field(T::DATA)]);
            let reason = format!("has {}, and `{other}` has {entries}: each entry needs one of each key", tensors(has));
            let at = [Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)];
            return Err(self.frame.error(&at, reason));
        }
        let blobs = entries.saturating_mul(columns.len());
        if blobs > self.frame.most_blobs {
            let (keys, most) = (count(columns.len(), "key"), self.frame.most_blobs);
            let reason = format!(
                "{} in each of {keys} make {blobs} blobs, and a request holds at most {most}",
                tensors(entries)
            );
            return Err(self.frame.error(&[Segment::Field(name)], reason));
        }
        // The servers' order is that of JavaScript: by UTF-16 code unit.
        columns.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        for entry in 0..entries {
            for (_, tensors) in &columns {
                self.tensors(name, tensors.get(entry).map_or(&[], std::slice::from_ref));
            }
        }
        let keys: Vec<&str> = columns.iter().map(|(key, _)| *key).collect();
        self.field(name, &keys)
    }

    /// Adds a blob for each tensor, entry by entry, and writes the names of the columns, and the indexes of the entries
    /// into the property `indexes`.
    ///
    /// # Errors
    ///
    /// The columns differ in their indexes.
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
        for entry in 0..first.len() {
            for (_, cells) in &columns {
                if let Some(cell) = cells.get(entry) {
                    self.tensor(name, cell.parts().1);
                }
            }
        }
        let keys: Vec<&str> = columns.iter().map(|(key, _)| *key).collect();
        self.field(name, &keys)?;
        self.field(indexes, &first.iter().map(index_of).collect::<Vec<_>>())
    }

    /// Adds a blob for each item; gives the names.
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
                return Err(self.frame.error(&at, format!("duplicate name {name:?}: each has to be there once")));
            }
        }
        Ok(())
    }

    /// Ends the object.
    ///
    /// # Errors
    ///
    /// None; it is the last expression of what writes a value.
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

fn tensors(number: usize) -> String {
    count(number, "tensor")
}
