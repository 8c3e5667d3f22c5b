//! Encoding: bytes and tensors out of the JSON, into blobs.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::entries;
use super::path::{Place, visit};
use super::payload::Payload;
use super::rules::{BlobRule, Kind};
use super::scope::Parked;
use crate::runtime::error::Failure;
use crate::runtime::files::Sourced;

/// The blobs that are being collected.
pub(super) struct Lift {
    parked: Vec<Parked>,
    lifted: usize,
    blobs: Vec<Payload>,
    most: Option<usize>,
    /// Where the first blob came from that is too many.
    surplus: Option<String>,
}

/// Takes what is parked out of the JSON, into no more than so many blobs.
pub(super) fn lift(
    root: &mut Value,
    parked: Vec<Parked>,
    rules: &[BlobRule],
    most: Option<usize>,
) -> Result<Vec<Payload>, Failure> {
    let mut lift = Lift { parked, lifted: 0, blobs: Vec::new(), most, surplus: None };
    for rule in rules {
        lift.rule(root, rule)?;
    }
    if let (Some(path), Some(most)) = (lift.surplus, most) {
        let made = lift.blobs.len();
        let reason =
            format!("with it the request makes {made} blobs, and it holds at most {most}; send less at a time");
        return Err(Failure::invalid(path, reason));
    }
    if lift.lifted != lift.parked.len() {
        return Err(Failure::invalid("", "it holds bytes or tensors where the method's definition has none"));
    }
    Ok(lift.blobs)
}

impl Lift {
    fn rule(&mut self, root: &mut Value, rule: &BlobRule) -> Result<(), Failure> {
        let mut root_names: Option<(&str, Vec<Value>)> = None;
        let mut seen = Names::default();
        visit(root, rule.path, &mut |place| {
            match rule.kind {
                Kind::Bytes | Kind::Tensor => match place.object.remove(place.field) {
                    None | Some(Value::Null) => {}
                    Some(value) => self.add(&[value], &place.path())?,
                },
                Kind::Tensors { name } => {
                    if let Some(name) = name {
                        seen.add(place.object.get(name), || place.sibling(name))?;
                    }
                    if let Some(Value::Array(tensors)) = place.object.get(place.field) {
                        self.add(tensors, &place.path())?;
                        place.object.remove(place.field);
                    }
                }
                Kind::Keyed { names, at_root, key, data } => {
                    if let Some(listed) = self.keyed(&place, key, data)? {
                        place.object.remove(place.field);
                        if at_root {
                            root_names.get_or_insert((names, Vec::new())).1.extend(listed);
                        } else {
                            place.object.insert(names.to_owned(), Value::Array(listed));
                        }
                    }
                }
                Kind::Entries { key, data } => entries::lift(self, place, key, data)?,
                Kind::IndexedEntries(names) => entries::lift_indexed(self, place, names)?,
            }
            Ok(())
        })?;
        if let (Some((field, names)), Value::Object(object)) = (root_names, root) {
            object.insert(field.to_owned(), Value::Array(names));
        }
        Ok(())
    }

    /// A blob for each item; the names.
    fn keyed(&mut self, place: &Place<'_>, key: &str, data: &str) -> Result<Option<Vec<Value>>, Failure> {
        let Some(Value::Array(items)) = place.object.get(place.field) else { return Ok(None) };
        let mut names = Vec::with_capacity(items.len());
        let mut seen = Names::default();
        for (index, item) in items.iter().enumerate() {
            let at = format!("{}[{index}]", place.path());
            let item = object(item, &at)?;
            seen.add(item.get(key), || format!("{at}.{key}"))?;
            names.push(item.get(key).cloned().unwrap_or_default());
            self.add(item.get(data).map_or(&[], std::slice::from_ref), &format!("{at}.{data}"))?;
        }
        Ok(Some(names))
    }

    /// One blob of what is parked at these positions.
    pub(super) fn add(&mut self, positions: &[Value], path: &str) -> Result<(), Failure> {
        let mut blob = Payload::default();
        for position in positions {
            let index = position.as_u64().and_then(|index| usize::try_from(index).ok());
            match index.and_then(|index| self.parked.get(index)) {
                Some(Parked::Bytes(bytes)) => match bytes.source() {
                    Some(source) => {
                        let too_large = |_| Failure::invalid(path, "it has more bytes than this machine can count");
                        let len = usize::try_from(source.len()).map_err(too_large)?;
                        blob = Payload::elsewhere(Sourced { source: source.clone(), path: path.into() }, len);
                    }
                    None => blob.push(bytes.clone().into_bytes()),
                },
                Some(Parked::Tensor(tensor)) => blob.push_tensor(tensor),
                None => return Err(Failure::invalid(path, "neither bytes nor a tensor")),
            }
            self.lifted = self.lifted.saturating_add(1);
        }
        if self.surplus.is_none() && self.most == Some(self.blobs.len()) {
            self.surplus = Some(path.to_owned());
        }
        self.blobs.push(blob);
        Ok(())
    }
}

/// Names that tell items of a list apart.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn add(&mut self, name: Option<&Value>, path: impl Fn() -> String) -> Result<(), Failure> {
        match name.and_then(Value::as_str) {
            Some(name) if !self.0.insert(name.to_owned()) => Err(twice(path(), name)),
            _ => Ok(()),
        }
    }
}

pub(super) fn twice(path: String, name: &str) -> Failure {
    Failure::invalid(path, format!("{name:?} is there twice, and each has to be there once"))
}

pub(super) fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Failure> {
    value.as_object().ok_or_else(|| Failure::invalid(path, "not an object"))
}
