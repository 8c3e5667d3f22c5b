//! The Rust types that stand for elements.

use super::DType;

/// A Rust type that a tensor can be made of.
///
/// These are the numbers `f32`, `f64`, `i8` to `i64` and `u8` to `u64`; `bool`; `String` and `&str`;
/// [`Bytes`](bytes::Bytes) and `Vec<u8>`, which are binary elements; and [`Image`](crate::tensor::Image),
/// [`Audio`](crate::tensor::Audio) and [`Video`](crate::tensor::Video). No other type can be.
pub trait Element: sealed::Pack {
    /// The element type of a tensor made of this type.
    const DTYPE: DType;
}

/// An [`Element`] that can be read out of a tensor: all but `&str`.
pub trait ReadElement: Element + sealed::Unpack {}

/// An [`Element`] whose nested arrays and vectors have the shape that they show: all but `Vec<u8>`, because
/// vectors of `Vec<u8>` are read as a table of `u8`. Use [`Tensor::vector`](crate::tensor::Tensor::vector) or
/// [`Bytes`](bytes::Bytes) for binary elements.
pub trait NestedElement: Element {}

/// An [`Element`] that is a number, and lies in memory as it does on the wire.
pub trait Number: ReadElement + NestedElement + Copy + sealed::Raw {}

/// A list of elements: a vector, an array or a boxed slice; or a slice, or a reference to a vector or an array, to copy from.
pub trait Elements: sealed::IntoVec<Self::Element> {
    /// The type of the elements.
    type Element: Element;
}

impl<T: Element> Elements for Vec<T> {
    type Element = T;
}

impl<T: Element> Elements for Box<[T]> {
    type Element = T;
}

impl<T: Element, const N: usize> Elements for [T; N] {
    type Element = T;
}

impl<T: Element + Clone> Elements for &[T] {
    type Element = T;
}

impl<T: Element + Clone, const N: usize> Elements for &[T; N] {
    type Element = T;
}

impl<T: Element + Clone> Elements for &Vec<T> {
    type Element = T;
}

/// What the traits above can do. It cannot be named from outside, so nobody else can implement them.
pub(super) mod sealed {
    use bytes::Bytes;

    /// Elements become bytes.
    pub trait Pack: Sized {
        /// The elements as the wire has them, without the length of them all.
        fn pack(values: Vec<Self>) -> Bytes;

        /// The same without a copy, where the elements lie in memory as they do on the wire.
        fn as_wire(_: &[Self]) -> Option<&[u8]> {
            None
        }
    }

    /// Bytes become elements.
    pub trait Unpack: Sized {
        /// The elements in bytes that are known to hold as many of this type.
        fn unpack(payload: &Bytes, count: usize) -> Vec<Self>;
    }

    /// Any bytes are a value.
    pub trait Raw: bytemuck::Pod {
        /// Changes between the machine's byte order and little-endian.
        fn swap_to_little_endian(self) -> Self;
    }

    /// Lists become vectors.
    pub trait IntoVec<T>: Sized {
        /// The elements.
        fn into_vec(self) -> Vec<T>;
    }

    impl<T> IntoVec<T> for Vec<T> {
        fn into_vec(self) -> Vec<T> {
            self
        }
    }

    impl<T> IntoVec<T> for Box<[T]> {
        fn into_vec(self) -> Vec<T> {
            self.into()
        }
    }

    impl<T, const N: usize> IntoVec<T> for [T; N] {
        fn into_vec(self) -> Vec<T> {
            self.into()
        }
    }

    impl<T: Clone> IntoVec<T> for &[T] {
        fn into_vec(self) -> Vec<T> {
            self.to_vec()
        }
    }

    impl<T: Clone, const N: usize> IntoVec<T> for &[T; N] {
        fn into_vec(self) -> Vec<T> {
            self.to_vec()
        }
    }

    impl<T: Clone> IntoVec<T> for &Vec<T> {
        fn into_vec(self) -> Vec<T> {
            self.clone()
        }
    }
}
