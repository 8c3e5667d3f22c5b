//! The golden frames of `schema/vectors`.

use anyhow::{Context as _, Result, ensure};
use decthings_tests::codec::Codec;
use decthings_tests::repository;
use serde_json::{Value, json};

use crate::case::{Case, Expected};
use crate::frame::FrameOf;
use crate::values::unhex;

const FOLDER: &str = "schema/vectors";

/// A revision of the API, whose cases are run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Revision {
    /// The first one: all rules, and every form of a frame.
    #[default]
    First,
    /// The one with weights: its methods that the first one lacks or has in another form.
    Weights,
}

/// Makes the cases of a vector.
type CasesOf = fn(&Vector) -> Vec<Case>;

/// The files of the first revision, and the cases of each vector.
const FIRST: [(&str, CasesOf); 6] = [
    ("varints.json", varint),
    ("tensors.json", tensor),
    ("requests.json", request),
    ("calls.json", call),
    ("responses.json", response),
    ("messages.json", message),
];

/// The files of the revision with weights.
const WEIGHTS: [(&str, CasesOf); 3] =
    [("weights/requests.json", request), ("weights/calls.json", call), ("weights/responses.json", response)];

/// The cases of all files of a revision.
///
/// # Errors
///
/// A file cannot be read.
pub fn cases(revision: Revision) -> Result<Vec<Case>> {
    let (definition, files) = match revision {
        Revision::First => ("schema/decthings.json", FIRST.as_slice()),
        Revision::Weights => ("schema/weights.json", WEIGHTS.as_slice()),
    };
    let definition = std::fs::read_to_string(repository(definition)).context("cannot read the definition")?;
    let codec = Codec::new(&definition);
    let mut cases = Vec::new();
    for &(file, cases_of) in files {
        let path = repository(FOLDER).join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let vectors: Vec<Value> = serde_json::from_str(&text).with_context(|| format!("cannot read {file}"))?;
        for (index, json) in vectors.iter().enumerate() {
            let found = cases_of(&Vector { codec: &codec, file, json });
            ensure!(!found.is_empty(), "{file}: the vector {index} has no case");
            cases.extend(found);
        }
    }
    Ok(cases)
}

struct Vector<'v> {
    codec: &'v Codec,
    file: &'static str,
    json: &'v Value,
}

impl Vector<'_> {
    fn has(&self, member: &str) -> bool {
        self.json.get(member).is_some()
    }

    /// A case with some members of the vector, which expects an answer unless the vector says that it is rejected.
    fn case(&self, operation: &str, members: &[&str], expected: impl FnOnce() -> Expected) -> Case {
        let expected = if self.has("rejected") { Expected::Rejected } else { expected() };
        let name = self.json["name"].as_str().unwrap_or_default();
        Case::new(self.file, name, operation, self.members(members), expected)
    }

    fn answer(&self, members: &[&str]) -> Expected {
        Expected::Answer(self.members(members))
    }

    /// Those of some members that the vector has.
    fn members(&self, names: &[&str]) -> Value {
        let members = names.iter().filter(|name| self.has(name));
        Value::Object(members.map(|name| ((*name).to_owned(), self.json[*name].clone())).collect())
    }

    fn bytes(&self) -> Vec<u8> {
        self.json["hex"].as_str().and_then(unhex).unwrap_or_default()
    }

    /// The parameters as a server reads them: the entries of a dataset are by key.
    fn read(&self) -> Value {
        let (service, method) = (&self.json["service"], &self.json["method"]);
        let (service, method) = (service.as_str().unwrap_or_default(), method.as_str().unwrap_or_default());
        self.codec.read_request(service, method, &self.bytes()).expect("the request of a vector is read")
    }

    fn frame(&self, id: Option<u32>) -> Expected {
        let blobs = self.json["blobs"].as_array().into_iter().flatten();
        let blobs = blobs.map(|blob| blob.as_str().and_then(unhex).unwrap_or_default()).collect();
        Expected::Frame(FrameOf { id, json: self.json["json"].clone(), blobs })
    }
}

fn varint(vector: &Vector) -> Vec<Case> {
    vec![vector.case("readVarint", &["hex"], || vector.answer(&["value"]))]
}

fn tensor(vector: &Vector) -> Vec<Case> {
    let read = || vector.case("readTensor", &["hex"], || vector.answer(&["tensor"]));
    let write = || vector.case("writeTensor", &["tensor"], || Expected::Bytes(vector.bytes()));
    match (vector.has("tensor"), vector.has("hex")) {
        (true, true) if vector.json["readOnly"] == true => vec![read()],
        (true, true) => vec![read(), write()],
        (true, false) => vec![write()],
        (false, _) => vec![read()],
    }
}

fn request(vector: &Vector) -> Vec<Case> {
    let read = || {
        vector
            .case("readRequest", &["service", "method", "hex"], || Expected::Answer(json!({ "params": vector.read() })))
    };
    let write = || vector.case("writeRequest", &["service", "method", "params"], || vector.frame(None));
    match (vector.has("params"), vector.has("hex")) {
        (true, true) => vec![write(), read()],
        (true, false) => vec![write()],
        (false, _) => vec![read()],
    }
}

fn call(vector: &Vector) -> Vec<Case> {
    let id = vector.json["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    vec![vector.case("writeCall", &["id", "apiKey", "service", "method", "params"], || vector.frame(id))]
}

fn response(vector: &Vector) -> Vec<Case> {
    vec![vector.case("readResponse", &["service", "method", "status", "hex"], || vector.answer(&["value"]))]
}

fn message(vector: &Vector) -> Vec<Case> {
    let expected = || vector.answer(&["id", "value", "service", "event", "params"]);
    vec![vector.case("readMessage", &["calls", "hex", "text"], expected)]
}
