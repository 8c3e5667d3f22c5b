//! Element types.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The type of a tensor's elements.
///
/// ```
/// use decthings::DType;
///
/// assert_eq!(DType::F32.as_str(), "f32");
/// assert_eq!("boolean".parse(), Ok(DType::Boolean));
/// assert_eq!(DType::U16.size(), Some(2));
/// assert_eq!(DType::Image.size(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// 32-bit floating point number, `f32`.
    F32,
    /// 64-bit floating point number, `f64`.
    F64,
    /// Signed 8-bit integer, `i8`.
    I8,
    /// Signed 16-bit integer, `i16`.
    I16,
    /// Signed 32-bit integer, `i32`.
    I32,
    /// Signed 64-bit integer, `i64`.
    I64,
    /// Unsigned 8-bit integer, `u8`.
    U8,
    /// Unsigned 16-bit integer, `u16`.
    U16,
    /// Unsigned 32-bit integer, `u32`.
    U32,
    /// Unsigned 64-bit integer, `u64`.
    U64,
    /// UTF-8 text, `String` or `&str`.
    String,
    /// Bytes, [`Bytes`](bytes::Bytes) or `Vec<u8>`.
    Binary,
    /// True or false, `bool`.
    Boolean,
    /// An encoded image, [`Image`](crate::tensor::Image).
    Image,
    /// Encoded sound, [`Audio`](crate::tensor::Audio).
    Audio,
    /// An encoded video, [`Video`](crate::tensor::Video).
    Video,
}

impl DType {
    /// All element types, in the order of their tags on the wire.
    pub const ALL: &'static [Self] = &[
        Self::F32,
        Self::F64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::String,
        Self::Binary,
        Self::Boolean,
        Self::Image,
        Self::Audio,
        Self::Video,
    ];

    /// The name in the Decthings API, such as `f32` or `boolean`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Boolean => "boolean",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// How many bytes each element takes, or `None` when that differs from element to element.
    pub const fn size(self) -> Option<usize> {
        match self {
            Self::I8 | Self::U8 | Self::Boolean => Some(1),
            Self::I16 | Self::U16 => Some(2),
            Self::F32 | Self::I32 | Self::U32 => Some(4),
            Self::F64 | Self::I64 | Self::U64 => Some(8),
            Self::String | Self::Binary | Self::Image | Self::Audio | Self::Video => None,
        }
    }

    /// The byte that an encoded tensor of this type starts with.
    pub(super) const fn tag(self) -> u8 {
        match self {
            Self::F32 => 1,
            Self::F64 => 2,
            Self::I8 => 3,
            Self::I16 => 4,
            Self::I32 => 5,
            Self::I64 => 6,
            Self::U8 => 7,
            Self::U16 => 8,
            Self::U32 => 9,
            Self::U64 => 10,
            Self::String => 11,
            Self::Binary => 12,
            Self::Boolean => 13,
            Self::Image => 14,
            Self::Audio => 15,
            Self::Video => 16,
        }
    }

    /// The type with this tag: tags count from 1, in the order of [`ALL`](Self::ALL).
    #[inline]
    pub(super) fn from_tag(tag: u8) -> Option<Self> {
        Self::ALL.get(usize::from(tag).checked_sub(1)?).copied()
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for DType {
    type Err = UnknownDType;

    fn from_str(name: &str) -> Result<Self, UnknownDType> {
        let found = Self::ALL.iter().copied().find(|dtype| dtype.as_str() == name);
        found.ok_or_else(|| UnknownDType { name: name.to_owned() })
    }
}

/// A name that no element type has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDType {
    name: String,
}

impl UnknownDType {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for UnknownDType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no element type has the name {:?}; the names are", self.name)?;
        for (index, dtype) in DType::ALL.iter().enumerate() {
            write!(f, "{} {dtype}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Error for UnknownDType {}
