//! Paths in JSON: `params[].data`, `options<type=upload>.data`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A property that a path leads to, in an object that is there.
pub(crate) struct Place<'a> {
    /// The object.
    pub(crate) object: &'a mut Map<String, Value>,
    /// The property, which may be missing.
    pub(crate) field: &'a str,
    /// Where the object is, such as `params[2]`; empty for the root.
    pub(crate) parent: &'a str,
}

impl Place<'_> {
    /// Where the property is, such as `params[2].data`.
    pub(crate) fn path(&self) -> String {
        self.sibling(self.field)
    }

    pub(crate) fn sibling(&self, field: &str) -> String {
        join(self.parent, field)
    }
}

fn join(parent: &str, field: &str) -> String {
    if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") }
}

/// Visits every place that a path leads to, in document order.
///
/// `[]` goes into each item of an array; `<key=value>` goes on only if the object's property has that value. Where
/// the JSON is not of that form, the path leads nowhere.
pub(crate) fn visit<E>(
    root: &mut Value,
    path: &str,
    visitor: &mut dyn FnMut(Place<'_>) -> Result<(), E>,
) -> Result<(), E> {
    walk(root, path, &mut String::new(), visitor)
}

fn walk<E>(
    value: &mut Value,
    path: &str,
    at: &mut String,
    visitor: &mut dyn FnMut(Place<'_>) -> Result<(), E>,
) -> Result<(), E> {
    if let Some(path) = path.strip_prefix("[]") {
        let Value::Array(items) = value else { return Ok(()) };
        let length = at.len();
        for (index, item) in items.iter_mut().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(at, "[{index}]");
            walk(item, path, at, visitor)?;
            at.truncate(length);
        }
        return Ok(());
    }
    if let Some((condition, path)) = path.strip_prefix('<').and_then(|path| path.split_once('>')) {
        let holds = |(key, wanted): (&str, &str)| value.get(key).and_then(Value::as_str) == Some(wanted);
        return if condition.split_once('=').is_some_and(holds) { walk(value, path, at, visitor) } else { Ok(()) };
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    let (name, path) = path.split_at(path.find(['.', '[', '<']).unwrap_or(path.len()));
    let Value::Object(object) = value else { return Ok(()) };
    if path.is_empty() {
        return visitor(Place { object, field: name, parent: at });
    }
    let Some(child) = object.get_mut(name) else { return Ok(()) };
    let length = at.len();
    if length > 0 {
        at.push('.');
    }
    at.push_str(name);
    walk(child, path, at, visitor)?;
    at.truncate(length);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::visit;

    fn places(mut root: Value, path: &str) -> Vec<String> {
        let mut places = Vec::new();
        let done = visit(&mut root, path, &mut |place| {
            places.push(place.path());
            Ok::<_, ()>(())
        });
        assert_eq!(done, Ok(()));
        places
    }

    #[test]
    fn paths_lead_to_places_in_document_order() {
        let root = json!({"a": [{"t": "x", "b": [{}, {"c": 1}]}, {"t": "y", "b": [{}]}, 5], "t": "x"});
        assert_eq!(places(root.clone(), "z"), ["z"]);
        assert_eq!(places(root.clone(), "a[].z"), ["a[0].z", "a[1].z"]);
        assert_eq!(places(root.clone(), "a[].b[].c"), ["a[0].b[0].c", "a[0].b[1].c", "a[1].b[0].c"]);
        assert_eq!(places(root.clone(), "a[]<t=y>.b[].c"), ["a[1].b[0].c"]);
        assert_eq!(places(root.clone(), "<t=x>.z"), ["z"]);
        for nowhere in ["<t=y>.z", "b.z", "t.z", "t[].z", "a.z"] {
            assert!(places(root.clone(), nowhere).is_empty(), "{nowhere}");
        }
    }
}
