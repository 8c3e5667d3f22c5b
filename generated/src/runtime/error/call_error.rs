//! Why a call failed.

use std::fmt;
use std::time::Duration;

use super::call_info::CallInfo;
use crate::runtime::method::{ApiError, ErrorCode};
use crate::runtime::text::excerpt;

pub(super) type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed. `E` is the method's own errors; [`ApiError`] holds any.
///
/// Every variant knows the method; see [`service`](Self::service) and [`method`](Self::method).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E = ApiError> {
    /// The API refused the call. To look at the error by reference, use [`Error::api`].
    #[non_exhaustive]
    Api {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// What the API answered.
        error: Box<E>,
        /// What the fields of the error say, shortened, for messages; empty when there are none.
        detail: Box<str>,
    },
    /// The request cannot be sent as it is; nothing was sent.
    #[non_exhaustive]
    Invalid {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// The parameter, such as `keys[2].data`; empty when it is the request as a whole.
        path: Box<str>,
        /// What is wrong with it.
        reason: Box<str>,
    },
    /// The connection could not be made, or broke.
    #[non_exhaustive]
    Transport {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// What happened, with the host.
        message: Box<str>,
        /// Whether it failed before anything was sent.
        unsent: bool,
        /// The cause.
        source: Option<Source>,
    },
    /// The server, or something before it, answered with a failure status.
    #[non_exhaustive]
    Http {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        excerpt: Box<str>,
    },
    /// The answer took too long. Whether the call took effect is not known.
    #[non_exhaustive]
    Timeout {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// How long the call was waited for.
        after: Duration,
    },
    /// Bytes of a file or reader could not be sent, or an answer could not be written to a file.
    ///
    /// In the first case the server got no whole request, so the call took no effect. It is not tried again.
    #[non_exhaustive]
    Io {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// The parameter that could not be sent, such as `data[2].data`; empty when it is the answer.
        path: Box<str>,
        /// What happened.
        message: Box<str>,
        /// The cause.
        source: std::io::Error,
    },
    /// The answer is not what it should be.
    #[non_exhaustive]
    Decode {
        /// The method that was called, and how.
        at: Box<CallInfo>,
        /// Where in the answer, such as `result.models[3].createdAt`; empty when it is the answer as a whole.
        path: Box<str>,
        /// What is wrong there.
        message: Box<str>,
        /// A short piece of the answer's JSON.
        excerpt: Box<str>,
    },
    /// The client was closed before the answer came.
    #[non_exhaustive]
    Closed {
        /// The method that was called, and how.
        at: Box<CallInfo>,
    },
}

impl<E> Error<E> {
    /// Which call it was, and how it went.
    pub fn info(&self) -> &CallInfo {
        match self {
            Self::Api { at, .. }
            | Self::Invalid { at, .. }
            | Self::Transport { at, .. }
            | Self::Http { at, .. }
            | Self::Timeout { at, .. }
            | Self::Io { at, .. }
            | Self::Decode { at, .. }
            | Self::Closed { at } => at,
        }
    }

