//! The error of a malformed event.

use std::fmt;

use crate::runtime::error::Failure;
use crate::runtime::redact::Redactor;
use crate::runtime::text::excerpt;

/// A malformed event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventError(Box<Content>);

#[derive(Clone, Debug, PartialEq)]
struct Content {
    service: String,
    event: String,
    path: String,
    message: String,
}

impl EventError {
    pub(crate) fn new(service: &str, event: &str, failure: Failure) -> Self {
        let (path, message) = match failure {
            Failure::Decode { path, message, .. } => (path, message),
            Failure::Invalid { path, reason } => (path, reason),
            other => (String::new(), other.explain()),
        };
        let (event, message) = (excerpt(event), excerpt(&message));
        Self(Box::new(Content { service: excerpt(service), event, path, message }))
    }

    /// Removes credentials from the text.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        let Content { service, event, path, message } = &mut *self.0;
        [service, event, path, message].into_iter().for_each(|text| redactor.apply(text));
    }

    /// The service; empty if it is unknown.
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// The name of the event; empty if it is unknown.
    pub fn event(&self) -> &str {
        &self.0.event
    }

    /// The path in the event, such as `params.reason.code`; empty for the event as a whole.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is malformed there.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Content { service, event, path, message } = &*self.0;
        f.write_str("malformed event")?;
        match (service.as_str(), event.as_str()) {
            ("", _) => {}
            (service, "") => write!(f, " of {service}")?,
            (service, event) => write!(f, " {service}.{event}")?,
        }
        if path.is_empty() { write!(f, ": {message}") } else { write!(f, ": `{path}`: {message}") }
    }
}

impl std::error::Error for EventError {}
