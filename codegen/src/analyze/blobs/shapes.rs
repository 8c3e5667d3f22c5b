//! Types that blob rules fit on.

use crate::ir::Api;
use crate::ir::blobs::{Blob, BlobKind};
use crate::ir::types::{Field, Object, Type, TypeId};

pub(super) fn item_id(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::List(items) => match **items {
            Type::Named(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// The rule of a list whose items travel in several places, if it fits its type.
pub(super) fn kind_of_list(api: &Api, field: &Field) -> Option<BlobKind> {
    let element = match &field.ty {
        Type::List(items) => api.object(items)?,
        _ => return None,
    };
    let is_text = |ty: &Type| *ty == Type::String;
    match field.blob.as_ref()? {
        Blob::Keyed { names, aliases, at_root } => {
            let [key, data] = pair(element, is_text, |ty| *ty == Type::Binary)?;
            Some(BlobKind::Keyed { names: names.clone(), aliases: aliases.clone(), at_root: *at_root, key, data })
        }
        Blob::Entries => {
            let [key, data] = pair(element, is_text, is_tensors)?;
            Some(BlobKind::Entries { key, data })
        }
        Blob::IndexedEntries { indexes } => {
            let [key, data] = pair(element, is_text, |ty| matches!(ty, Type::List(_)))?;
            let cell = match &element.field(&data)?.ty {
                Type::List(items) => api.object(items)?,
                _ => return None,
            };
            let [index, tensor] = pair(cell, |ty| *ty == Type::Uint32, |ty| *ty == Type::Tensor)?;
            Some(BlobKind::IndexedEntries { indexes: indexes.clone(), key, data, index, tensor })
        }
        _ => None,
    }
}

/// The one required string of an object.
pub(super) fn only_string(object: &Object) -> Option<String> {
    let mut strings = object.fields.iter().filter(|field| field.required && field.ty == Type::String);
    let name = strings.next()?;
    strings.next().is_none().then(|| name.wire.clone())
}

pub(super) fn is_tensors(ty: &Type) -> bool {
    matches!(ty, Type::List(items) if **items == Type::Tensor)
}

/// The names of the two required members of an object, one of each kind.
fn pair(object: &Object, first: impl Fn(&Type) -> bool, second: impl Fn(&Type) -> bool) -> Option<[String; 2]> {
    let one = object.fields.iter().find(|field| field.required && first(&field.ty))?;
    let other = object.fields.iter().find(|field| field.required && second(&field.ty))?;
    (object.fields.len() == 2).then(|| [one.wire.clone(), other.wire.clone()])
}
