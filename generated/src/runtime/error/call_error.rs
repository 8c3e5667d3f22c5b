//! The error of a call.

use std::fmt;
use std::time::Duration;

use crate::runtime::method::{ApiError, ErrorCode, Method, MethodError};
use crate::runtime::text::{clause, excerpt};

pub(super) type Source = Box<dyn std::error::Error + Send + Sync>;

/// The error of a call. `E` is the type of the method's own errors; [`ApiError`] is for those of any method.
///
/// `?` converts the error of any method into `Error`, which keeps the code with all its fields:
///
/// ```no_run
/// # use decthings::Client;
/// async fn snapshot(client: &Client, model_id: &str) -> Result<u32, decthings::Error> {
///     client.model().snapshot_model(model_id, "release").await?;
///     Ok(client.model().get_models().total().await?)
/// }
/// ```
///
/// Every variant has the [`CallInfo`]; see [`info`](Self::info).
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E = ApiError> {
    /// The API rejected the call. To borrow the error, use [`Error::api`].
    #[non_exhaustive]
    Api {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The error of the API.
        error: Box<E>,
        /// The fields of the error as text, shortened, for messages; empty if there are none.
        detail: Box<str>,
    },
    /// The request is invalid; nothing was sent.
    #[non_exhaustive]
    Invalid {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The path of the parameter, such as `keys[2].data`; empty for the request as a whole.
        path: Box<str>,
        /// Why it is invalid.
        reason: Box<str>,
    },
    /// The connection failed.
    #[non_exhaustive]
    Transport {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The description of the failure, with the host.
        message: Box<str>,
        /// Whether it failed before anything was sent.
        unsent: bool,
        /// The cause.
        source: Option<Source>,
    },
    /// The server, or a proxy before it, responded with an error status.
    #[non_exhaustive]
    Http {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The HTTP status.
        status: u16,
        /// The beginning of the response.
        excerpt: Box<str>,
    },
    /// No response came before the deadline. The call may have taken effect.
    #[non_exhaustive]
    Timeout {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The deadline that was exceeded, as a duration.
        after: Duration,
    },
    /// The bytes of a file or reader could not be sent, or a response could not be written to a file.
    ///
    /// In the first case the server received no complete request, so the call took no effect. It is not retried.
    #[non_exhaustive]
    Io {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The path of the parameter that could not be sent, such as `data[2].data`; empty for a response.
        path: Box<str>,
        /// The description of the failure.
        message: Box<str>,
        /// The cause.
        source: std::io::Error,
    },
    /// The response is malformed.
    #[non_exhaustive]
    Decode {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
        /// The path in the response, such as `result.models[3].createdAt`; empty for the response as a whole.
        path: Box<str>,
        /// What is malformed there.
        message: Box<str>,
        /// The JSON of the response near the error.
        excerpt: Box<str>,
    },
    /// The client was closed before the response came.
    #[non_exhaustive]
    Closed {
        /// The method that was called, and its attempts.
        at: Box<CallInfo>,
    },
}

impl<E> Error<E> {
    /// The method that was called, and its attempts.
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

