//! From JSON and blobs to values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::schema::{Property, Schema, Shape};
use super::tensor;
use super::write::{items, name_in};

/// A value, or what is wrong.
pub type Decoded = Result<Value, String>;

/// The value of JSON and of its blobs.
pub(super) fn read(schema: Schema<'_>, json: &Value, blobs: Vec<Vec<u8>>) -> Decoded {
    let mut reader = Reader { blobs: blobs.into_iter(), root: json };
    let value = reader.value(schema, json)?;
    match reader.blobs.len() {
        0 => Ok(value),
        left => Err(format!("{left} blobs are left")),
    }
}

struct Reader<'j> {
    blobs: std::vec::IntoIter<Vec<u8>>,
    root: &'j Value,
}

impl Reader<'_> {
    fn value(&mut self, schema: Schema<'_>, json: &Value) -> Decoded {
        match schema.shape() {
            Shape::Plain => Ok(json.clone()),
            Shape::Float => Ok((json.as_f64().ok_or("no number")? as f32).into()),
            Shape::Base64 => Ok(json!({ "$bytes": json })),
            Shape::List(items) => list(json)?.iter().map(|item| self.value(items, item)).collect(),
            Shape::Object(properties) => self.object(&properties, json),
            Shape::Tagged(tag, variants) => match variants.iter().find(|(name, _)| json[tag] == *name) {
                Some((_, schema)) => self.object(&schema.properties(), json),
                None => Ok(json.clone()),
            },
            Shape::Keyed(keys) => self.object(&keys, json),
            Shape::Kinded(alternatives) => {
                let alternative = alternatives.iter().find(|one| one.is_kind_of(json)).ok_or("no alternative")?;
                self.value(*alternative, json)
            }
            Shape::Bytes | Shape::Tensor => Err(format!("{json} has no rule")),
        }
    }

    fn object(&mut self, properties: &[Property<'_>], json: &Value) -> Decoded {
        let mut members = Map::new();
        for property in properties {
            let found = property.spellings().find_map(|name| json.get(name)).filter(|json| !json.is_null());
            let value = match (property.constant(), property.blob()) {
                (Some(constant), _) => Some(constant.clone()),
                (None, None) => found.map(|json| self.value(property.schema, json)).transpose()?,
                (None, Some(rule)) => Some(self.blob(property, rule, found, json)?),
            };
            members.extend(value.map(|value| (property.name.to_owned(), value)));
        }
        Ok(members.into())
    }

    fn blob(&mut self, property: &Property<'_>, rule: &Value, found: Option<&Value>, object: &Value) -> Decoded {
        match rule.as_str() {
            Some("bytes") => Ok(json!({ "$bytes": STANDARD.encode(self.next()?) })),
            Some("tensor") => self.tensor(),
            Some("tensors") => match found {
                Some(json) => self.value(property.schema, json),
                None => self.tensors(),
            },
            Some(_) => {
                let names = list(found.ok_or("the names are missing")?)?;
                let entries = self.blobs.len() / names.len();
                let rows: Vec<Vec<Value>> =
                    (0..entries).map(|_| names.iter().map(|_| self.tensor()).collect()).collect::<Result<_, _>>()?;
                let item = items(property.schema);
                let data = item.part(|shape| matches!(shape, Shape::List(_))).name;
                let column = |(at, name): (usize, &Value)| {
                    let tensors: Vec<&Value> = rows.iter().map(|row| &row[at]).collect();
                    json!({ name_in(item): name, data: tensors })
                };
                Ok(names.iter().enumerate().map(column).collect())
            }
            None if rule.get("keyed").is_some() => {
                let holder = if rule["at"] == "root" { self.root } else { object };
                let aliases = rule["aliases"].as_array().into_iter().flatten();
                let spellings = std::iter::once(&rule["keyed"]).chain(aliases).filter_map(Value::as_str);
                let found: Vec<&Value> = spellings.filter_map(|name| holder.get(name)).collect();
                let [names] = found[..] else { return Err("the names are missing, or given twice".to_owned()) };
                let names = list(names)?;
                let item = items(property.schema);
                let data = item.part(|shape| matches!(shape, Shape::Bytes)).name;
                let one = |name| {
                    Ok(
                        json!({ name_in(item): name, data: { "$bytes": STANDARD.encode(self.blobs.next().ok_or("a blob is missing")?) } }),
                    )
                };
                names.iter().map(one).collect()
            }
            None => {
                let names = list(found.ok_or("the names are missing")?)?;
                let indexes = list(&object[rule["entries"].as_str().unwrap_or_default()])?;
                let rows: Vec<Vec<Value>> =
                    indexes.iter().map(|_| names.iter().map(|_| self.tensor()).collect()).collect::<Result<_, _>>()?;
                let item = items(property.schema);
                let data = item.part(|shape| matches!(shape, Shape::List(_)));
                let cell = items(data.schema);
                let tensor = cell.part(|shape| matches!(shape, Shape::Tensor)).name;
                let column = |(at, name): (usize, &Value)| {
                    let cells = rows.iter().zip(indexes);
                    let cells = cells.map(|(row, index)| json!({ name_in(cell): index, tensor: row[at] }));
                    json!({ name_in(item): name, data.name: cells.collect::<Vec<_>>() })
                };
                Ok(names.iter().enumerate().map(column).collect())
            }
        }
    }

    fn tensor(&mut self) -> Decoded {
        match self.tensors()? {
            Value::Array(tensors) if tensors.len() == 1 => Ok(tensors[0].clone()),
            other => Err(format!("{other} should be one tensor")),
        }
    }

    fn tensors(&mut self) -> Decoded {
        let blob = self.next()?;
        let mut rest = blob.as_slice();
        let mut tensors = Vec::new();
        while !rest.is_empty() {
            tensors.push(tensor::read(&mut rest)?);
        }
        Ok(tensors.into())
    }

    fn next(&mut self) -> Result<Vec<u8>, String> {
        self.blobs.next().ok_or_else(|| "a blob is missing".to_owned())
    }
}

fn list(json: &Value) -> Result<&[Value], String> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| format!("{json} is no list"))
}
