//! Elements of any size: text and bytes. Each follows its length.

use bytes::Bytes;

use super::element::sealed::{Pack, Unpack};
use super::text::Texts;
use super::{DType, Element, NestedElement, ReadElement};
use crate::varint;

/// The bytes of each element.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Parts<'a> {
    /// Takes bytes that are known to hold this many elements.
    pub(super) fn new(payload: &'a [u8], count: usize) -> Self {
        Self { rest: payload, left: count }
    }

    /// Skips elements. Gives their bytes, with the lengths before them.
    pub(super) fn skip_some(&mut self, count: usize) -> &'a [u8] {
        let start = self.rest;
        self.by_ref().take(count).for_each(drop);
        start.get(..start.len().saturating_sub(self.rest.len())).unwrap_or_default()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let (len, width) = varint::read(self.rest)?;
        let (part, rest) = self.rest.get(width..)?.split_at_checked(usize::try_from(len).ok()?)?;
        self.rest = rest;
        Some(part)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Parts<'_> {}

/// Writes elements, each after its length: the first function returns the length, the second appends the element.
pub(super) fn write<E: Copy>(
    elements: impl Iterator<Item = E> + Clone,
    len: impl Fn(E) -> usize,
    append: impl Fn(E, &mut Vec<u8>),
) -> Bytes {
    let size = elements.clone().fold(0usize, |size, element| {
        let len = len(element);
        size.saturating_add(varint::len(len as u64)).saturating_add(len)
    });
    let mut out = Vec::with_capacity(size);
    for element in elements {
        varint::write(len(element) as u64, &mut out);
        append(element, &mut out);
    }
    out.into()
}

/// Appends an element that is as the wire has it.
pub(super) fn extend(element: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(element);
}

macro_rules! pack {
    ($($type:ty: $dtype:ident, $as_bytes:path;)*) => {$(
        impl Pack for $type {
            fn pack(values: Vec<Self>) -> Bytes {
                write(values.iter().map($as_bytes), <[u8]>::len, extend)
            }
        }

        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}

pack! {
    String: String, AsRef::as_ref;
    &str: String, AsRef::as_ref;
    Bytes: Binary, AsRef::as_ref;
    Vec<u8>: Binary, AsRef::as_ref;
}

impl Unpack for String {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Texts::new(payload, count).map(str::to_owned).collect()
    }
}

impl Unpack for Bytes {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Parts::new(payload, count).map(|part| payload.slice_ref(part)).collect()
    }
}

impl Unpack for Vec<u8> {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Parts::new(payload, count).map(<[u8]>::to_vec).collect()
    }
}

impl ReadElement for String {}
impl ReadElement for Bytes {}
impl ReadElement for Vec<u8> {}
impl NestedElement for String {}
impl NestedElement for &str {}
impl NestedElement for Bytes {}
