//! Elements that are images, sound and videos.

use std::fmt;

use bytes::Bytes;

use super::element::sealed::{Pack, Unpack};
use super::format::{Format, known};
use super::text::text;
use super::variable::{Parts, write};
use super::{DType, Element, NestedElement, ReadElement, TensorError};

macro_rules! media {
    ($(#[$doc:meta])* $type:ident, $(#[$ref_doc:meta])* $borrowed:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $type {
            format: Format,
            data: Bytes,
        }

        impl $type {
            /// Takes encoded bytes and the name of their format.
            ///
            /// # Errors
            ///
            /// [`TensorError::FormatTooLong`] when the name takes more than 255 bytes.
            pub fn new(format: impl AsRef<str>, data: impl Into<Bytes>) -> Result<Self, TensorError> {
                Ok(Self { format: Format::new(format.as_ref())?, data: data.into() })
            }

            /// The name of the format: at most 255 bytes.
            pub fn format(&self) -> &str {
                self.format.as_str()
            }

            /// The encoded bytes.
            pub fn data(&self) -> &Bytes {
                &self.data
            }

            /// The name of the format and the encoded bytes.
            pub fn into_parts(self) -> (String, Bytes) {
                (self.format.as_str().to_owned(), self.data)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}, {} bytes)", stringify!($type), self.format(), self.data.len())
            }
        }

        $(#[$ref_doc])*
        #[derive(Clone, Copy)]
        pub struct $borrowed<'a> {
            format: &'a [u8],
            data: &'a [u8],
            payload: &'a Bytes,
        }

        impl<'a> $borrowed<'a> {
            /// Takes an element that is known to be valid, and the payload that it is in.
            pub(super) fn of_part(payload: &'a Bytes, part: &'a [u8]) -> Self {
                let (format, data) = split(part).unwrap_or_default();
                Self { format, data, payload }
            }

            /// The name of the format: at most 255 bytes.
            pub fn format(&self) -> &'a str {
                known(self.format).unwrap_or_else(|| text(self.format))
            }

            /// The encoded bytes.
            pub fn data(&self) -> &'a [u8] {
                self.data
            }
        }

        impl fmt::Debug for $borrowed<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({}, {} bytes)", stringify!($borrowed), self.format(), self.data.len())
            }
        }

        /// Shares the tensor's memory.
        impl From<$borrowed<'_>> for $type {
            fn from(element: $borrowed<'_>) -> Self {
                let data = element.payload.slice_ref(element.data);
                Self { format: Format::of_checked(element.format), data }
            }
        }

        impl Pack for $type {
            fn pack(values: Vec<Self>) -> Bytes {
                let len = |value: &Self| value.format.wire_len().saturating_add(value.data.len());
                write(values.iter(), len, |value, out| {
                    value.format.write(out);
                    out.extend_from_slice(&value.data);
                })
            }
        }

        impl Unpack for $type {
            fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
                Parts::new(payload, count).map(|part| $borrowed::of_part(payload, part).into()).collect()
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
    Image,
    /// An image in a tensor, which [`Tensor::images`](crate::Tensor::images) gives. `Image::from` makes one of it that can
    /// be kept.
    ImageRef
}

media! {
    /// An element that is encoded sound.
    Audio,
    /// Sound in a tensor, which [`Tensor::audios`](crate::Tensor::audios) gives. `Audio::from` makes one of it that can be
    /// kept.
    AudioRef
}

media! {
    /// An element that is an encoded video.
    Video,
    /// A video in a tensor, which [`Tensor::videos`](crate::Tensor::videos) gives. `Video::from` makes one of it that can
    /// be kept.
    VideoRef
}

/// The format name and the data of an element, if it is long enough for both.
pub(super) fn split(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = part.split_first()?;
    rest.split_at_checked(usize::from(*len))
}
