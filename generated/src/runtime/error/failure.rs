//! Failures without the call that failed.

use std::time::Duration;

use super::call_error::{CallInfo, Error, Source, is_transient};
use crate::runtime::redact::Redactor;
use crate::runtime::text::{abridged, excerpt};

/// An [`Error`] without the facts of the call, for code that does not know them.
#[derive(Debug)]
pub(crate) enum Failure {
    Invalid { path: String, reason: String },
    Transport { message: String, unsent: bool, source: Option<Source> },
    Http { status: u16, excerpt: String, unsent: bool },
    Timeout { after: Duration },
    Io { path: String, message: String, source: std::io::Error },
    Decode { path: String, message: String, excerpt: String },
}

impl Failure {
    pub(crate) fn invalid(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { path: path.into(), reason: reason.into() }
    }

    /// A malformed response or, on a server, request.
    pub(crate) fn decode(path: impl Into<String>, message: impl Into<String>, text: &str) -> Self {
        Self::Decode { path: path.into(), message: abridged(&message.into()), excerpt: excerpt(text) }
    }

    pub(crate) fn at<E>(self, at: impl Into<CallInfo>) -> Error<E> {
        let at = Box::new(at.into());
        match self {
            Self::Invalid { path, reason } => Error::Invalid { at, path: path.into(), reason: reason.into() },
            Self::Transport { message, unsent, source } => {
                Error::Transport { at, message: message.into(), unsent, source }
            }
            Self::Http { status, excerpt, .. } => Error::Http { at, status, excerpt: excerpt.into() },
            Self::Timeout { after } => Error::Timeout { at, after },
            Self::Io { path, message, source } => Error::Io { at, path: path.into(), message: message.into(), source },
            Self::Decode { path, message, excerpt } => {
                Error::Decode { at, path: path.into(), message: message.into(), excerpt: excerpt.into() }
            }
        }
    }

    /// Removes credentials from the text.
    pub(crate) fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::Invalid { .. } | Self::Timeout { .. } | Self::Io { .. } => {}
            Self::Transport { message: text, .. } | Self::Http { excerpt: text, .. } => redactor.apply(text),
            Self::Decode { path, message, excerpt } => {
                [path, message, excerpt].into_iter().for_each(|text| redactor.apply(text));
            }
        }
    }

    /// Whether the request certainly took no effect, and another attempt may succeed.
    pub(crate) fn took_no_effect(&self) -> bool {
        // Other statuses than 429, too many requests, may come from a proxy whose connection to the server broke.
        self.is_unsent() || matches!(self, Self::Http { status: 429, .. })
    }

    /// Whether the request was certainly not sent, and another attempt may succeed.
    pub(crate) fn is_unsent(&self) -> bool {
        match self {
            Self::Transport { unsent, .. } => *unsent,
            Self::Http { status, unsent, .. } => *unsent && is_transient(*status),
            _ => false,
        }
    }

    /// Whether another attempt may succeed.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::Timeout { .. } => true,
            Self::Http { status, .. } => is_transient(*status),
            Self::Invalid { .. } | Self::Io { .. } | Self::Decode { .. } => false,
        }
    }

    /// The value of `error.type` in logs.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Invalid { .. } => "invalid_request".to_owned(),
            Self::Transport { .. } => "transport".to_owned(),
            Self::Http { status, .. } => status.to_string(),
            Self::Timeout { .. } => "timeout".to_owned(),
            Self::Io { .. } => "io".to_owned(),
            Self::Decode { .. } => "malformed_response".to_owned(),
        }
    }

    /// The path of the invalid value, which may be empty, and what is wrong.
    pub(crate) fn path_and_message(&self) -> (&str, String) {
        match self {
            Self::Invalid { path, reason: message } | Self::Decode { path, message, .. } => (path, message.clone()),
            Self::Transport { message, .. } | Self::Io { message, .. } => ("", message.clone()),
            Self::Http { status, .. } => ("", format!("HTTP status {status}")),
            Self::Timeout { after } => ("", format!("no response within {after:?}")),
        }
    }

    pub(crate) fn explain(&self) -> String {
        match self.path_and_message() {
            ("", message) => message,
            (path, message) => format!("`{path}`: {message}"),
        }
    }
}
