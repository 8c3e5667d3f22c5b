//! The places of a definition that have a name, and renaming them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A definition in which every name stands for one thing, so that a renaming needs no knowledge of the format.
pub struct Definition {
    value: Value,
    pub places: Vec<Place>,
}

/// A name and everything that refers to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub name: String,
    pub case: Case,
}

/// How the names of a place are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    UpperCamel,
    LowerCamel,
    Any,
}

impl Definition {
    pub fn read(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap();
        let mut places = BTreeSet::new();
        for part in ["$defs", "errors", "errorSets", "services"] {
            collect(part, &value[part], &mut places);
        }
        Self { value, places: places.into_iter().collect() }
    }

    /// The text with other names; nothing if two members of an object would have one name.
    pub fn rename(&self, names: &BTreeMap<&str, String>) -> Option<String> {
        Some(rename(&self.value, names)?.to_string())
    }
}

/// Collects the names that an object's keys or a string are, by the keyword that leads there.
fn collect(keyword: &str, value: &Value, places: &mut BTreeSet<Place>) {
    let case = match keyword {
        "$defs" | "services" | "title" => Case::UpperCamel,
        "methods" => Case::LowerCamel,
        _ => Case::Any,
    };
    let place = |name: &str| Place { name: name.to_owned(), case };
    match (keyword, value) {
        ("title" | "identifier" | "code" | "const" | "keyed" | "entries", Value::String(name)) => {
            places.insert(place(name));
        }
        ("enum" | "aliases", Value::Array(names)) => {
            places.extend(names.iter().filter_map(Value::as_str).map(place));
        }
        ("$defs" | "services" | "methods" | "events" | "errors" | "errorSets" | "properties", Value::Object(named)) => {
            for (name, value) in named {
                places.insert(place(name));
                members(value, places);
            }
        }
        ("enumIdentifiers", Value::Object(identifiers)) => {
            places.extend(identifiers.values().filter_map(Value::as_str).map(place));
        }
        (_, value) => members(value, places),
    }
}

fn members(value: &Value, places: &mut BTreeSet<Place>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(keyword, value)| collect(keyword, value, places)),
        Value::Array(elements) => elements.iter().for_each(|element| members(element, places)),
        _ => {}
    }
}

fn rename(value: &Value, names: &BTreeMap<&str, String>) -> Option<Value> {
    Some(match value {
        Value::String(text) => Value::String(reference(text, names)),
        Value::Array(elements) => {
            Value::Array(elements.iter().map(|element| rename(element, names)).collect::<Option<_>>()?)
        }
        Value::Object(members) => {
            let mut renamed = Map::new();
            for (name, value) in members {
                if renamed.insert(reference(name, names), rename(value, names)?).is_some() {
                    return None;
                }
            }
            Value::Object(renamed)
        }
        other => other.clone(),
    })
}

/// A name, or a path such as `params.name` and `#/$defs/Name`.
fn reference(text: &str, names: &BTreeMap<&str, String>) -> String {
    let separator = if text.starts_with("#/") { "/" } else { "." };
    let parts = text.split(separator).map(|part| names.get(part).map_or(part, String::as_str));
    parts.collect::<Vec<_>>().join(separator)
}
