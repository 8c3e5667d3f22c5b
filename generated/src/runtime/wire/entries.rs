//! Tables of tensors by key: encoding.

use serde_json::Value;

use super::frame::MOST_BLOBS;
use super::lift::{Lift, object, twice};
use super::path::Place;
use super::rules::Indexed;
use crate::runtime::error::Failure;
use crate::runtime::text::count;

/// A key and where its tensors are parked.
struct Column<'a> {
    key: &'a str,
    tensors: &'a [Value],
}

/// Request form: the keys sorted, the blobs entry by entry.
pub(super) fn lift(lift: &mut Lift, place: Place<'_>, key: &str, data: &str) -> Result<(), Failure> {
    let path = place.path();
    let Some(Value::Array(items)) = place.object.get(place.field) else { return Ok(()) };
    let mut columns = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{path}[{index}]");
        let item = object(item, &at)?;
        let tensors = item.get(data).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        columns.push(Column { key: item.get(key).and_then(Value::as_str).unwrap_or_default(), tensors });
    }
    let Some(first) = columns.first() else {
        return Err(Failure::invalid(path, "there has to be at least one key"));
    };
    let entries = first.tensors.len();
    for (index, column) in columns.iter().enumerate() {
        let at = format!("{path}[{index}]");
        if columns.iter().take(index).any(|other| other.key == column.key) {
            return Err(twice(format!("{at}.{key}"), column.key));
        }
        if column.tensors.len() != entries {
            let has = count(column.tensors.len(), "tensor");
            let reason = format!("has {has}, and `{path}[0].{data}` has {entries}: each entry needs one of each key");
            return Err(Failure::invalid(format!("{at}.{data}"), reason));
        }
    }
    let blobs = entries.saturating_mul(columns.len());
    if blobs > MOST_BLOBS {
        let (entries, keys) = (count(entries, "tensor"), count(columns.len(), "key"));
        let reason =
            format!("{entries} in each of {keys} make {blobs} blobs, and a request holds at most {MOST_BLOBS}");
        return Err(Failure::invalid(path, reason));
    }
    // The servers' order is that of JavaScript: by UTF-16 code unit.
    columns.sort_by(|a, b| a.key.encode_utf16().cmp(b.key.encode_utf16()));
    add(lift, &columns, entries, &path)?;
    let keys = columns.iter().map(|column| Value::from(column.key)).collect();
    place.object.insert(place.field.to_owned(), Value::Array(keys));
    Ok(())
}

/// Result form: the keys as they are, the entries' indexes beside.
pub(super) fn lift_indexed(lift: &mut Lift, place: Place<'_>, names: Indexed) -> Result<(), Failure> {
    let path = place.path();
    let Some(Value::Array(items)) = place.object.get(place.field) else { return Ok(()) };
    let mut indexes: Option<Vec<Value>> = None;
    let mut tables = Vec::with_capacity(items.len());
    for (position, item) in items.iter().enumerate() {
        let at = format!("{path}[{position}]");
        let item = object(item, &at)?;
        let cells = item.get(names.data).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let own: Vec<Value> = cells.iter().map(|cell| cell.get(names.index).cloned().unwrap_or_default()).collect();
        if indexes.as_ref().is_some_and(|first| *first != own) {
            let reason = format!("has other indexes than `{path}[0].{}`", names.data);
            return Err(Failure::invalid(format!("{at}.{}", names.data), reason));
        }
        indexes.get_or_insert(own);
        let tensors: Vec<Value> = cells.iter().filter_map(|cell| cell.get(names.tensor).cloned()).collect();
        tables.push((item.get(names.key).and_then(Value::as_str).unwrap_or_default(), tensors));
    }
    let indexes = indexes.unwrap_or_default();
    let columns: Vec<Column<'_>> = tables.iter().map(|(key, tensors)| Column { key, tensors }).collect();
    add(lift, &columns, indexes.len(), &path)?;
    let keys = columns.iter().map(|column| Value::from(column.key)).collect();
    place.object.insert(place.field.to_owned(), Value::Array(keys));
    place.object.insert(names.indexes.to_owned(), Value::Array(indexes));
    Ok(())
}

/// One blob a tensor: the first of each key, then the second of each.
fn add(lift: &mut Lift, columns: &[Column<'_>], entries: usize, path: &str) -> Result<(), Failure> {
    for entry in 0..entries {
        for column in columns {
            lift.add(column.tensors.get(entry).map_or(&[], std::slice::from_ref), path)?;
        }
    }
    Ok(())
}
