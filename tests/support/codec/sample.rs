//! Random values of a type of a definition.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Property, Schema, Shape};

/// The choices that make a value. When they are used up, the first option is taken: absent, empty, the first variant.
pub struct Choices<'c>(std::slice::Iter<'c, u32>);

impl<'c> Choices<'c> {
    pub fn new(choices: &'c [u32]) -> Self {
        Self(choices.iter())
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0.next().map_or(0, |choice| *choice as usize % limit)
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self, usize) -> Value) -> Value {
        (0..self.below(4)).map(|index| item(self, index)).collect()
    }
}

/// A value of the type, written out.
pub fn value(schema: Schema<'_>, choices: &mut Choices<'_>) -> Value {
    match schema.shape() {
        Shape::Plain => plain(schema, choices),
        Shape::Float => choices.of(&[0.5, 0.1, -0.0, f32::MAX, f32::MIN_POSITIVE]).into(),
        Shape::Bytes | Shape::Base64 => bytes(choices),
        Shape::Tensor => tensor(choices),
        Shape::List(items) => {
            choices.list(|choices, index| {
                let mut item = value(items, choices);
                // Names of items with tensors are unique within a request.
                let is_named = items.properties().iter().any(|one| one.blob().is_some_and(|rule| rule == "tensors"));
                if let (true, Value::Object(members)) = (is_named, &mut item) {
                    for text in members.values_mut().filter(|value| value.is_string()) {
                        *text = format!("{}{index}", text.as_str().unwrap()).into();
                    }
                }
                item
            })
        }
        Shape::Object(properties) => object(&properties, choices),
        Shape::Tagged(_, variants) => object(&choices.of(&variants).1.properties(), choices),
        Shape::Keyed(keys) => object(&[choices.of(&keys)], choices),
        Shape::Kinded(alternatives) => value(choices.of(&alternatives), choices),
    }
}

/// An object with these properties.
pub fn object(properties: &[Property<'_>], choices: &mut Choices<'_>) -> Value {
    let mut members = Map::new();
    for property in properties {
        let made = match (property.constant(), property.blob()) {
            (Some(constant), _) => constant.clone(),
            (None, Some(rule)) => blob(property, rule, choices),
            (None, None) if property.is_required || choices.below(2) == 1 => value(property.schema, choices),
            (None, None) => continue,
        };
        members.insert(property.name.to_owned(), made);
    }
    members.into()
}

fn blob(property: &Property<'_>, rule: &Value, choices: &mut Choices<'_>) -> Value {
    let Shape::List(items) = property.schema.shape() else { return value(property.schema, choices) };
    if rule == "entries" {
        let (key, data) = (text(items).name, list(items).name);
        let entries = choices.below(4);
        let columns = 1 + choices.below(3);
        let column = |index| {
            let tensors: Vec<Value> = (0..entries).map(|_| tensor(choices)).collect();
            json!({ key: unique(index, choices), data: tensors })
        };
        (0..columns).map(column).collect()
    } else if rule.get("keyed").is_some() {
        let (key, data) = (text(items).name, items.part(|shape| matches!(shape, Shape::Bytes)).name);
        choices.list(|choices, index| json!({ key: unique(index, choices), data: bytes(choices) }))
    } else if rule.get("entries").is_some() {
        let (key, data) = (text(items).name, list(items));
        let Shape::List(cell) = data.schema.shape() else { panic!("{} is no list", data.name) };
        let (at, content) = (plain_part(cell, "uint32").name, cell.part(|shape| matches!(shape, Shape::Tensor)).name);
        let indexes: Vec<u32> = (0..choices.below(4)).map(|_| choices.of(&[0, 7, u32::MAX])).collect();
        choices.list(|choices, index| {
            let cells: Vec<Value> =
                indexes.iter().map(|index| json!({ content: tensor(choices), at: index })).collect();
            json!({ data.name: cells, key: unique(index, choices) })
        })
    } else {
        value(property.schema, choices)
    }
}

/// The property with text.
fn text(schema: Schema<'_>) -> Property<'_> {
    plain_part(schema, "string")
}

/// The property of this plain type.
fn plain_part<'d>(schema: Schema<'d>, name: &str) -> Property<'d> {
    let found = schema.properties().into_iter().find(|property| property.schema.name() == name);
    found.expect("the rule fits its type")
}

/// The property with a list.
fn list(schema: Schema<'_>) -> Property<'_> {
    schema.part(|shape| matches!(shape, Shape::List(_)))
}

/// Names whose order by code point differs from the order by UTF-16 code unit.
const TEXTS: [&str; 7] = ["", "a", "\u{e000}", "\u{10000}", "é", "\"\\\n\u{1}", "名"];

fn unique(index: usize, choices: &mut Choices<'_>) -> String {
    format!("{}{index}", choices.of(&TEXTS))
}

fn plain(schema: Schema<'_>, choices: &mut Choices<'_>) -> Value {
    match schema.name() {
        "boolean" => (choices.below(2) == 1).into(),
        "int32" => choices.of(&[0, i32::MIN, i32::MAX]).into(),
        "int64" => choices.of(&[0, i64::MIN, i64::MAX]).into(),
        "uint32" => choices.of(&[0, 1, u32::MAX]).into(),
        "uint64" => choices.of(&[0, 1, u64::MAX]).into(),
        "double" => choices.of(&[0.0, -0.1, 1e300, f64::MIN_POSITIVE]).into(),
        _ => choices.of(&TEXTS).into(),
    }
}

fn bytes(choices: &mut Choices<'_>) -> Value {
    let len = choices.of(&[0, 1, 3, 252, 253, 300]);
    json!({ "$bytes": STANDARD.encode(vec![choices.below(256) as u8; len]) })
}

fn tensor(choices: &mut Choices<'_>) -> Value {
    let numbers =
        |ty: &str, data: Value| json!({ "type": ty, "shape": [data.as_array().unwrap().len()], "data": data });
    match choices.below(12) {
        0 => json!({ "type": "u8", "shape": [], "data": [choices.below(256)] }),
        1 => numbers("f32", json!([0.5, "-0", "Infinity", -2.25])),
        2 => numbers("f64", json!([0.1, "-Infinity", 1e300])),
        3 => numbers("i8", json!([-128, 127])),
        4 => json!({ "type": "i16", "shape": [2, 2], "data": [-2, 1, 0, i16::MIN] }),
        5 => numbers("i64", json!([i64::MIN.to_string(), "7"])),
        6 => numbers("u64", json!([u64::MAX.to_string()])),
        7 => numbers("string", json!(["é", "", "ab"])),
        8 => numbers("binary", json!(["AP8=", ""])),
        9 => numbers("boolean", json!([true, false])),
        10 => numbers("image", json!([{ "format": "png", "data": "YWJj" }, { "format": "", "data": "" }])),
        _ => json!({ "type": "u16", "shape": [3, 0], "data": [] }),
    }
}
