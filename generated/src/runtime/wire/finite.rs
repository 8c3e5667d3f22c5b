//! Finds numbers that JSON cannot represent.

use std::fmt::Display;
use std::{fmt, io};

use serde::ser::Serializer;
use serde::{Serialize, ser};
use serde_json::ser::{CompactFormatter, Formatter};
use serde_path_to_error::Track;

use super::wire_error::join_paths;
use crate::runtime::text::path_text;

/// Writes compact JSON, and records whether it contains `null`.
///
/// NaN and the infinite numbers are written as `null`. Few requests contain it, so only these are searched.
#[derive(Default)]
pub(super) struct Nulls {
    pub(super) found: bool,
}

impl Formatter for &mut Nulls {
    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.found = true;
        CompactFormatter.write_null(writer)
    }
}

/// The path of the first number that is not finite, such as `options[2].rate`, and the number.
pub(super) fn not_finite<T: Serialize + ?Sized>(value: &T) -> Option<(String, f64)> {
    let mut track = Track::new();
    let NotFinite(found) = value.serialize(serde_path_to_error::Serializer::new(Walk, &mut track)).err()?;
    found.map(|(inner, number)| (join_paths(&path_text(&track.path()), &inner), number))
}

/// The number that was found, with its path within a variant; `None` for a failure of the serialized type.
#[derive(Debug)]
struct NotFinite(Option<(String, f64)>);

impl Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a finite number")
    }
}

impl std::error::Error for NotFinite {}

impl ser::Error for NotFinite {
    fn custom<T: Display>(_: T) -> Self {
        Self(None)
    }
}

/// A serializer without output, which fails at the first number that is not finite.
struct Walk;

macro_rules! accept {
    ($($method:ident($($type:ty),*);)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<(), NotFinite> {
            Ok(())
        })*
    };
}

macro_rules! enter {
    ($($method:ident($($type:ty),*);)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<Self, NotFinite> {
            Ok(self)
        })*
    };
}

impl Serializer for Walk {
    type Ok = ();
    type Error = NotFinite;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    accept! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    enter! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }

    fn serialize_f32(self, number: f32) -> Result<(), NotFinite> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), NotFinite> {
        if number.is_finite() { Ok(()) } else { Err(NotFinite(Some((String::new(), number)))) }
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), NotFinite> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), NotFinite> {
        // `serde_path_to_error` loses the path within such a variant.
        match not_finite(value) {
            Some((inner, number)) => Err(NotFinite(Some((join_paths(variant, &inner), number)))),
            None => Ok(()),
        }
    }
}

macro_rules! members {
    ($($trait:ident: $($method:ident($($name:ty)?)),*;)*) => {
        $(impl ser::$trait for Walk {
            type Ok = ();
            type Error = NotFinite;

            $(fn $method<T: ?Sized + Serialize>(&mut self, $(_: $name,)? value: &T) -> Result<(), NotFinite> {
                value.serialize(Walk)
            })*

            fn end(self) -> Result<(), NotFinite> {
                Ok(())
            }
        })*
    };
}

members! {
    SerializeSeq: serialize_element();
    SerializeTuple: serialize_element();
    SerializeTupleStruct: serialize_field();
    SerializeTupleVariant: serialize_field();
    SerializeMap: serialize_key(), serialize_value();
    SerializeStruct: serialize_field(&'static str);
    SerializeStructVariant: serialize_field(&'static str);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Circle(Circle),
    }

    #[derive(Serialize)]
    struct Circle {
        radius: Option<f64>,
    }

    #[test]
    fn numbers_are_found_at_any_path() {
        let shapes = |radius| BTreeMap::from([("a", vec![Shape::Circle(Circle { radius })])]);
        assert_eq!(not_finite(&shapes(Some(f64::NAN))).unwrap().0, "a[0].Circle.radius");
        assert_eq!(not_finite(&(1.0, f32::INFINITY)).unwrap().0, "[1]");
        assert!(not_finite(&shapes(Some(0.0))).is_none() && not_finite(&shapes(None)).is_none());
    }
}
