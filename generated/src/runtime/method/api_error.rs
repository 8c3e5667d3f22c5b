//! Errors of the API: a code and fields.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error_codes::{ErrorInfo, InvalidRequest};
use crate::runtime::redact::Redactor;
use crate::runtime::text::{excerpt, json_excerpt, path_text};

/// The errors of a method, distinguished by their code.
pub trait ErrorCode: fmt::Debug + Send + Sync + Sized + 'static {
    /// The error of a server for a request that it cannot read; `None` if the method has none.
    const INVALID_REQUEST: Option<InvalidRequest> = None;

    /// The codes that are known, and what is known of them. Default: none.
    fn codes() -> Vec<(&'static str, ErrorInfo)> {
        Vec::new()
    }

    /// Reads an error.
    ///
    /// # Errors
    ///
    /// The code is known, but its fields are malformed.
    fn from_api(error: ApiError) -> Result<Self, FieldError>;

    /// The code, as the API spells it.
    fn code(&self) -> &str;

    /// The code with its fields.
    fn into_api(self) -> ApiError;

    /// Whether the same call may succeed later.
    fn is_retryable(&self) -> bool;

    /// The meaning of the code in one sentence; empty if it is unknown.
    fn description(&self) -> &str;

    /// Whether the server could not read the request.
    fn is_invalid_request(&self) -> bool {
        Self::INVALID_REQUEST.is_some_and(|error| error.code == self.code())
    }
}

/// An enum of a method's errors, or of errors that methods share, as [`error_codes!`](crate::error_codes) declares it.
///
/// [`ApiError`], which is not one, can be made from all of them, so that `?` converts an [`Error`](crate::Error) of any
/// method.
pub trait MethodError: ErrorCode {}

/// An error without a type: its code and its other fields.
#[derive(Clone)]
pub struct ApiError(Box<Content>);

#[derive(Clone)]
struct Content {
    code: String,
    fields: Map<String, Value>,
    /// The description of the typed error that this was made from; the next fields likewise.
    description: String,
    retryable: bool,
    invalid_request: bool,
}

impl ApiError {
    /// An error without fields.
    pub fn new(code: impl Into<String>) -> Self {
        Self::from_parts(code.into(), Map::new())
    }

    /// An error with the fields of a struct or map. Other values add no fields.
    pub fn with_fields(code: impl Into<String>, fields: &impl Serialize) -> Self {
        let fields = match serde_json::to_value(fields) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        Self::from_parts(code.into(), fields)
    }

    pub(crate) fn from_parts(code: String, mut fields: Map<String, Value>) -> Self {
        fields.remove("code");
        Self(Box::new(Content { code, fields, description: String::new(), retryable: false, invalid_request: false }))
    }

    /// An error with the field `message`.
    #[cfg(feature = "server")]
    pub fn with_message(code: &str, message: impl Into<String>) -> Self {
        let fields = Map::from_iter([("message".to_owned(), Value::String(message.into()))]);
        Self::from_parts(code.to_owned(), fields)
    }

    /// Erases the type of an error, but keeps its description.
    pub(crate) fn erase(error: impl ErrorCode) -> Self {
        let (description, retryable) = (error.description().to_owned(), error.is_retryable());
        let invalid_request = error.is_invalid_request();
        let content = error.into_api().0;
        Self(Box::new(Content { description, retryable, invalid_request, ..*content }))
    }

    /// Removes credentials. The code and the names of fields are kept if the code is `known`, as they are the API's own.
    pub(crate) fn redact(&mut self, redactor: &Redactor, known: bool) {
        let Content { code, fields, .. } = &mut *self.0;
        if !known {
            redactor.apply(code);
        }
        redact_fields(fields, redactor, known);
    }

    /// The code, as the API spells it.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// All fields except the code.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.0.fields
    }

    /// Deserializes the fields.
    ///
    /// # Errors
    ///
    /// A field is missing or of another type.
    pub fn parse_fields<T: DeserializeOwned>(&self) -> Result<T, FieldError> {
        serde_path_to_error::deserialize(self.fields()).map_err(|error| FieldError {
            code: self.code().to_owned(),
            path: path_text(error.path()),
            message: error.inner().to_string(),
        })
    }

    /// The fields as text, shortened, for messages; empty if there are none.
    pub(crate) fn detail(&self) -> String {
        let fields = self.fields();
        match fields.get("message") {
            _ if fields.is_empty() => String::new(),
            Some(Value::String(message)) if fields.len() == 1 => excerpt(message),
            _ => json_excerpt(fields),
        }
    }

    /// The error as JSON: an object with `code` and the fields.
    pub fn to_json(&self) -> Value {
        let mut object = self.fields().clone();
        object.insert("code".to_owned(), Value::String(self.code().to_owned()));
        Value::Object(object)
    }
}

fn redact_fields(fields: &mut Map<String, Value>, redactor: &Redactor, known: bool) {
    for (name, mut value) in std::mem::take(fields) {
        redact_value(&mut value, redactor, known);
        fields.insert(if known { name } else { redactor.redact(&name) }, value);
    }
}

fn redact_value(value: &mut Value, redactor: &Redactor, known: bool) {
    match value {
        Value::String(text) => redactor.apply(text),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_value(item, redactor, known)),
        Value::Object(fields) => redact_fields(fields, redactor, known),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl ErrorCode for ApiError {
    fn from_api(error: ApiError) -> Result<Self, FieldError> {
        Ok(error)
    }

    fn code(&self) -> &str {
        &self.0.code
    }

    fn into_api(self) -> ApiError {
        self
    }

    fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    fn description(&self) -> &str {
        &self.0.description
    }

    fn is_invalid_request(&self) -> bool {
        self.0.invalid_request
    }
}

impl PartialEq for ApiError {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code() && self.fields() == other.fields()
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError").field("code", &self.code()).field("fields", self.fields()).finish()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail().as_str() {
            "" => f.write_str(self.code()),
            detail => write!(f, "{}: {detail}", self.code()),
        }
    }
}

impl std::error::Error for ApiError {}

/// An error has a known code, but malformed fields.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    code: String,
    path: String,
    message: String,
}

impl FieldError {
    /// The code of the error.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The path of the malformed field; empty for the error as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is malformed there.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, message) = (&self.code, &self.message);
        match self.path.as_str() {
            "" => write!(f, "malformed fields of the error `{code}`: {message}"),
            path => write!(f, "malformed fields of the error `{code}`: `{path}`: {message}"),
        }
    }
}

impl std::error::Error for FieldError {}
