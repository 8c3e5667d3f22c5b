//! Cases, and what their answers have to be.

use serde_json::{Map, Value, json};

use crate::frame::FrameOf;
use crate::values::{hex, is_same, unhex};

/// A question to the program under test.
pub struct Case {
    /// The file with the case.
    pub file: String,
    /// The members that the program gets.
    pub input: Map<String, Value>,
    /// The answer.
    pub expected: Expected,
}

/// What an answer has to be.
#[derive(Debug)]
pub enum Expected {
    /// The input is refused.
    Refused,
    /// An object with exactly these members, compared by value.
    Answer(Value),
    /// These bytes.
    Bytes(Vec<u8>),
    /// A written frame with these parts.
    Frame(FrameOf),
    /// A response with a result of any value.
    Result,
    /// A response with an error of any value.
    Error,
    /// An event with any parameters.
    Event,
    /// Any answer.
    Any,
}

/// The judgement of an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Not as expected: what was expected.
    Failed(String),
    /// The program has no such operation, or no such service.
    Unsupported,
}

impl Case {
    /// A case of an operation.
    pub fn new(file: impl Into<String>, name: &str, operation: &str, members: Value, expected: Expected) -> Self {
        let file = file.into();
        let group = file.rsplit_once('.').map_or(file.as_str(), |(group, _)| group);
        let mut input = Map::new();
        input.insert("case".to_owned(), format!("{group}/{name}").into());
        input.insert("operation".to_owned(), operation.into());
        if let Value::Object(members) = members {
            input.extend(members);
        }
        Self { file, input, expected }
    }

    /// The name, with its group.
    pub fn name(&self) -> &str {
        self.input.get("case").and_then(Value::as_str).unwrap_or_default()
    }

    /// The case as the program gets it: one line of JSON.
    pub fn line(&self) -> String {
        Value::from(self.input.clone()).to_string()
    }
}

impl Expected {
    /// Judges the answer of a program.
    pub fn judge(&self, answer: &Map<String, Value>) -> Verdict {
        if answer.get("unsupported").is_some_and(Value::is_string) {
            return Verdict::Unsupported;
        }
        let is_refused = answer.len() == 1 && answer.get("refused").is_some_and(Value::is_string);
        let as_expected = match self {
            Self::Refused => is_refused,
            Self::Any => return Verdict::Passed,
            _ if is_refused => false,
            Self::Answer(expected) => is_same(expected, &Value::from(answer.clone())),
            Self::Bytes(bytes) => answered_bytes(answer).is_some_and(|answered| answered == *bytes),
            Self::Frame(frame) => {
                let compared =
                    answered_bytes(answer).ok_or("no `hex`".to_owned()).and_then(|bytes| frame.compare(&bytes));
                return compared.map_or_else(|why| Verdict::Failed(format!("{self}; {why}")), |()| Verdict::Passed);
            }
            Self::Result => answer.get("value").is_some_and(|value| value.get("result").is_some()),
            Self::Error => answer.get("value").is_some_and(|value| value["error"]["code"].is_string()),
            Self::Event => ["service", "event", "params"].iter().all(|member| answer.contains_key(*member)),
        };
        if as_expected { Verdict::Passed } else { Verdict::Failed(self.to_string()) }
    }
}

fn answered_bytes(answer: &Map<String, Value>) -> Option<Vec<u8>> {
    unhex(answer.get("hex")?.as_str()?)
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused => f.write_str("refused"),
            Self::Answer(answer) => answer.fmt(f),
            Self::Bytes(bytes) => json!({ "hex": hex(bytes) }).fmt(f),
            Self::Frame(frame) => frame.fmt(f),
            Self::Result => f.write_str("a result"),
            Self::Error => f.write_str("an error of the API"),
            Self::Event => f.write_str("an event"),
            Self::Any => f.write_str("any answer"),
        }
    }
}
