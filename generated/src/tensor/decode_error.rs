//! What can be wrong with the bytes of a tensor.

use std::error::Error;
use std::fmt;

use super::error::Counted;
use super::shape::ShapeText;

/// Bytes that are not the tensor, or the tensors, that they should be.
///
/// ```
/// use bytes::Bytes;
/// use decthings::Tensor;
/// use decthings::tensor::DecodeErrorKind;
///
/// let error = Tensor::decode(Bytes::from_static(&[17, 0])).unwrap_err();
/// assert_eq!(error.offset(), 0);
/// assert_eq!(error.kind(), &DecodeErrorKind::UnknownTag { tag: 17 });
/// assert_eq!(error.to_string(), "bad tensor at byte 0: unknown element type 17, expected 1 to 16");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    offset: usize,
    kind: DecodeErrorKind,
}

impl DecodeError {
    pub(super) fn new(offset: usize, kind: DecodeErrorKind) -> Self {
        Self { offset, kind }
    }

    /// Which byte of the input is the first that is wrong or missing, counted from 0.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong there.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.kind
    }
}

/// What is wrong with the bytes of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The bytes, or those that belong to an element, end too early.
    Truncated {
        /// The part that is cut off.
        part: Part,
        /// The number of bytes that the part takes.
        needed: u64,
        /// The number of bytes that are left for it.
        left: usize,
    },
    /// The first byte stands for no element type.
    UnknownTag {
        /// The byte.
        tag: u8,
    },
    /// The elements of the shape cannot be counted, or their bytes cannot.
    ShapeOverflow {
        /// The shape.
        shape: Vec<u64>,
    },
    /// The elements take fewer bytes than the tensor says.
    WrongTotal {
        /// The number of bytes that the tensor says.
        stated: usize,
        /// The number of bytes that the elements take.
        actual: usize,
    },
    /// Text is not UTF-8.
    InvalidUtf8 {
        /// The part that is not.
        part: Part,
    },
    /// Bytes follow the end of the tensor.
    TrailingBytes {
        /// The number of bytes.
        count: usize,
    },
}

/// A part of an encoded tensor. Dimensions and elements are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The byte for the element type.
    Type,
    /// The number of dimensions.
    Rank,
    /// The length of a dimension.
    Dimension(usize),
    /// The number of bytes of all elements.
    Total,
    /// The elements together.
    Elements,
    /// The number of bytes of an element.
    ElementLength(usize),
    /// An element.
    Element(usize),
    /// The number of bytes of the name of an element's media format.
    FormatLength(usize),
    /// The name of an element's media format.
    Format(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => f.write_str("the element type"),
            Self::Rank => f.write_str("the number of dimensions"),
            Self::Dimension(index) => write!(f, "dimension {index}"),
            Self::Total => f.write_str("the total length"),
            Self::Elements => f.write_str("the data"),
            Self::ElementLength(index) => write!(f, "the length of element {index}"),
            Self::Element(index) => write!(f, "element {index}"),
            Self::FormatLength(index) => write!(f, "the length of the format name of element {index}"),
            Self::Format(index) => write!(f, "the format name of element {index}"),
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { part, needed, left } => {
                write!(f, "{part} takes {}, but {left} can be read", Counted(*needed, "byte"))
            }
            Self::UnknownTag { tag } => write!(f, "unknown element type {tag}, expected 1 to 16"),
            Self::ShapeOverflow { shape } => write!(f, "shape {} is too large to be counted", ShapeText(shape)),
            Self::WrongTotal { stated, actual } => {
                write!(f, "the elements take {}, but the total length says {stated}", Counted(*actual, "byte"))
            }
            Self::InvalidUtf8 { part } => write!(f, "{part} is not UTF-8"),
            Self::TrailingBytes { count } => {
                write!(f, "expected the end of the tensor, found {}", Counted(*count, "more byte"))
            }
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad tensor at byte {}: {}", self.offset, self.kind)
    }
}

impl Error for DecodeError {}
