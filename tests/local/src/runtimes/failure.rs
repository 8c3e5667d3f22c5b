//! Why a function of a model has no result.

use std::fmt;

use decthings::types::{CodeTerminated, InvalidOutputReason};

use crate::jobs::signal::StopReason;

/// Why a function of a model has no result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// It was cancelled, took too long, or the server is shutting down.
    Stopped(StopReason),
    /// The code failed, or does not follow the protocol: a text for its author.
    Exception(String),
    /// The program of the model has ended.
    Terminated(CodeTerminated),
    /// The executable of the model has a format that cannot be run.
    InvalidExecutable,
    /// The model has no code, or an executable that may not be run.
    UnreadableExecutable,
    /// The code returned something else than an output.
    InvalidOutput(InvalidOutputReason, String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(StopReason::TimeLimit) => f.write_str("it took longer than the time limit of the model"),
            Self::Stopped(_) => f.write_str("it was stopped"),
            Self::Exception(details) | Self::InvalidOutput(_, details) => f.write_str(details),
            Self::Terminated(CodeTerminated { exit_code: Some(code), .. }) => {
                write!(f, "the program of the model ended with the exit code {code}")
            }
            Self::Terminated(terminated) => {
                let signal = terminated.signal.as_deref().unwrap_or("an unknown signal");
                write!(f, "the program of the model was ended by {signal}")
            }
            Self::InvalidExecutable => f.write_str("the file `main` of the model is not an executable of this machine"),
            Self::UnreadableExecutable => {
                f.write_str("the model has neither a file `main.py` nor a file `main` that may be executed")
            }
        }
    }
}
