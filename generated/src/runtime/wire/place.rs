//! Decoding: blobs into the JSON, where bytes and tensors belong.

use serde_json::{Map, Value};

use super::frame::Blobs;
use super::path::{Place, visit};
use super::rules::{BlobRule, Indexed, Kind};
use super::scope::Parked;
use crate::runtime::Blob;
use crate::runtime::error::Failure;
use crate::runtime::text::count;
use crate::tensor::{DecodeError, Tensor};

/// The blobs that are being given out.
struct Placing {
    blobs: Blobs,
    taken: usize,
    /// Places for which no blob was left.
    missing: usize,
    parked: Vec<Parked>,
    prefix: &'static str,
}

/// Puts the blobs' positions into the JSON; what they hold is what is parked.
///
/// Paths in errors begin with the prefix.
pub(super) fn place(
    root: &mut Value,
    blobs: Blobs,
    rules: &[BlobRule],
    prefix: &'static str,
) -> Result<Vec<Parked>, Failure> {
    let mut placing = Placing { blobs, taken: 0, missing: 0, parked: Vec::new(), prefix };
    for rule in rules {
        placing.rule(root, rule)?;
    }
    let left = placing.blobs.left();
    if placing.missing > 0 || left > 0 {
        let (wanted, there) = (placing.taken.saturating_add(placing.missing), placing.taken.saturating_add(left));
        let (wanted, there) = (count(wanted, "blob"), count(there, "blob"));
        return Err(placing.malformed("", format!("it has {there}, and its JSON has places for {wanted}")));
    }
    Ok(placing.parked)
}

impl Placing {
    fn rule(&mut self, root: &mut Value, rule: &BlobRule) -> Result<(), Failure> {
        if let Kind::Keyed { names, at_root: true, key, data } = rule.kind {
            return self.keyed_at_root(root, rule.path, names, [key, data]);
        }
        visit(root, rule.path, &mut |place| {
            match rule.kind {
                Kind::Bytes => {
                    let value = self.bytes();
                    place.object.extend(value.map(|value| (place.field.to_owned(), value)));
                }
                Kind::Tensor => {
                    let value = self.tensor(|| place.path())?;
                    place.object.extend(value.map(|value| (place.field.to_owned(), value)));
                }
                Kind::Tensors { .. } => {
                    let there = place.object.get(place.field);
                    if matches!(there, None | Some(Value::Null | Value::Array(_))) {
                        let value = self.tensors(|| place.path())?;
                        place.object.extend(value.map(|value| (place.field.to_owned(), value)));
                    }
                }
                Kind::Keyed { names, key, data, .. } => {
                    if let Some(names) = place.object.remove(names) {
                        let items = self.keyed(names, key, data);
                        place.object.insert(place.field.to_owned(), items);
                    }
                }
                Kind::Entries { key, data } => self.entries(place, key, data)?,
                Kind::IndexedEntries(names) => self.indexed(place, names)?,
            }
            Ok(())
        })
    }

    /// The names stand at the root, the items elsewhere.
    fn keyed_at_root(
        &mut self,
        root: &mut Value,
        path: &str,
        names: &str,
        [key, data]: [&str; 2],
    ) -> Result<(), Failure> {
        let mut applies = false;
        visit(root, path, &mut |_| {
            applies = true;
            Ok::<_, Failure>(())
        })?;
        let Some(names) = root.as_object_mut().filter(|_| applies).and_then(|root| root.remove(names)) else {
            return Ok(());
        };
        let mut names = Some(names);
        visit(root, path, &mut |place| {
            let items = self.keyed(names.take().unwrap_or_else(|| Value::Array(Vec::new())), key, data);
            place.object.insert(place.field.to_owned(), items);
            Ok(())
        })
    }

    fn keyed(&mut self, names: Value, key: &str, data: &str) -> Value {
        // Names that are no list are left to the type to complain about.
        let Value::Array(names) = names else { return names };
        if !self.has(names.len()) {
            return Value::Array(Vec::new());
        }
        let item = |name: Value| {
            let bytes = self.bytes().unwrap_or_default();
            Value::Object(Map::from_iter([(key.to_owned(), name), (data.to_owned(), bytes)]))
        };
        Value::Array(names.into_iter().map(item).collect())
    }

    fn entries(&mut self, place: Place<'_>, key: &str, data: &str) -> Result<(), Failure> {
        let path = place.path();
        let Some(Value::Array(keys)) = place.object.get_mut(place.field) else { return Ok(()) };
        let keys = std::mem::take(keys);
        let left = self.blobs.left();
        let entries = left.checked_div(keys.len()).unwrap_or(0);
        if entries.saturating_mul(keys.len()) != left {
            let message =
                format!("has {}, which {} do not share evenly", count(left, "blob"), count(keys.len(), "key"));
            return Err(self.malformed(&path, message));
        }
        let columns = self.columns(entries, keys.len(), &path)?;
        let items = keys.into_iter().zip(columns).map(|(name, tensors)| {
            Value::Object(Map::from_iter([(key.to_owned(), name), (data.to_owned(), Value::Array(tensors))]))
        });
        let items = items.collect();
        place.object.insert(place.field.to_owned(), Value::Array(items));
        Ok(())
    }

