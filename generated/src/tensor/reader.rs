//! A place in the bytes of a tensor.

use super::{DecodeError, DecodeErrorKind, Part};
use crate::varint;

/// A place in bytes. What is read from there is named by a [`Part`], for the error when the bytes end before it does.
pub(super) struct Reader<'a> {
    pub(super) input: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a [u8], at: usize) -> Self {
        Self { input, at }
    }

    #[inline]
    pub(super) fn byte(&mut self, part: Part) -> Result<u8, DecodeError> {
        let bytes = self.take(1, part)?;
        Ok(bytes.first().copied().unwrap_or_default())
    }

    #[inline]
    pub(super) fn varint(&mut self, part: Part) -> Result<u64, DecodeError> {
        let rest = self.rest();
        let Some((value, width)) = varint::read(rest) else {
            let needed = rest.first().map_or(1, |first| varint::width(*first)) as u64;
            return Err(self.truncated(part, needed));
        };
        self.at = self.at.saturating_add(width);
        Ok(value)
    }

    #[inline]
    pub(super) fn take(&mut self, len: u64, part: Part) -> Result<&'a [u8], DecodeError> {
        let taken = usize::try_from(len).ok().and_then(|len| self.rest().get(..len));
        let taken = taken.ok_or_else(|| self.truncated(part, len))?;
        self.at = self.at.saturating_add(taken.len());
        Ok(taken)
    }

    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn left(&self) -> usize {
        self.rest().len()
    }

    #[cold]
    fn truncated(&self, part: Part, needed: u64) -> DecodeError {
        self.error(DecodeErrorKind::Truncated { part, needed, left: self.left() })
    }

    pub(super) fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(self.at, kind)
    }
}

/// Checks that bytes are text. They start at byte `start` of the input.
pub(super) fn utf8(start: usize, text: &[u8], part: Part) -> Result<(), DecodeError> {
    let invalid = |error: std::str::Utf8Error| {
        DecodeError::new(start.saturating_add(error.valid_up_to()), DecodeErrorKind::InvalidUtf8 { part })
    };
    std::str::from_utf8(text).map(drop).map_err(invalid)
}
