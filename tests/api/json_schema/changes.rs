//! Changes of values, most of which make them invalid.

use serde_json::{Value, json};

/// The replacements for a part.
pub fn others() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0.25),
        json!(u64::from(u32::MAX) + 1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!("no such value"),
        json!([]),
        json!([null]),
        json!({}),
        json!({ "type": "no such variant", "code": "no such code" }),
    ]
}

/// A change of one part of a value.
#[derive(Clone, Debug)]
pub enum Change {
    /// The part is removed from its object or list.
    Gone,
    /// The part is replaced.
    Other(Value),
    /// The part gets another member, if it is an object.
    More,
}

/// All places of a value, as JSON pointers.
pub fn places(value: &Value) -> Vec<String> {
    let mut places = Vec::new();
    collect(value, String::new(), &|_| true, &mut places);
    places
}

/// All places outside of tensors: a schema cannot express that a tensor has as many elements as its shape says.
pub fn places_outside_of_tensors(value: &Value) -> Vec<String> {
    let mut places = Vec::new();
    let is_tensor = |value: &Value| ["type", "shape", "data"].iter().all(|key| value.get(key).is_some());
    collect(value, String::new(), &|value| !is_tensor(value), &mut places);
    places
}

fn collect(value: &Value, place: String, enters: &impl Fn(&Value) -> bool, places: &mut Vec<String>) {
    places.push(place.clone());
    match value {
        _ if !enters(value) => {}
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect(member, format!("{place}/{name}"), enters, places));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| collect(item, format!("{place}/{index}"), enters, places));
        }
        _ => {}
    }
}

impl Change {
    /// Changes the part at a place.
    pub fn apply(&self, value: &mut Value, place: &str) {
        match self {
            Self::Other(other) => *value.pointer_mut(place).unwrap() = other.clone(),
            Self::More => {
                if let Some(Value::Object(members)) = value.pointer_mut(place) {
                    members.insert("new in a later revision".to_owned(), json!([1]));
                }
            }
            Self::Gone => {
                let Some((parent, name)) = place.rsplit_once('/') else { return };
                match value.pointer_mut(parent).unwrap() {
                    Value::Object(members) => drop(members.remove(name)),
                    Value::Array(items) => drop(items.remove(name.parse().unwrap())),
                    _ => {}
                }
            }
        }
    }
}