    /// The service that was called, such as `Model`.
    pub fn service(&self) -> &'static str {
        self.info().method.service
    }

    /// The method that was called, such as `train`.
    pub fn method(&self) -> &'static str {
        self.info().method.name
    }

    /// How often the call was tried: zero if nothing was sent because the request cannot be sent as it is.
    pub fn attempts(&self) -> u32 {
        self.info().attempts
    }

    /// How long the call took, with all attempts and the time between them.
    pub fn elapsed(&self) -> Duration {
        self.info().elapsed
    }

    /// What the server calls the request, if it gave it a name in the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.info().request_id()
    }

    /// What the API answered, if it was the API that refused the call.
    pub fn api(&self) -> Option<&E> {
        match self {
            Self::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What the API answered.
    ///
    /// # Errors
    ///
    /// The error itself, if it was not the API that refused the call.
    pub fn into_api(self) -> Result<E, Self> {
        match self {
            Self::Api { error, .. } => Ok(*error),
            other => Err(other),
        }
    }
}

impl<E: ErrorCode> Error<E> {
    /// The error code, if it was the API that refused the call.
    pub fn code(&self) -> Option<&str> {
        self.api().map(ErrorCode::code)
    }

    /// Whether the same call may succeed later, and making it again does no harm.
    ///
    /// A method that is not safe to repeat is retryable only when it is certain that the call took no effect.
    pub fn is_retryable(&self) -> bool {
        let idempotent = self.info().method.idempotent;
        match self {
            Self::Api { error, .. } => error.is_retryable(),
            Self::Transport { unsent, .. } => *unsent || idempotent,
            Self::Http { status: 429 | 503, .. } => true,
            Self::Http { status, .. } => idempotent && is_transient(*status),
            Self::Timeout { .. } => idempotent,
            Self::Invalid { .. } | Self::Io { .. } | Self::Decode { .. } | Self::Closed { .. } => false,
        }
    }

    /// The same with the API's error as it came, for code that handles errors of several methods.
    pub fn into_raw(self) -> Error {
        match self {
            Self::Api { at, error, detail } => Error::Api { at, error: Box::new(ApiError::erase(*error)), detail },
            Self::Invalid { at, path, reason } => Error::Invalid { at, path, reason },
            Self::Transport { at, message, unsent, source } => Error::Transport { at, message, unsent, source },
            Self::Http { at, status, excerpt } => Error::Http { at, status, excerpt },
            Self::Timeout { at, after } => Error::Timeout { at, after },
            Self::Io { at, path, message, source } => Error::Io { at, path, message, source },
            Self::Decode { at, path, message, excerpt } => Error::Decode { at, path, message, excerpt },
            Self::Closed { at } => Error::Closed { at },
        }
    }
}

impl<E: ErrorCode> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.info();
        if !at.method.service.is_empty() {
            write!(f, "{}.{}: ", at.method.service, at.method.name)?;
        }
        self.write_reason(f)?;
        match at.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, "; tried {attempts} times in {:.1?}", at.elapsed),
        }
    }
}

impl<E: ErrorCode> Error<E> {
    fn write_reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api { error, detail, .. } => write_api(f, &**error, detail),
            Self::Invalid { path, reason, .. } if path.is_empty() => write!(f, "{reason}; nothing was sent"),
            Self::Invalid { path, reason, .. } => write!(f, "parameter `{path}`: {reason}; nothing was sent"),
            Self::Transport { message, .. } => f.write_str(message),
            Self::Http { status, excerpt, .. } => {
                write!(f, "answered with HTTP status {status}")?;
                if let 301 | 302 | 303 | 307 | 308 = status {
                    f.write_str(", a redirect, which is not followed; is the client's `http_url` right?")?;
                }
                if excerpt.is_empty() { Ok(()) } else { write!(f, ": {excerpt}") }
            }
            Self::Timeout { after, .. } => write!(f, "no answer within {after:?}"),
            Self::Io { path, message, .. } if path.is_empty() => f.write_str(message),
            Self::Io { path, message, .. } => write!(f, "parameter `{path}`: {message}; it was not sent as a whole"),
            Self::Decode { path, message, .. } if path.is_empty() => write!(f, "malformed answer: {message}"),
            Self::Decode { path, message, .. } => write!(f, "malformed answer: `{path}`: {message}"),
            Self::Closed { .. } => f.write_str("the client was closed"),
        }
    }
}

/// `no model has this id (model_not_found)`
fn write_api<E: ErrorCode>(f: &mut fmt::Formatter<'_>, error: &E, detail: &str) -> fmt::Result {
    let description = error.description().trim_end_matches('.');
    let code = error.code();
    if description.is_empty() {
        write!(f, "{}", excerpt(code))?;
    } else {
        let mut letters = description.chars();
        let first = letters.next().unwrap_or_default();
        // A word all in capitals stays.
        if letters.clone().next().is_some_and(char::is_lowercase) || letters.as_str().starts_with(' ') {
            write!(f, "{}{} ({code})", first.to_lowercase(), letters.as_str())?;
        } else {
            write!(f, "{description} ({code})")?;
        }
    }
    if detail.is_empty() { Ok(()) } else { write!(f, ": {detail}") }
}

impl<E: ErrorCode> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport { source: Some(source), .. } => Some(&**source),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Whether a server with this status may have another one later.
pub(super) fn is_transient(status: u16) -> bool {
    // Not implemented, and not that version of HTTP: these stay.
    matches!(status, 408 | 429 | 500 | 502..=504 | 506..=599)
}
