//! Sentences that say why work failed.

use std::fmt;
use std::fmt::{Display, Write as _};

use crate::runtime::text::{excerpt, json_excerpt, passage};

/// The text of a variant of a failure, which generated code writes.
///
/// It has the description, the code with short facts in parentheses, and then what the server says about it.
///
/// ```
/// use decthings::runtime::FailureText;
///
/// let text = FailureText::new("the code threw an exception", "exception");
/// let text = text.fact("line", Some(&7)).fact("column", None::<&u32>).message(Some(&"division by zero"));
/// assert_eq!(text.to_string(), "the code threw an exception (exception, line: 7): division by zero");
/// ```
#[derive(Clone, Debug)]
pub struct FailureText {
    text: String,
    message: String,
}

impl FailureText {
    /// A text with the description, and the code.
    pub fn new(description: &str, code: &str) -> Self {
        Self { text: format!("{description} ({code}"), message: String::new() }
    }

    /// A text for an object with another tag than the known ones.
    pub fn unrecognized(tag: &str, object: &serde_json::Value) -> Self {
        let code = object.get(tag).and_then(serde_json::Value::as_str).unwrap_or_default();
        Self {
            text: format!("{} (not known to this version", excerpt(code)),
            message: format!(": {}", json_excerpt(object)),
        }
    }

    /// Adds a number, a boolean or a value of an enum, unless it is absent.
    pub fn fact(mut self, name: &str, value: Option<&impl Display>) -> Self {
        if let Some(value) = value {
            // Writing to a string never fails.
            let _ = write!(self.text, ", {name}: {value}");
        }
        self
    }

    /// Adds what the server says, unless it is absent. A very long message loses its middle.
    pub fn message(mut self, message: Option<&impl Display>) -> Self {
        if let Some(message) = message {
            self.message.push_str(if self.message.is_empty() { ": " } else { "; " });
            self.message.push_str(&passage(&message.to_string()));
        }
        self
    }
}

impl Display for FailureText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}){}", self.text, self.message)
    }
}
