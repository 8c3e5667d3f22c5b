//! Why a command failed, and the exit code that says so.

use std::fmt;
use std::process::ExitCode;

use decthings::Error;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
}

/// The kinds of failures, each with an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A file could not be read or written, or a response made no sense.
    Other = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The API rejected the call.
    Rejected = 3,
    /// The service could not be reached.
    NotReached = 4,
    /// A deadline passed.
    TimedOut = 5,
}

impl Kind {
    /// The kind of an error.
    pub(crate) fn of<E>(error: &Error<E>) -> Self {
        match error {
            Error::Api { .. } => Self::Rejected,
            Error::Invalid { .. } => Self::Usage,
            Error::Transport { .. } | Error::Http { .. } => Self::NotReached,
            Error::Timeout { .. } => Self::TimedOut,
            _ => Self::Other,
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn other(message: impl fmt::Display) -> Self {
        Self::new(Kind::Other, message)
    }

    /// The same with a remark after its message.
    pub(crate) fn with(self, remark: impl fmt::Display) -> Self {
        Self { message: format!("{}; {remark}", self.message), ..self }
    }

    /// Prints the failure to standard error.
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.message);
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Kind::Other, error)
    }
}

impl<E: decthings::runtime::ErrorCode> From<Error<E>> for Failure {
    fn from(error: Error<E>) -> Self {
        Self::new(Kind::of(&error), error)
    }
}
