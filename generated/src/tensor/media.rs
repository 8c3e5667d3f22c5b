//! Elements that are images, sound and videos.

use std::fmt;
use std::slice::from_ref;

use bytes::Bytes;

use super::element::sealed::{Pack, Unpack};
use super::variable::{Parts, text, write};
use super::{DType, Element, NestedElement, ReadElement, TensorError};

macro_rules! media {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $type {
            format: String,
            data: Bytes,
        }

        impl $type {
            /// Takes encoded bytes and the name of their format.
            ///
            /// # Errors
            ///
            /// [`TensorError::FormatTooLong`] when the name takes more than 255 bytes.
            pub fn new(format: impl Into<String>, data: impl Into<Bytes>) -> Result<Self, TensorError> {
                let format = format.into();
                if format.len() > usize::from(u8::MAX) {
                    return Err(TensorError::FormatTooLong { bytes: format.len() });
                }
                Ok(Self { format, data: data.into() })
            }

            /// The name of the format: at most 255 bytes.
            pub fn format(&self) -> &str {
                &self.format
            }

            /// The encoded bytes.
            pub fn data(&self) -> &Bytes {
                &self.data
            }

            /// The name of the format and the encoded bytes.
            pub fn into_parts(self) -> (String, Bytes) {
                (self.format, self.data)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}, {} bytes)", stringify!($type), self.format, self.data.len())
            }
        }

        impl Media for $type {
            fn from_part(payload: &Bytes, part: &[u8]) -> Self {
                let (format, data) = split(part).unwrap_or_default();
                Self { format: text(format).to_owned(), data: payload.slice_ref(data) }
            }
        }

        impl Pack for $type {
            fn pack(values: Vec<Self>) -> Bytes {
                // No format name is longer than a byte can say.
                let len_of = |value: &Self| u8::try_from(value.format.len()).unwrap_or(u8::MAX);
                let lens: Vec<u8> = values.iter().map(len_of).collect();
                write(values.iter().zip(&lens).map(|(value, len)| [from_ref(len), value.format.as_bytes(), &value.data]))
            }
        }

        impl Unpack for $type {
            fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
                Parts::new(payload, count).map(|part| Self::from_part(payload, part)).collect()
            }
        }

        impl Element for $type {
            const DTYPE: DType = DType::$type;
        }

        impl ReadElement for $type {}
        impl NestedElement for $type {}
    };
}

media! {
    /// An element that is an encoded image.
    ///
    /// ```
    /// use decthings::{Image, Tensor};
    ///
    /// let image = Image::new("png", &b"\x89PNG"[..])?;
    /// assert_eq!(Tensor::from(image.clone()).item::<Image>()?, image);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    Image
}

media! {
    /// An element that is encoded sound.
    Audio
}

media! {
    /// An element that is an encoded video.
    Video
}

/// Images, sound and videos, which have one layout.
pub(super) trait Media: ReadElement {
    /// The element in a part of a payload that is known to hold one.
    fn from_part(payload: &Bytes, part: &[u8]) -> Self;
}

/// The format name and the data of an element, if it is long enough for both.
pub(super) fn split(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = part.split_first()?;
    rest.split_at_checked(usize::from(*len))
}
