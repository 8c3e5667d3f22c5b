//! What can be wrong with data from elsewhere, or with data that goes there.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::tensor::shape::ShapeText;
use crate::tensor::{Tensor, TensorError};

/// The most characters of a message, which may quote the data.
const MAX_CHARS: usize = 1000;

/// A tensor cannot be read from another format, or not be written in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum InterchangeError {
    /// The data is not of its format.
    Malformed {
        /// The format.
        format: &'static str,
        /// What is wrong.
        message: String,
    },
    /// The elements or their shape have no counterpart on the other side.
    Unsupported {
        /// The element type, as the side calls it from which the data comes.
        dtype: String,
        /// The shape.
        shape: Vec<usize>,
        /// What would have a counterpart.
        expected: &'static str,
    },
    /// There is no such tensor.
    Tensor(TensorError),
    /// Uncompressed, the data takes more than is allowed.
    TooLarge {
        /// The number of bytes that are allowed.
        most: u64,
    },
    /// A name cannot be used, or is used twice.
    Name {
        /// The name.
        name: String,
    },
    /// Something is wrong with one of several tensors.
    Named {
        /// The tensor's name.
        name: String,
        /// What is wrong with it.
        source: Box<InterchangeError>,
    },
    /// A file cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// Why it cannot.
        source: io::Error,
    },
}

impl InterchangeError {
    pub(super) fn malformed(format: &'static str, message: impl fmt::Display) -> Self {
        let printable = |letter: char| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter };
        let message = message.to_string().chars().take(MAX_CHARS).map(printable).collect();
        Self::Malformed { format, message }
    }

    /// A tensor that the other side cannot have.
    pub(super) fn unsupported(tensor: &Tensor, expected: &'static str) -> Self {
        Self::Unsupported { dtype: tensor.dtype().to_string(), shape: tensor.shape().to_vec(), expected }
    }

    #[cfg(any(feature = "npy", feature = "safetensors"))]
    pub(super) fn of(self, name: &str) -> Self {
        Self::Named { name: name.to_owned(), source: Box::new(self) }
    }

    #[cfg(any(feature = "npy", feature = "safetensors"))]
    pub(super) fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}

impl From<TensorError> for InterchangeError {
    fn from(error: TensorError) -> Self {
        Self::Tensor(error)
    }
}

impl fmt::Display for InterchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { format, message } => write!(f, "not {format}: {message}"),
            Self::Unsupported { dtype, shape, expected } => {
                write!(f, "{dtype} elements in shape {} have no counterpart; expected {expected}", ShapeText(shape))
            }
            Self::Tensor(error) => error.fmt(f),
            Self::TooLarge { most } => write!(f, "uncompressed, the data takes more than the {most} bytes allowed"),
            Self::Name { name } => write!(f, "the name {name:?} cannot be used, or is used twice"),
            Self::Named { name, source } => write!(f, "tensor {name:?}: {source}"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl Error for InterchangeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tensor(error) => error.source(),
            Self::Named { source, .. } => source.source(),
            Self::File { source, .. } => source.source(),
            _ => None,
        }
    }
}
