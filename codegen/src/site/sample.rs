//! Example values, made of the definition's own.

use serde_json::Value;

use crate::ir::Api;
use crate::ir::blobs::Blob;
use crate::ir::types::{Field, Object, Type, TypeId, TypeKind, UnionStyle};
use crate::naming::case;

/// A value as a caller has it.
pub(super) enum Sample {
    Json(Value),
    /// Bytes that travel in a blob.
    Bytes,
    /// Bytes that travel as text.
    Base64,
    /// One tensor.
    Tensor,
    List(Vec<Sample>),
    Object(Vec<Member>),
}

/// A member of an object.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) value: Sample,
    /// How it travels.
    pub(super) blob: Option<Blob>,
}

/// A value with what is required.
pub(super) fn of(api: &Api, ty: &Type) -> Sample {
    Sampler { api, within: Vec::new() }.value(ty, None).unwrap_or(Sample::Object(Vec::new()))
}

struct Sampler<'a> {
    api: &'a Api,
    /// The types that the value being made is inside of; it does not go into one twice.
    within: Vec<TypeId>,
}

impl Sampler<'_> {
    fn value(&mut self, ty: &Type, field: Option<&Field>) -> Option<Sample> {
        let example = field.and_then(|field| field.example.clone());
        let given = |other: Value| Some(Sample::Json(example.clone().unwrap_or(other)));
        match ty {
            Type::String => given(field.map_or_else(|| "text".to_owned(), |field| case::kebab(&field.wire)).into()),
            Type::Boolean => given(true.into()),
            Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => given(1.into()),
            Type::Float | Type::Double => given(1.0.into()),
            Type::Binary => Some(Sample::Bytes),
            Type::Base64 => Some(Sample::Base64),
            Type::Tensor => Some(Sample::Tensor),
            // A list that leads back is left empty.
            Type::List(items) => match example {
                Some(Value::Array(values)) => Some(Sample::Json(values.into())),
                _ => {
                    let named = field.filter(|_| **items == Type::String);
                    Some(Sample::List(self.value(items, named).into_iter().collect()))
                }
            },
            Type::Named(id) => self.named(*id, example),
        }
    }

    fn named(&mut self, id: TypeId, example: Option<Value>) -> Option<Sample> {
        if self.within.contains(&id) {
            return None;
        }
        self.within.push(id);
        let value = match &self.api.get(id)?.kind {
            TypeKind::Object(object) => {
                let constant = object.constant.as_ref().map(|(tag, value)| (tag.as_str(), value.as_str()));
                self.object(object, constant)
            }
            TypeKind::Enum(set) => example.or_else(|| Some(set.values.first()?.wire.as_str().into())).map(Sample::Json),
            TypeKind::Union(union) => union.variants.iter().rev().find_map(|variant| match &union.style {
                UnionStyle::Tagged { property } => {
                    let nothing = Object::default();
                    let object = variant.payload.as_ref().map_or(Some(&nothing), |ty| self.api.object(ty))?;
                    self.object(object, Some((property, &variant.wire)))
                }
                UnionStyle::Keyed => {
                    let value = variant.payload.as_ref().and_then(|ty| self.value(ty, None))?;
                    Some(Sample::Object(vec![Member { name: variant.wire.clone(), value, blob: None }]))
                }
                UnionStyle::Kinded => self.value(variant.payload.as_ref()?, None),
            }),
        };
        self.within.pop();
        value
    }

    fn object(&mut self, object: &Object, constant: Option<(&str, &str)>) -> Option<Sample> {
        let tag = constant.map(|(name, value)| Member {
            name: name.to_owned(),
            value: Sample::Json(value.into()),
            blob: None,
        });
        let mut members: Vec<Member> = tag.into_iter().collect();
        for field in object.fields.iter().filter(|field| field.required) {
            let value = self.value(&field.ty, Some(field))?;
            members.push(Member { name: field.wire.clone(), value, blob: field.blob.clone() });
        }
        Some(Sample::Object(members))
    }
}
