//! Bytes, tensors and JSON from files.

use std::collections::BTreeMap;
use std::path::Path;

use decthings::runtime::{Attachment, Value};
use decthings::tensor::{npy, npz, safetensors};
use decthings::{Blob, DType, Image, Tensor};
use serde_json::json;

use crate::failure::Failure;

/// Files that are smaller are read at once; file names, which travel inside the JSON, cannot be streamed.
const MAX_READ: u64 = 64 << 10;

/// What a request has beside its JSON.
#[derive(Default)]
pub(super) struct Sources {
    attachments: Vec<Attachment>,
    attached: Vec<Attached>,
}

/// Where an attachment comes from.
pub(crate) struct Attached {
    pub(crate) file: String,
    pub(crate) what: String,
}

impl Sources {
    pub(super) fn finish(self) -> (Vec<Attachment>, Vec<Attached>) {
        (self.attachments, self.attached)
    }

    fn attach(&mut self, file: &str, attachment: Attachment) -> Value {
        let what = match &attachment {
            Attachment::Blob(blob) => format!("{} bytes", blob.len()),
            Attachment::Tensor(tensor) => format!("{} {:?}", tensor.dtype(), tensor.shape()),
            _ => String::new(),
        };
        let index = self.attachments.len();
        self.attachments.push(attachment);
        self.attached.push(Attached { file: file.to_owned(), what });
        json!({Attachment::REFERENCE: index})
    }

    /// The bytes of a file, which is read while it is sent.
    pub(super) fn bytes(&mut self, path: &str) -> Result<Value, Failure> {
        let blob = if path == "-" {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
            Blob::from(bytes)
        } else {
            let blob = Blob::from_file(path).map_err(|error| unreadable(path, error))?;
            if blob.len() > MAX_READ { blob } else { read_file(path)?.into() }
        };
        Ok(self.attach(path, blob.into()))
    }

    /// The tensor of a file. For a key in the file, `#KEY` follows.
    pub(super) fn tensor(&mut self, text: &str) -> Result<Value, Failure> {
        let tensor = read_tensor(text)?;
        Ok(self.attach(text, tensor.into()))
    }

    /// The tensors of a file: the rows of an array along its first axis, or one image.
    pub(super) fn tensors(&mut self, text: &str) -> Result<Vec<Value>, Failure> {
        let tensor = read_tensor(text)?;
        if matches!(tensor.dtype(), DType::Image) {
            return Ok(vec![self.attach(text, tensor.into())]);
        }
        let rows = tensor.rows().map_err(|error| Failure::usage(format!("`{text}`: {error}")))?;
        Ok(rows
            .into_iter()
            .enumerate()
            .map(|(row, tensor)| self.attach(&format!("{text}[{row}]"), tensor.into()))
            .collect())
    }

    /// JSON, in which `{"$file": path}` stands for the bytes of a file, and `{"$tensor": path}` for its tensor.
    pub(super) fn json(&mut self, text: &[u8]) -> Result<Value, Failure> {
        let value = serde_json::from_slice(text).map_err(|error| Failure::usage(format!("not JSON: {error}")))?;
        self.resolve(value)
    }

    pub(super) fn json_file(&mut self, path: &str) -> Result<Value, Failure> {
        let text = read_file(path)?;
        self.json(&text).map_err(|failure| failure.within(path))
    }

    fn resolve(&mut self, value: Value) -> Result<Value, Failure> {
        match value {
            Value::Array(items) => items.into_iter().map(|item| self.resolve(item)).collect(),
            Value::Object(members) => {
                let only = members.iter().next().filter(|_| members.len() == 1);
                match only.and_then(|(name, path)| Some((name.as_str(), path.as_str()?))) {
                    Some(("$file", path)) => self.bytes(path),
                    Some(("$tensor", path)) => self.tensor(path),
                    _ if members.contains_key(Attachment::REFERENCE) => {
                        Err(Failure::usage(format!("`{}` is not for requests", Attachment::REFERENCE)))
                    }
                    _ => {
                        let members = members.into_iter().map(|(name, value)| Ok((name, self.resolve(value)?)));
                        members.collect::<Result<_, Failure>>().map(Value::Object)
                    }
                }
            }
            other => Ok(other),
        }
    }
}