    fn indexed(&mut self, place: Place<'_>, names: Indexed) -> Result<(), Failure> {
        let path = place.path();
        let indexes = place.object.remove(names.indexes);
        let Some(Value::Array(keys)) = place.object.get_mut(place.field) else { return Ok(()) };
        let keys = std::mem::take(keys);
        let Some(Value::Array(indexes)) = indexes else {
            return Err(self.malformed(&place.sibling(names.indexes), "missing, or not a list".to_owned()));
        };
        let wanted = keys.len().saturating_mul(indexes.len());
        if !self.has(wanted) {
            return Ok(());
        }
        let columns = self.columns(indexes.len(), keys.len(), &path)?;
        let items = keys.into_iter().zip(columns).map(|(name, tensors)| {
            let cell = |(index, tensor): (&Value, Value)| {
                Value::Object(Map::from_iter([
                    (names.index.to_owned(), index.clone()),
                    (names.tensor.to_owned(), tensor),
                ]))
            };
            let cells = indexes.iter().zip(tensors).map(cell).collect();
            Value::Object(Map::from_iter([(names.key.to_owned(), name), (names.data.to_owned(), Value::Array(cells))]))
        });
        let items = items.collect();
        place.object.insert(place.field.to_owned(), Value::Array(items));
        Ok(())
    }

    /// The tensors of each key; the blobs hold the first of each key, then the second of each.
    fn columns(&mut self, entries: usize, keys: usize, path: &str) -> Result<Vec<Vec<Value>>, Failure> {
        let mut columns = vec![Vec::with_capacity(entries); keys];
        for entry in 0..entries {
            for (key, column) in columns.iter_mut().enumerate() {
                column.extend(self.tensor(|| format!("{path}[{key}], entry {entry}"))?);
            }
        }
        Ok(columns)
    }

    /// Whether so many blobs are left; if not, they count as missing, and none is left.
    ///
    /// Nothing is built for blobs that are not there: their number may be far larger than the frame.
    fn has(&mut self, wanted: usize) -> bool {
        let left = self.blobs.left();
        if wanted <= left {
            return true;
        }
        self.missing = self.missing.saturating_add(wanted.saturating_sub(left));
        self.taken = self.taken.saturating_add(left);
        self.blobs = Blobs::of_request(Vec::new());
        false
    }

    fn bytes(&mut self) -> Option<Value> {
        let blob = self.take()?;
        Some(self.park(Parked::Bytes(blob)))
    }

    fn tensor(&mut self, path: impl Fn() -> String) -> Result<Option<Value>, Failure> {
        let Some(blob) = self.take() else { return Ok(None) };
        match Tensor::decode(blob.into_bytes()) {
            Ok(tensor) => Ok(Some(self.park(Parked::Tensor(tensor)))),
            Err(error) => Err(self.bad_tensor(&path(), &error)),
        }
    }

    fn tensors(&mut self, path: impl Fn() -> String) -> Result<Option<Value>, Failure> {
        let Some(blob) = self.take() else { return Ok(None) };
        match Tensor::decode_many(blob.into_bytes()) {
            Ok(tensors) => {
                let positions = tensors.into_iter().map(|tensor| self.park(Parked::Tensor(tensor)));
                Ok(Some(Value::Array(positions.collect())))
            }
            Err(error) => Err(self.bad_tensor(&path(), &error)),
        }
    }

    fn take(&mut self) -> Option<Blob> {
        let blob = self.blobs.next();
        let counter = if blob.is_some() { &mut self.taken } else { &mut self.missing };
        *counter = counter.saturating_add(1);
        blob
    }

    fn park(&mut self, parked: Parked) -> Value {
        let position = self.parked.len();
        self.parked.push(parked);
        Value::from(position)
    }

    fn bad_tensor(&self, path: &str, error: &DecodeError) -> Failure {
        let blob = self.taken.saturating_sub(1);
        self.malformed(path, format!("blob {blob}: {error}"))
    }

    fn malformed(&self, path: &str, message: String) -> Failure {
        let path = match (self.prefix, path) {
            (_, "") => self.prefix.to_owned(),
            ("", path) => path.to_owned(),
            (prefix, path) => format!("{prefix}.{path}"),
        };
        Failure::decode(path, message, "")
    }
}
