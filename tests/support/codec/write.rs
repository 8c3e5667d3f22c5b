//! From values to JSON and blobs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::schema::{Property, Schema, Shape};
use super::tensor;

/// The JSON and the blobs of a value.
pub(super) fn write(schema: Schema<'_>, value: &Value) -> (String, Vec<Vec<u8>>) {
    let mut writer = Writer::default();
    let mut json = writer.value(schema, value).expect("a frame has JSON");
    if let Some((names, keys)) = writer.root_names {
        let comma = if json == "{}" { "" } else { "," };
        json.truncate(json.len() - 1);
        json.push_str(&format!("{comma}{}:{keys}}}", Value::from(names)));
    }
    // By rule in the order of the definition, and within a rule in the order of the document.
    writer.blobs.sort_by(|(left, _), (right, _)| left.cmp(right));
    (json, writer.blobs.into_iter().map(|(_, blob)| blob).collect())
}

#[derive(Default)]
struct Writer {
    /// Each blob with its rule: the positions of properties and variants in the definition that lead to it.
    blobs: Vec<(Vec<usize>, Vec<u8>)>,
    rule: Vec<usize>,
    root_names: Option<(String, Value)>,
}

impl Writer {
    /// The JSON of a value; `None` if it is not part of the JSON.
    fn value(&mut self, schema: Schema<'_>, value: &Value) -> Option<String> {
        Some(match schema.shape() {
            Shape::Plain => value.to_string(),
            Shape::Float => serde_json::to_string(&(value.as_f64()? as f32)).expect("a number"),
            Shape::Base64 => Value::from(STANDARD.encode(bytes(value))).to_string(),
            Shape::List(items) => {
                let items = list(value).iter().map(|item| self.value(items, item).expect("an item has JSON"));
                format!("[{}]", items.collect::<Vec<_>>().join(","))
            }
            Shape::Object(properties) => self.object(&properties, value, None),
            Shape::Tagged(tag, variants) => {
                match variants.iter().position(|(name, _)| value[tag] == *name) {
                    Some(index) => {
                        let (name, schema) = variants[index];
                        self.at(index, |writer| writer.object(&schema.properties(), value, Some((tag, name))))
                    }
                    // An unknown variant is unchanged.
                    None => value.to_string(),
                }
            }
            Shape::Keyed(keys) => self.object(&keys, value, None),
            Shape::Kinded(alternatives) => {
                let index = alternatives.iter().position(|one| one.is_kind_of(value)).expect("an alternative");
                let alternative = alternatives[index];
                if alternative.is_tensors() {
                    self.tensors(list(value));
                    return None;
                }
                return self.at(index, |writer| writer.value(alternative, value));
            }
            Shape::Bytes | Shape::Tensor => panic!("{value} has no rule"),
        })
    }

