//! Cases, and what their answers have to be.

use std::fmt;

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
    /// The input is rejected.
    Rejected,
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
    /// Not as expected.
    Failed {
        /// What was expected, and where the answer differs.
        expected: String,
        /// The answer, or the reason why there is none.
        got: String,
    },
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

    /// Judges the answer of a program, or the reason why there is none.
    pub fn judge(&self, answer: Result<Map<String, Value>, String>) -> Verdict {
        let (expected, got) = match answer {
            Err(reason) => (self.expected.to_string(), reason),
            Ok(answer) if answer.get("unsupported").is_some_and(Value::is_string) => return Verdict::Unsupported,
            Ok(answer) => match self.expected.compare(&answer) {
                Ok(()) => return Verdict::Passed,
                Err(None) => (self.expected.to_string(), Value::from(answer).to_string()),
                Err(Some(difference)) => (format!("{}; {difference}", self.expected), Value::from(answer).to_string()),
            },
        };
        Verdict::Failed { expected, got }
    }
}

impl Expected {
    /// Compares an answer; an error may say where it differs.
    fn compare(&self, answer: &Map<String, Value>) -> Result<(), Option<String>> {
        let is_rejected = answer.len() == 1 && answer.get("rejected").is_some_and(Value::is_string);
        let is_as_expected = match self {
            Self::Any => true,
            Self::Rejected => is_rejected,
            _ if is_rejected => false,
            Self::Answer(expected) => is_same(expected, &Value::from(answer.clone())),
            Self::Bytes(bytes) => answered_bytes(answer).is_some_and(|answered| answered == *bytes),
            Self::Frame(frame) => {
                let bytes = answered_bytes(answer).ok_or_else(|| Some("there is no `hex`".to_owned()))?;
                return frame.compare(&bytes).map_err(Some);
            }
            Self::Result => answer.get("value").is_some_and(|value| value.get("result").is_some()),
            Self::Error => answer.get("value").is_some_and(|value| value["error"]["code"].is_string()),
            Self::Event => ["service", "event", "params"].iter().all(|member| answer.contains_key(*member)),
        };
        if is_as_expected { Ok(()) } else { Err(None) }
    }
}

fn answered_bytes(answer: &Map<String, Value>) -> Option<Vec<u8>> {
    unhex(answer.get("hex")?.as_str()?)
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected => f.write_str("rejected"),
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
