//! What can be wrong with the making or the reading of a tensor.

use std::error::Error;
use std::fmt;

use super::DType;
use super::shape::ShapeText;

/// A tensor cannot be made as asked, or does not hold what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TensorError {
    /// The shape is for another number of elements.
    ElementCount {
        /// The shape.
        shape: Vec<usize>,
        /// The number of elements that the shape is for.
        expected: usize,
        /// The number of elements given.
        actual: usize,
    },
    /// The element type and the shape are for another number of bytes.
    ByteCount {
        /// The element type.
        dtype: DType,
        /// The shape.
        shape: Vec<usize>,
        /// The number of bytes that the shape is for.
        expected: usize,
        /// The number of bytes given.
        actual: usize,
    },
    /// The shape has more than 255 dimensions.
    Rank {
        /// The number of dimensions.
        rank: usize,
    },
    /// The elements of the shape cannot be counted, or their bytes cannot.
    ShapeOverflow {
        /// The shape.
        shape: Vec<usize>,
    },
    /// The tensor has elements of another type.
    WrongType {
        /// The type asked for.
        wanted: DType,
        /// The type that the tensor has.
        actual: DType,
        /// The shape of the tensor.
        shape: Vec<usize>,
    },
    /// Elements of this type have no fixed size, so there are no raw bytes of them.
    NoFixedSize {
        /// The element type.
        dtype: DType,
    },
    /// One element was asked for, and the tensor has none or more than one.
    NotSingle {
        /// The type of the elements.
        dtype: DType,
        /// The shape of the tensor.
        shape: Vec<usize>,
    },
    /// The rows have different lengths.
    Ragged {
        /// The first row with another length, counted from 0.
        row: usize,
        /// The length of the rows before it.
        expected: usize,
        /// The length of that row.
        actual: usize,
    },
    /// A scalar cannot be split into rows, as it has no dimensions.
    ScalarRows {
        /// The type of the element.
        dtype: DType,
    },
    /// The rows of the tensor would have no elements.
    EmptyRows {
        /// The type of the elements.
        dtype: DType,
        /// The shape of the tensor.
        shape: Vec<usize>,
    },
    /// There are no rows to make a tensor of.
    NoRows,
    /// The rows have different element types or shapes.
    UnequalRows {
        /// The first row that differs from those before it, counted from 0.
        row: usize,
        /// The element type of the rows before it.
        expected: DType,
        /// The shape of the rows before it.
        expected_shape: Vec<usize>,
        /// The element type of that row.
        actual: DType,
        /// The shape of that row.
        actual_shape: Vec<usize>,
    },
    /// The name of a media format takes more than 255 bytes.
    FormatTooLong {
        /// The number of bytes.
        bytes: usize,
    },
    /// JSON does not describe a tensor.
    Notation {
        /// Where in the JSON, such as `data[3]`; empty for all of it.
        path: String,
        /// What is wrong there.
        message: String,
    },
}

impl fmt::Display for TensorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ElementCount { shape, expected, actual } => {
                write!(f, "shape {} takes {}, got {actual}", ShapeText(shape), Counted(*expected, "element"))
            }
            Self::ByteCount { dtype, shape, expected, actual } => {
                let shape = ShapeText(shape);
                write!(f, "{dtype} elements in shape {shape} take {}, got {actual}", Counted(*expected, "byte"))
            }
            Self::Rank { rank } => write!(f, "a tensor has at most 255 dimensions, got {rank}"),
            Self::ShapeOverflow { shape } => write!(f, "shape {} is too large to be counted", ShapeText(shape)),
            Self::WrongType { wanted, actual, shape } => {
                write!(f, "wanted {wanted} elements, but the tensor is {actual} {}", ShapeText(shape))
            }
            Self::NoFixedSize { dtype } => {
                write!(f, "{dtype} elements have no fixed size and so no raw bytes")
            }
            Self::NotSingle { dtype, shape } => {
                write!(f, "wanted a single element, but the tensor is {dtype} {}", ShapeText(shape))
            }
            Self::Ragged { row, expected, actual } => {
                write!(f, "row {row} has {}, the rows before it have {expected}", Counted(*actual, "element"))
            }
            Self::ScalarRows { dtype } => {
                write!(f, "a scalar ({dtype}) cannot be split into rows; reshape it to [1] to get one row")
            }
            Self::EmptyRows { dtype, shape } => {
                write!(f, "{dtype} {} cannot be split into rows, as they would have no elements", ShapeText(shape))
            }
            Self::NoRows => f.write_str("no rows to stack; at least one is needed, for its element type and shape"),
            Self::UnequalRows { row, expected, expected_shape, actual, actual_shape } => write!(
                f,
                "row {row} is {actual} {}, the rows before it are {expected} {}",
                ShapeText(actual_shape),
                ShapeText(expected_shape)
            ),
            Self::FormatTooLong { bytes } => {
                write!(f, "the name of a media format takes at most 255 bytes, got {bytes}")
            }
            Self::Notation { path, message } if path.is_empty() => write!(f, "not a tensor: {message}"),
            Self::Notation { path, message } => write!(f, "not a tensor: {path}: {message}"),
        }
    }
}

impl Error for TensorError {}

/// A number with its noun: `1 byte`, `2 bytes`.
pub(super) struct Counted<N>(pub(super) N, pub(super) &'static str);

impl<N: fmt::Display + Copy + PartialEq + From<u8>> fmt::Display for Counted<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == N::from(1) { "" } else { "s" })
    }
}