    /// The number of attempts: zero if the request is invalid, so that nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.info().attempts
    }

    /// The duration of the call, with all attempts and the delays between them.
    pub fn elapsed(&self) -> Duration {
        self.info().elapsed
    }

    /// The id that the server gave the request in the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.info().request_id()
    }

    /// The error of the API, if the API rejected the call.
    pub fn api(&self) -> Option<&E> {
        match self {
            Self::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Converts the error into that of the API.
    ///
    /// # Errors
    ///
    /// The error itself, if it is of another kind.
    pub fn into_api(self) -> Result<E, Self> {
        match self {
            Self::Api { error, .. } => Ok(*error),
            other => Err(other),
        }
    }
}

impl<E: ErrorCode> Error<E> {
    /// The error code, if the API rejected the call.
    pub fn code(&self) -> Option<&str> {
        self.api().map(ErrorCode::code)
    }

    /// Whether the same call may succeed later, and repeating it is safe.
    ///
    /// A call of a method that is not idempotent is retryable only if it certainly took no effect.
    pub fn is_retryable(&self) -> bool {
        let idempotent = self.info().method.idempotent;
        match self {
            Self::Api { error, .. } => error.is_retryable(),
            Self::Transport { unsent, .. } => *unsent || idempotent,
            Self::Http { status: 429, .. } => true,
            Self::Http { status, .. } => idempotent && is_transient(*status),
            Self::Timeout { .. } => idempotent,
            Self::Invalid { .. } | Self::Io { .. } | Self::Decode { .. } | Self::Closed { .. } => false,
        }
    }

    /// The error of a library or of the system that made the call fail, if there is one. Its text is part of this error's
    /// own.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport { source: Some(source), .. } => Some(&**source),
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Erases the type of the API's error, for code that handles the errors of several methods; `?` does so, too.
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

impl<E: MethodError> From<Error<E>> for Error {
    fn from(error: Error<E>) -> Self {
        error.into_raw()
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
            Self::Api { at, error, detail } => {
                write_api(f, &**error, detail)?;
                let is_unknown = matches!(error.code(), "unknown_method" | "unknown_service");
                let may_differ = at.method.revision.is_some() || at.method.until.is_some();
                if is_unknown || may_differ && error.is_invalid_request() {
                    return write_revision(f, at.method);
                }
                Ok(())
            }
            Self::Invalid { path, reason, .. } if path.is_empty() => write!(f, "{reason}; nothing was sent"),
            Self::Invalid { path, reason, .. } => write!(f, "parameter `{path}`: {reason}; nothing was sent"),
            Self::Transport { message, .. } => f.write_str(message),
            Self::Http { at, status, excerpt } => {
                write!(f, "HTTP status {status}")?;
                if let 301 | 302 | 303 | 307 | 308 = status {
                    f.write_str(", a redirect, which is not followed; check the client's `http_url`")?;
                }
                if !excerpt.is_empty() {
                    write!(f, ": {excerpt}")?;
                }
                if *status == 404 { write_revision(f, at.method) } else { Ok(()) }
            }
            Self::Timeout { after, .. } => write!(f, "no response within {after:?}"),
            Self::Io { path, message, .. } if path.is_empty() => f.write_str(message),
            Self::Io { path, message, .. } => {
                write!(f, "parameter `{path}`: {message}; the request was not sent completely")
            }
            Self::Decode { at, path, message, .. } => {
                if path.is_empty() {
                    write!(f, "malformed response: {message}")?;
                } else {
                    write!(f, "malformed response: `{path}`: {message}")?;
                }
                if at.method.revision.is_some() { write_revision(f, at.method) } else { Ok(()) }
            }
            Self::Closed { .. } => f.write_str("the client was closed"),
        }
    }
}

/// `no model has this id (model_not_found)`
fn write_api<E: ErrorCode>(f: &mut fmt::Formatter<'_>, error: &E, detail: &str) -> fmt::Result {
    let code = error.code();
    match error.description() {
        "" => write!(f, "{}", excerpt(code))?,
        description => write!(f, "{} ({code})", clause(description))?,
    }
    if detail.is_empty() { Ok(()) } else { write!(f, ": {detail}") }
}

/// Why a service may not know a method, or its parameters.
fn write_revision(f: &mut fmt::Formatter<'_>, method: &Method) -> fmt::Result {
    match (method.revision, method.until) {
        (Some(revision), _) => write!(
            f,
            "; this is a method of the revision `{revision}` of the API, and the service may speak the first one, as the \
             client's own services do"
        ),
        (None, Some(revision)) => write!(
            f,
            "; this is a method of the first revision of the API, and the service may speak `{revision}`, as the services of \
             the module of that name do"
        ),
        (None, None) => f.write_str("; the service may speak another revision of the API than this method's"),
    }
}

/// The text says what the [cause](Error::cause) is, so there is no `source` that would be shown a second time.
impl<E: ErrorCode> std::error::Error for Error<E> {}

/// Whether the same request may get another status later.
pub(super) fn is_transient(status: u16) -> bool {
    // 501 (not implemented) and 505 (HTTP version not supported) are permanent.
    matches!(status, 408 | 429 | 500 | 502..=504 | 506..=599)
}

/// The method of a call, and its attempts.
#[derive(Clone, Debug)]
pub struct CallInfo {
    pub(crate) method: &'static Method,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) request_id: Option<Box<str>>,
    pub(crate) retry_after: Option<Duration>,
}

impl CallInfo {
    /// The method that was called.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// The number of attempts: zero if the request is invalid, so that nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The duration of the call, with all attempts and the delays between them.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The id that the server gave the request in the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The delay before the next attempt that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<&'static Method> for CallInfo {
    fn from(method: &'static Method) -> Self {
        Self { method, attempts: 0, elapsed: Duration::ZERO, request_id: None, retry_after: None }
    }
}
