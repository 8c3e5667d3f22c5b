//! Why a command failed, and the exit code that says so.

use std::fmt;
use std::io;
use std::process::ExitCode;

use decthings::runtime::Value;
use decthings::{Error, WaitError};

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    /// Empty if there is nothing to say.
    message: String,
}

/// The kinds of failures, each with an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A file could not be read or written, or a response was malformed.
    Other,
    /// The command line is wrong.
    Usage,
    /// The API rejected the call.
    Rejected,
    /// The service could not be reached.
    NotReached,
    /// A deadline passed.
    TimedOut,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The reader of the output has closed it, as `head` does. That is no failure.
    OutputClosed,
    /// A program that ran on behalf of the user ended with this code.
    Program(u8),
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::OutputClosed => 0,
            Self::Other => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::NotReached => 4,
            Self::TimedOut => 5,
            Self::Interrupted => 130,
            Self::Program(code) => code,
        }
    }

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

    /// A failure that needs no words.
    pub(crate) fn silent(kind: Kind) -> Self {
        Self { kind, message: String::new() }
    }

    /// Says where it failed.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
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
        if !self.message.is_empty() {
            // There is nowhere else to report a failure.
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("error: {}\n", self.message));
        }
        ExitCode::from(self.kind.code())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Kind::OutputClosed),
            _ => Self::new(Kind::Other, error),
        }
    }
}

impl<E: decthings::runtime::ErrorCode> From<Error<E>> for Failure {
    fn from(error: Error<E>) -> Self {
        Self::new(Kind::of(&error), error)
    }
}

impl From<WaitError<Value>> for Failure {
    fn from(error: WaitError<Value>) -> Self {
        match error {
            WaitError::Call(error) => error.into(),
            WaitError::Deadline { .. } => Self::new(Kind::TimedOut, error),
            other => Self::new(Kind::Other, other),
        }
    }
}
