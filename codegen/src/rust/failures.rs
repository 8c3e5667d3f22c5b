//! Why something failed: the texts of failures, and outcomes → `Result`.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use super::structs;
use crate::ir::types::{Field, Object, Outcome, Type, TypeDef, TypeKind, Union, UnionStyle, Variant};
use crate::naming;
use crate::naming::case;

/// The implementations of a type that is a failure, a reason of one, or an outcome.
pub(super) fn items(file: &File<'_, '_>, definition: &TypeDef, gate: &TokenStream) -> TokenStream {
    match &definition.kind {
        TypeKind::Object(Object { reason: Some(reason), .. }) => error(file, definition, reason, gate),
        TypeKind::Union(union) if definition.is_reason => reason(file, definition, union, gate),
        TypeKind::Union(Union { outcome: Some(outcome), .. }) => {
            into_result(file, definition, outcome, gate).unwrap_or_default()
        }
        _ => TokenStream::new(),
    }
}

/// An object that is an error.
fn error(file: &File<'_, '_>, definition: &TypeDef, reason: &str, gate: &TokenStream) -> TokenStream {
    let TypeKind::Object(object) = &definition.kind else { return TokenStream::new() };
    let Some(field) = object.field(reason) else { return TokenStream::new() };
    let (name, field) = (file.cx.type_ident(definition), structs::field_ident(field));
    let text = definition.description.as_deref().map_or_else(|| case::words(&definition.name), clause);
    let format = format!("{}: {{}}", text.replace('{', "{{").replace('}', "}}"));
    quote! {
        #gate
        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, #format, self.#field)
            }
        }
        #gate
        impl std::error::Error for #name {}
    }
}

/// A union that is a reason.
fn reason(file: &File<'_, '_>, definition: &TypeDef, union: &Union, gate: &TokenStream) -> TokenStream {
    let failure_text = file.runtime("FailureText");
    let name = file.cx.type_ident(definition);
    let arms = union.variants.iter().map(|variant| {
        let (variant_name, code) = (naming::union_variant(union, variant), &variant.wire);
        let text = variant.description.as_deref().map_or_else(|| case::words(code), clause);
        let parts: Vec<TokenStream> = fields(file, variant).iter().filter_map(|field| part(file, field)).collect();
        let pattern = match (&variant.payload, parts.as_slice()) {
            (None, _) => quote!(Self::#variant_name),
            (Some(_), []) => quote!(Self::#variant_name(_)),
            (Some(_), _) => quote!(Self::#variant_name(content)),
        };
        quote!(#pattern => #failure_text::new(#text, #code) #(#parts)*,)
    });
    let UnionStyle::Tagged { property } = &union.style else { return TokenStream::new() };
    quote! {
        #gate
        impl std::fmt::Display for #name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = match self {
                    #(#arms)*
                    Self::Unrecognized(object) => #failure_text::unrecognized(#property, object),
                };
                write!(f, "{text}")
            }
        }
    }
}

fn fields<'a>(file: &File<'_, 'a>, variant: &Variant) -> &'a [Field] {
    let object = variant.payload.as_ref().and_then(|payload| file.cx.api.object(payload));
    object.map(|object| object.fields.as_slice()).unwrap_or_default()
}

/// What a field adds to the text; nothing if its values have no text.
fn part(file: &File<'_, '_>, field: &Field) -> Option<TokenStream> {
    let name = structs::field_ident(field);
    let value = if field.required { quote!(Some(&content.#name)) } else { quote!(content.#name.as_ref()) };
    let label = case::words(&field.wire);
    match &field.ty {
        Type::String => Some(quote!(.message(#value))),
        Type::Boolean | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => {
            Some(quote!(.fact(#label, #value)))
        }
        Type::Named(id) => match file.cx.api.get(*id)? {
            TypeDef { kind: TypeKind::Enum(_), .. } => Some(quote!(.fact(#label, #value))),
            TypeDef { is_reason: true, .. } => Some(quote!(.message(#value))),
            _ => None,
        },
        Type::Binary | Type::Base64 | Type::Tensor | Type::List(_) => None,
    }
}

/// The function of an outcome that works with `?`.
fn into_result(
    file: &File<'_, '_>,
    definition: &TypeDef,
    outcome: &Outcome,
    gate: &TokenStream,
) -> Option<TokenStream> {
    let TypeKind::Union(union) = &definition.kind else { return None };
    let name = file.cx.type_ident(definition);
    let alternative = |key: &str| {
        let variant = union.variants.iter().find(|variant| variant.wire == key)?;
        let ty = file.ty(variant.payload.as_ref()?);
        let content = if variant.boxed { quote!(*content) } else { quote!(content) };
        Some((naming::union_variant(union, variant), ty, content))
    };
    let (ok, ok_type, success) = alternative(&outcome.ok)?;
    let (error, error_type, failure) = alternative(&outcome.error)?;
    Some(quote! {
        #gate
        impl #name {
            #[doc = " Converts the outcome, so that `?` returns a failure as an error."]
            #[doc = ""]
            #[doc = " # Errors"]
            #[doc = ""]
            #[doc = " It is a failure."]
            #[allow(clippy::result_large_err)]
            pub fn into_result(self) -> Result<#ok_type, #error_type> {
                match self {
                    Self::#ok(content) => Ok(#success),
                    Self::#error(content) => Err(#failure),
                }
            }
        }
    })
}

/// A sentence as a part of another: without its capital letter, unless it is an acronym, and without its full stop.
fn clause(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next();
    if letters.clone().next().is_some_and(char::is_lowercase) || letters.as_str().starts_with(' ') {
        return first.into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    }
    sentence.to_owned()
}
