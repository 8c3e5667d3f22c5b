//! Elements of fixed size: numbers and booleans.

use bytemuck::NoUninit;
use bytes::Bytes;

use super::element::sealed::{Pack, Raw, Unpack};
use super::{DType, Element, NestedElement, Number, ReadElement};

macro_rules! numbers {
    ($($type:ident $dtype:ident $swap:expr;)*) => {$(
        impl Raw for $type {
            fn swap_to_little_endian(self) -> Self {
                let swap: fn(Self) -> Self = $swap;
                swap(self)
            }
        }

        impl Pack for $type {
            fn pack(mut values: Vec<Self>) -> Bytes {
                if cfg!(target_endian = "big") {
                    for value in &mut values {
                        *value = value.swap_to_little_endian();
                    }
                }
                share(values)
            }

            fn as_wire(values: &[Self]) -> Option<&[u8]> {
                cfg!(target_endian = "little").then_some(bytemuck::cast_slice(values))
            }
        }

        impl Unpack for $type {
            fn unpack(payload: &Bytes, _: usize) -> Vec<Self> {
                iter(payload).collect()
            }
        }

        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
        }

        impl ReadElement for $type {}
        impl NestedElement for $type {}
        impl Number for $type {}
    )*};
}

numbers! {
    f32 F32 |value| Self::from_bits(value.to_bits().to_le());
    f64 F64 |value| Self::from_bits(value.to_bits().to_le());
    i8 I8 Self::to_le;
    i16 I16 Self::to_le;
    i32 I32 Self::to_le;
    i64 I64 Self::to_le;
    u8 U8 Self::to_le;
    u16 U16 Self::to_le;
    u32 U32 Self::to_le;
    u64 U64 Self::to_le;
}

impl Pack for bool {
    fn pack(values: Vec<Self>) -> Bytes {
        share(values)
    }

    fn as_wire(values: &[Self]) -> Option<&[u8]> {
        Some(bytemuck::cast_slice(values))
    }
}

impl Unpack for bool {
    fn unpack(payload: &Bytes, _: usize) -> Vec<Self> {
        booleans(payload).collect()
    }
}

impl Element for bool {
    const DTYPE: DType = DType::Boolean;
}

impl ReadElement for bool {}
impl NestedElement for bool {}

/// The numbers in little-endian bytes.
pub(super) fn iter<T: Number>(payload: &[u8]) -> impl ExactSizeIterator<Item = T> {
    payload.chunks_exact(size_of::<T>()).map(|bytes| bytemuck::pod_read_unaligned::<T>(bytes).swap_to_little_endian())
}

/// The booleans in bytes: every byte but 0 is true.
pub(super) fn booleans(payload: &[u8]) -> impl ExactSizeIterator<Item = bool> {
    payload.iter().map(|byte| *byte != 0)
}

/// The vector's own memory as bytes, without a copy.
fn share<T: NoUninit + Send>(values: Vec<T>) -> Bytes {
    if values.is_empty() {
        return Bytes::new();
    }
    Bytes::from_owner(Owner(values))
}

struct Owner<T>(Vec<T>);

impl<T: NoUninit> AsRef<[u8]> for Owner<T> {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}