fn unreadable(path: &str, error: std::io::Error) -> Failure {
    Failure::usage(format!("cannot read `{path}`: {error}"))
}

fn read_file(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreadable(path, error))
}

fn read_tensor(text: &str) -> Result<Tensor, Failure> {
    // A name may contain the character itself.
    let (path, key) = match text.rsplit_once('#') {
        Some((path, key)) if !Path::new(text).exists() => (path, Some(key)),
        _ => (text, None),
    };
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let malformed = |error: &dyn std::fmt::Display| Failure::usage(format!("cannot read `{path}`: {error}"));
    match extension.to_ascii_lowercase().as_str() {
        "npy" => npy::read_file(path).map_err(|error| malformed(&error)),
        "npz" => npz::read_file(path).map_err(|error| malformed(&error)).and_then(|tensors| pick(path, tensors, key)),
        "safetensors" => {
            safetensors::read_file(path).map_err(|error| malformed(&error)).and_then(|tensors| pick(path, tensors, key))
        }
        "csv" => column(path, key),
        "json" => {
            let value = serde_json::from_slice(&read_file(path)?).map_err(|error| malformed(&error))?;
            decthings::tensor::notation::from_value(value).map_err(|error| malformed(&error))
        }
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" => {
            let format = extension.to_ascii_lowercase().replace("jpeg", "jpg");
            let image = Image::new(format, read_file(path)?).map_err(|error| malformed(&error))?;
            Ok(Tensor::scalar(image))
        }
        _ => Err(Failure::usage(format!(
            "cannot tell the format of `{path}`: known are .npy, .npz#KEY, .safetensors#KEY, .csv#COLUMN, .json and images"
        ))),
    }
}

/// The tensor with a key, or the only one.
fn pick(path: &str, mut tensors: BTreeMap<String, Tensor>, key: Option<&str>) -> Result<Tensor, Failure> {
    let only = || (tensors.len() == 1).then(|| tensors.keys().next().cloned()).flatten();
    let names = || tensors.keys().cloned().collect::<Vec<_>>().join(", ");
    match key.map(str::to_owned).or_else(only) {
        Some(key) => {
            let missing = format!("`{path}` has no `{key}`; it has {}", names());
            tensors.remove(&key).ok_or_else(|| Failure::usage(missing))
        }
        None => Err(Failure::usage(format!("`{path}` has several tensors; add # and one of {}", names()))),
    }
}

/// A column of a CSV file: integers, numbers, or text.
fn column(path: &str, key: Option<&str>) -> Result<Tensor, Failure> {
    let malformed = |error: csv::Error| Failure::usage(format!("cannot read `{path}`: {error}"));
    let mut reader = csv::Reader::from_path(path).map_err(malformed)?;
    let headers = reader.headers().map_err(malformed)?.clone();
    let index = match key {
        Some(key) => headers.iter().position(|header| header.trim() == key),
        None => (headers.len() == 1).then_some(0),
    };
    let Some(index) = index else {
        let names: Vec<&str> = headers.iter().collect();
        return Err(Failure::usage(format!("add # and a column of `{path}`, one of {}", names.join(", "))));
    };
    let mut cells = Vec::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        cells.push(record.get(index).unwrap_or_default().trim().to_owned());
    }
    if let Ok(integers) = cells.iter().map(|cell| cell.parse::<i64>()).collect::<Result<Vec<_>, _>>() {
        return Ok(Tensor::vector(integers));
    }
    match cells.iter().map(|cell| cell.parse::<f64>()).collect::<Result<Vec<_>, _>>() {
        Ok(numbers) => Ok(Tensor::vector(numbers)),
        Err(_) => Ok(Tensor::vector(cells)),
    }
}