    fn object(&mut self, properties: &[Property<'_>], value: &Value, tag: Option<(&str, &str)>) -> String {
        let constants = properties.iter().filter_map(|property| Some((property.name, property.constant()?)));
        let mut members: Vec<(String, String)> = match tag {
            Some((tag, name)) => vec![(tag.to_owned(), Value::from(name).to_string())],
            None => constants.map(|(name, value)| (name.to_owned(), value.to_string())).collect(),
        };
        for (index, property) in properties.iter().enumerate().filter(|(_, property)| property.constant().is_none()) {
            if let Some(value) = value.get(property.name).filter(|value| !value.is_null()) {
                self.at(index, |writer| writer.property(property, value, &mut members));
            }
        }
        let members = members.into_iter().map(|(name, value)| format!("{}:{value}", Value::from(name)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }

    fn property(&mut self, property: &Property<'_>, value: &Value, members: &mut Vec<(String, String)>) {
        let name = property.name.to_owned();
        match property.blob() {
            None => members.extend(self.value(property.schema, value).map(|json| (name, json))),
            Some(Value::String(rule)) if rule == "bytes" => self.blob(bytes(value)),
            Some(Value::String(rule)) if rule == "tensor" => self.tensors(std::slice::from_ref(value)),
            Some(Value::String(rule)) if rule == "tensors" && property.schema.is_tensors() => self.tensors(list(value)),
            Some(Value::String(rule)) if rule == "tensors" => {
                members.extend(self.value(property.schema, value).map(|json| (name, json)));
            }
            Some(Value::String(_)) => members.push((name, self.entries(property, value).to_string())),
            Some(rule) if rule.get("keyed").is_some() => {
                let keys = self.keyed(property, value);
                let names = rule["keyed"].as_str().expect("a key").to_owned();
                if rule["at"] == "root" {
                    self.root_names = Some((names, keys));
                } else {
                    members.push((names, keys.to_string()));
                }
            }
            Some(rule) => {
                let (keys, indexes) = self.indexed_entries(property, value);
                members.push((name, keys.to_string()));
                members.push((rule["entries"].as_str().expect("a key").to_owned(), indexes.to_string()));
            }
        }
    }

    fn keyed(&mut self, property: &Property<'_>, value: &Value) -> Value {
        let item = items(property.schema);
        let (key, data) = (name_in(item), item.part(|shape| matches!(shape, Shape::Bytes)).name);
        for item in list(value) {
            self.blob(bytes(&item[data]));
        }
        list(value).iter().map(|item| item[key].clone()).collect()
    }

    fn entries(&mut self, property: &Property<'_>, value: &Value) -> Value {
        let item = items(property.schema);
        let (key, data) = (name_in(item), item.part(|shape| matches!(shape, Shape::List(_))).name);
        let mut columns: Vec<&Value> = list(value).iter().collect();
        columns.sort_by_key(|column| column[key].as_str().expect("a name").encode_utf16().collect::<Vec<_>>());
        for entry in 0..list(&columns[0][data]).len() {
            columns.iter().for_each(|column| self.tensors(std::slice::from_ref(&column[data][entry])));
        }
        columns.iter().map(|column| column[key].clone()).collect()
    }

    fn indexed_entries(&mut self, property: &Property<'_>, value: &Value) -> (Value, Value) {
        let item = items(property.schema);
        let (key, data) = (name_in(item), item.part(|shape| matches!(shape, Shape::List(_))));
        let cell = items(data.schema);
        let tensor = cell.part(|shape| matches!(shape, Shape::Tensor)).name;
        let index = cell.part(|shape| matches!(shape, Shape::Plain)).name;
        let columns = list(value);
        let first = columns.first().map_or(&[] as &[Value], |column| list(&column[data.name]));
        for entry in 0..first.len() {
            let cells = columns.iter().map(|column| &column[data.name][entry]);
            cells.for_each(|cell| self.tensors(std::slice::from_ref(&cell[tensor])));
        }
        let keys = columns.iter().map(|column| column[key].clone()).collect();
        (keys, first.iter().map(|cell| cell[index].clone()).collect())
    }

    fn tensors(&mut self, tensors: &[Value]) {
        let mut blob = Vec::new();
        tensors.iter().for_each(|tensor| tensor::write(tensor, &mut blob));
        self.blob(blob);
    }

    fn blob(&mut self, blob: Vec<u8>) {
        self.blobs.push((self.rule.clone(), blob));
    }

    fn at<T>(&mut self, position: usize, write: impl FnOnce(&mut Self) -> T) -> T {
        self.rule.push(position);
        let written = write(self);
        self.rule.pop();
        written
    }
}

/// The type of a list's items.
pub(super) fn items(list: Schema<'_>) -> Schema<'_> {
    match list.shape() {
        Shape::List(items) => items,
        _ => panic!("the rule is for a list"),
    }
}

/// The property with the name of an item.
pub(super) fn name_in(item: Schema<'_>) -> &str {
    item.part(|shape| matches!(shape, Shape::Plain)).name
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// Bytes in their notation, or text.
fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.as_bytes().to_vec(),
        other => STANDARD.decode(other["$bytes"].as_str().expect("bytes")).expect("base64"),
    }
}
