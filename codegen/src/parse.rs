//! Text → [`Spec`]: a serde deserializer over located JSON that records every mistake and goes on.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::{StrDeserializer, StringDeserializer, UsizeDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use crate::diag::{Diagnostics, did_you_mean};
use crate::json::{self, Json, Member, Node};
use crate::source::{Location, Source};
use crate::spanned::{FIELDS, SPANNED};
use crate::spec::Spec;

/// Reads a definition; mistakes are recorded, and what is valid is still returned for further checks.
pub(crate) fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Spec> {
    match json::parse(source) {
        Ok(tree) => read(&tree, diagnostics),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// Reads a value out of a located tree; mistakes go to `diagnostics`.
fn read<'de, T: de::Deserialize<'de>>(node: &'de Node, diagnostics: &mut Diagnostics) -> Option<T> {
    let notes = RefCell::new(std::mem::take(diagnostics));
    let reader = Reader { node, notes: &notes };
    let result = T::deserialize(reader).map_err(|mistake| note(&notes, &node.at, mistake));
    *diagnostics = notes.into_inner();
    result.ok()
}

/// A mistake on its way out; the innermost reader that knows a location adds it.
#[derive(Debug)]
struct Mistake {
    message: String,
    help: String,
    at: Option<Location>,
}

impl std::error::Error for Mistake {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Mistake {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into(), at: None }
    }

    fn at(mut self, at: &Location) -> Self {
        self.at.get_or_insert_with(|| at.clone());
        self
    }
}

impl de::Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string(), "see schema/README.md for what is allowed here")
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}, found {unexpected}"), format!("write {expected} here"))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = did_you_mean(variant, expected.iter().copied(), format!("use one of: {}", list(expected)));
        Self::new(format!("`{variant}` is not known here"), help)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = did_you_mean(field, expected.iter().copied(), format!("the keywords here are: {}", list(expected)));
        Self::new(format!("unknown keyword `{field}`"), help)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("keyword `{field}` is missing"), format!("add `{field}` to this object"))
    }
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}

fn note(notes: &RefCell<Diagnostics>, at: &Location, mistake: Mistake) {
    let mistake = mistake.at(at);
    notes.borrow_mut().error(mistake.at.as_ref().unwrap_or(at), mistake.message, mistake.help);
}

#[derive(Clone, Copy)]
struct Reader<'de, 'n> {
    node: &'de Node,
    notes: &'n RefCell<Diagnostics>,
}

impl<'de> Reader<'de, '_> {
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.node.value {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::Number(number) => {
                number.deserialize_any(visitor).map_err(|error| Mistake::new(error.to_string(), "write another number"))
            }
            Json::String(value) => visitor.visit_borrowed_str(value),
            Json::Array(elements) => visitor.visit_seq(Elements { rest: elements.iter(), notes: self.notes }),
            Json::Object(members) => {
                self.report_repeated(members);
                visitor.visit_map(Members { rest: members.iter(), next: None, notes: self.notes })
            }
        }
    }

    fn report_repeated(self, members: &[Member]) {
        for (index, member) in members.iter().enumerate() {
            if members.iter().take(index).any(|earlier| earlier.name == member.name) {
                let message = format!("duplicate name `{}`", member.name);
                self.notes.borrow_mut().error(&member.name_at, message, "remove one of the two, or rename it");
            }
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de, '_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.visit(visitor).map_err(|mistake| mistake.at(&self.node.at))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        if name == SPANNED {
            return visitor.visit_map(Place {
                at: &self.node.at,
                value: Located::Node(self),
                step: 0,
                notes: self.notes,
            });
        }
        // serde would read an array as the members in their order.
        if matches!(self.node.value, Json::Array(_)) {
            return Err(Mistake::new("expected an object, found an array", "write an object here").at(&self.node.at));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        match &self.node.value {
            Json::String(name) => visitor.visit_enum(UnitVariant { name, at: &self.node.at }),
            _ => Err(Mistake::new("expected a string", "write one of the names allowed here").at(&self.node.at)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Mistake> for Reader<'de, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct UnitVariant<'de> {
    name: &'de str,
    at: &'de Location,
}

impl<'de> EnumAccess<'de> for UnitVariant<'de> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Mistake> {
        let name: StrDeserializer<'_, Mistake> = self.name.into_deserializer();
        Ok((seed.deserialize(name).map_err(|mistake| mistake.at(self.at))?, self))
    }
}

impl<'de> VariantAccess<'de> for UnitVariant<'de> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Mistake> {
        Err(Mistake::new("expected an object", "write an object with one member"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Mistake> {
        Err(Mistake::new("expected an object", "write an object with one member"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Mistake> {
        Err(Mistake::new("expected an object", "write an object with one member"))
    }
}

struct Elements<'de, 'n> {
    rest: std::slice::Iter<'de, Node>,
    notes: &'n RefCell<Diagnostics>,
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        self.rest.next().map(|node| seed.deserialize(Reader { node, notes: self.notes })).transpose()
    }
}

struct Members<'de, 'n> {
    rest: std::slice::Iter<'de, Member>,
    next: Option<&'de Member>,
    notes: &'n RefCell<Diagnostics>,
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        self.next = self.rest.next();
        let Some(member) = self.next else { return Ok(None) };
        let name = Name { text: &member.name, at: &member.name_at, notes: self.notes };
        seed.deserialize(name).map(Some).map_err(|mistake| mistake.at(&member.name_at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let member = self.next.ok_or_else(|| Mistake::new("a value is missing", "add it"))?;
        seed.deserialize(Reader { node: &member.value, notes: self.notes })
    }
}

/// The name of a member, which can be read with its location as well.
struct Name<'de, 'n> {
    text: &'de str,
    at: &'de Location,
    notes: &'n RefCell<Diagnostics>,
}

impl<'de> Deserializer<'de> for Name<'de, '_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        if name == SPANNED {
            return visitor.visit_map(Place {
                at: self.at,
                value: Located::Name(self.text),
                step: 0,
                notes: self.notes,
            });
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

enum Located<'de, 'n> {
    Node(Reader<'de, 'n>),
    Name(&'de str),
}

/// Delivers the fields of [`SPANNED`] one after the other.
struct Place<'de, 'n> {
    at: &'de Location,
    value: Located<'de, 'n>,
    step: usize,
    notes: &'n RefCell<Diagnostics>,
}

impl<'de> MapAccess<'de> for Place<'de, '_> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        let Some(field) = FIELDS.get(self.step) else { return Ok(None) };
        let name: StrDeserializer<'_, Mistake> = (*field).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let step = self.step;
        self.step = step.saturating_add(1);
        let number = |value: usize| -> UsizeDeserializer<Mistake> { value.into_deserializer() };
        match step {
            0 => seed.deserialize(number(self.at.span.start)),
            1 => seed.deserialize(number(self.at.span.end)),
            2 => {
                let pointer: StringDeserializer<Mistake> = self.at.pointer.clone().into_deserializer();
                seed.deserialize(pointer)
            }
            _ => {
                let result = match &self.value {
                    Located::Node(reader) => seed.deserialize(*reader),
                    Located::Name(text) => {
                        let name: StrDeserializer<'_, Mistake> = text.into_deserializer();
                        seed.deserialize(name)
                    }
                };
                // Reported here, at the value's own location; the caller goes on without the value.
                result.map_err(|mistake| {
                    note(self.notes, self.at, mistake);
                    Mistake::new("already reported", "")
                })
            }
        }
    }
}
