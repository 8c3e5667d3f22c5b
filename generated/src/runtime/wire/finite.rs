//! Finds a number that JSON has no form for.

use std::fmt::Display;
use std::{fmt, io};

use serde::ser::Serializer;
use serde::{Serialize, ser};
use serde_json::ser::{CompactFormatter, Formatter};

/// Writes compact JSON, and notices whether there is a `null` in it.
///
/// NaN and the infinite numbers are written as `null`. Few requests have any, so only these are looked at again.
#[derive(Default)]
pub(super) struct Nulls {
    pub(super) seen: bool,
}

impl Formatter for &mut Nulls {
    fn write_null<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.seen = true;
        CompactFormatter.write_null(writer)
    }
}

/// Where a number stands that is not finite, such as `options[2].rate`, and the number.
pub(super) fn not_finite<T: Serialize + ?Sized>(value: &T) -> Option<(String, f64)> {
    value.serialize(Walk { at: &At::Root }).err()?.0
}

/// Where the walk is.
enum At<'a> {
    Root,
    Field(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Root => Ok(()),
            At::Field(At::Root, name) => f.write_str(name),
            At::Field(parent, name) => write!(f, "{parent}.{name}"),
            At::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What ends the walk: the number, or that the value cannot be written anyway.
#[derive(Debug)]
struct End(Option<(String, f64)>);

impl Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the walk has ended")
    }
}

impl std::error::Error for End {}

impl ser::Error for End {
    fn custom<T: Display>(_: T) -> Self {
        Self(None)
    }
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    at: &'a At<'a>,
}

/// The members of a list or an object, one after the other.
struct Members<'a> {
    at: &'a At<'a>,
    /// The variant that they are in.
    variant: Option<&'static str>,
    index: usize,
    key: String,
}

impl<'a> Walk<'a> {
    fn members(self, variant: Option<&'static str>) -> Members<'a> {
        Members { at: self.at, variant, index: 0, key: String::new() }
    }

    fn float(self, number: f64) -> Result<(), End> {
        if number.is_finite() { Ok(()) } else { Err(End(Some((self.at.to_string(), number)))) }
    }
}

impl Members<'_> {
    fn within(&self, work: impl FnOnce(&At<'_>) -> Result<(), End>) -> Result<(), End> {
        match self.variant {
            Some(variant) => work(&At::Field(self.at, variant)),
            None => work(self.at),
        }
    }

    fn item<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), End> {
        let index = self.index;
        self.index = index.saturating_add(1);
        self.within(|at| value.serialize(Walk { at: &At::Item(at, index) }))
    }

    fn field<T: ?Sized + Serialize>(&self, name: &str, value: &T) -> Result<(), End> {
        self.within(|at| value.serialize(Walk { at: &At::Field(at, name) }))
    }
}

macro_rules! harmless {
    ($($method:ident($($type:ty),*);)*) => {
        $(fn $method(self, $(_: $type),*) -> Result<(), End> {
            Ok(())
        })*
    };
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = End;
    type SerializeSeq = Members<'a>;
    type SerializeTuple = Members<'a>;
    type SerializeTupleStruct = Members<'a>;
    type SerializeTupleVariant = Members<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    harmless! {
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

    fn serialize_f32(self, number: f32) -> Result<(), End> {
        self.float(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), End> {
        self.float(number)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), End> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), End> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), End> {
        value.serialize(Walk { at: &At::Field(self.at, variant) })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'a>, End> {
        Ok(self.members(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'a>, End> {
        Ok(self.members(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, End> {
        Ok(self.members(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, End> {
        Ok(self.members(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, End> {
        Ok(self.members(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, End> {
        Ok(self.members(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, End> {
        Ok(self.members(Some(variant)))
    }
}

macro_rules! members {
    ($($trait:ident :: $method:ident($($name:ident)?);)*) => {
        $(impl ser::$trait for Members<'_> {
            type Ok = ();
            type Error = End;

            fn $method<T: ?Sized + Serialize>(&mut self, $($name: &'static str,)? value: &T) -> Result<(), End> {
                members!(@visit self, value $(, $name)?)
            }

            fn end(self) -> Result<(), End> {
                Ok(())
            }
        })*
    };
    (@visit $members:ident, $value:ident) => { $members.item($value) };
    (@visit $members:ident, $value:ident, $name:ident) => { $members.field($name, $value) };
}

members! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(name);
    SerializeStructVariant::serialize_field(name);
}

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = End;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), End> {
        self.key = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(key)) => key,
            Ok(key) => key.to_string(),
            Err(_) => return Err(End(None)),
        };
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), End> {
        self.field(&self.key, value)
    }

    fn end(self) -> Result<(), End> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Pair(f64, f32),
        Named { rate: Option<f64> },
        One(f64),
    }

    #[test]
    fn the_number_is_found_wherever_it_stands() {
        let found = |shape: Shape| not_finite(&std::collections::BTreeMap::from([("a", vec![shape])])).unwrap().0;
        assert_eq!(found(Shape::Pair(1.0, f32::INFINITY)), "a[0].Pair[1]");
        assert_eq!(found(Shape::Named { rate: Some(f64::NAN) }), "a[0].Named.rate");
        assert_eq!(found(Shape::One(f64::NEG_INFINITY)), "a[0].One");
        assert!(not_finite(&Shape::Named { rate: None }).is_none());
        assert!(not_finite(&json!({"a": [null, 1.5, "x", {"b": true}]})).is_none());
    }
}
