//! The names of media formats.

use std::borrow::Cow;

use super::TensorError;
use super::text::text;

/// The name of a media format: at most 255 bytes. Well-known names are not allocated.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Format(Cow<'static, str>);

impl Format {
    pub(super) fn new(name: &str) -> Result<Self, TensorError> {
        if name.len() > usize::from(u8::MAX) {
            return Err(TensorError::FormatTooLong { bytes: name.len() });
        }
        Ok(Self::of_checked(name.as_bytes()))
    }

    /// Takes at most 255 bytes that are known to be UTF-8.
    pub(super) fn of_checked(name: &[u8]) -> Self {
        Self(known(name).map_or_else(|| Cow::Owned(text(name).to_owned()), Cow::Borrowed))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of bytes that the name takes on the wire.
    pub(super) fn wire_len(&self) -> usize {
        self.0.len().saturating_add(1)
    }

    /// Appends the name after its length.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.0.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(self.0.as_bytes());
    }
}

/// The name, if it is a well-known one.
pub(super) fn known(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"png" => "png",
        b"jpg" => "jpg",
        b"jpeg" => "jpeg",
        b"gif" => "gif",
        b"webp" => "webp",
        b"bmp" => "bmp",
        b"tiff" => "tiff",
        b"avif" => "avif",
        b"mp3" => "mp3",
        b"wav" => "wav",
        b"flac" => "flac",
        b"ogg" => "ogg",
        b"opus" => "opus",
        b"aac" => "aac",
        b"m4a" => "m4a",
        b"mp4" => "mp4",
        b"webm" => "webm",
        b"mov" => "mov",
        b"avi" => "avi",
        b"mkv" => "mkv",
        _ => return None,
    })
}
