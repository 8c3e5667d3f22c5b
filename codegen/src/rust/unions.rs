//! Unions → enums, distinguished while they are read.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::file::File;
use super::{docs, schemas, structs};
use crate::ir::types::{Type, TypeDef, TypeKind, Union, UnionStyle, Variant};
use crate::{naming, render};

pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, union: &Union, gate: &TokenStream) -> TokenStream {
    let name = file.cx.type_ident(definition);
    let macro_name = macro_name(file, union);
    let tag = match &union.style {
        UnionStyle::Tagged { property } => Some(quote!(#[serde(tag = #property)])),
        UnionStyle::Keyed | UnionStyle::Kinded => None,
    };
    let schema = schemas::derive(file);
    let doc = docs::doc(1, &docs::definition(definition));
    let members = union.variants.iter().map(|variant| member(file, union, variant));
    let item = render::in_macro(&macro_name, quote!(#doc #tag #schema pub enum #name { #(#members)* }));
    let constructors = constructors(file, &name, union, gate);
    quote!(#gate #item #constructors)
}

/// The macro that declares a union.
fn macro_name(file: &File<'_, '_>, union: &Union) -> Ident {
    file.runtime(match &union.style {
        UnionStyle::Tagged { .. } => "tagged_union",
        UnionStyle::Keyed => "keyed_union",
        UnionStyle::Kinded => "kinded_union",
    })
}

/// What reads a union, in the macro that implements it; the contents are those of the variants.
pub(super) fn reader(
    file: &File<'_, '_>,
    union: &Union,
    name: &Ident,
    contents: &[Option<TokenStream>],
) -> TokenStream {
    let macro_name = macro_name(file, union);
    let tag = match &union.style {
        UnionStyle::Tagged { property } => Some(quote!(const TAG: &str = #property;)),
        UnionStyle::Keyed | UnionStyle::Kinded => None,
    };
    let members = union.variants.iter().zip(contents).map(|(variant, content)| {
        let variant_name = naming::union_variant(union, variant);
        let content = content.as_ref().map(|content| quote!((#content)));
        let sign = sign(union, variant);
        quote!(#variant_name #content = #sign,)
    });
    render::in_macro(&macro_name, quote!(#tag enum #name { #(#members)* }))
}

/// What distinguishes a variant: its tag, its key with its other spellings, or the JSON types of its values.
fn sign(union: &Union, variant: &Variant) -> TokenStream {
    match union.style {
        UnionStyle::Kinded => {
            let kind = naming::ident(&format!("{:?}", variant.kind));
            quote!(#kind)
        }
        UnionStyle::Tagged { .. } | UnionStyle::Keyed => {
            let (wire, aliases) = (&variant.wire, &variant.aliases);
            quote!(#wire #(| #aliases)*)
        }
    }
}

/// What a variant holds.
pub(super) fn content(file: &File<'_, '_>, variant: &Variant) -> Option<TokenStream> {
    let ty = file.ty(variant.payload.as_ref()?);
    Some(if variant.boxed { quote!(Box<#ty>) } else { ty })
}

fn member(file: &File<'_, '_>, union: &Union, variant: &Variant) -> TokenStream {
    let name = naming::union_variant(union, variant);
    let doc = docs::doc(2, &variant_text(file, union, variant));
    let holders = union.variants.iter().filter(|other| other.payload == variant.payload).count();
    let skip = (variant.payload.is_some() && holders > 1).then(|| quote!(#[skip(From)]));
    let payload = content(file, variant).map(|content| quote!((#content)));
    let sign = match (&union.style, &variant.payload) {
        // Outside of a call, base64 bytes are text, or `{"$bytes": …}`.
        (UnionStyle::Kinded, Some(Type::Base64)) => quote!(String | Object),
        _ => sign(union, variant),
    };
    quote!(#doc #skip #name #payload = #sign,)
}

/// What a variant means.
pub(super) fn variant_text(file: &File<'_, '_>, union: &Union, variant: &Variant) -> String {
    let label = if union.style == UnionStyle::Kinded { String::new() } else { format!("`{}`: ", variant.wire) };
    let text = match (&variant.description, &variant.payload) {
        (Some(text), _) => format!("{label}{text}"),
        (None, Some(payload)) => match described(file, payload) {
            Some(text) => format!("{label}{text}"),
            None => format!("`{}`.", variant.wire),
        },
        (None, None) => format!("`{}`.", variant.wire),
    };
    docs::since(text, variant.since.as_deref())
}

fn described(file: &File<'_, '_>, ty: &Type) -> Option<String> {
    match ty {
        Type::Named(id) => file.cx.api.get(*id)?.description.clone(),
        _ => None,
    }
}

/// Functions that make a tagged variant of what its content requires.
fn constructors(file: &File<'_, '_>, name: &Ident, union: &Union, outer: &TokenStream) -> TokenStream {
    if !matches!(union.style, UnionStyle::Tagged { .. }) {
        return TokenStream::new();
    }
    let functions = union.variants.iter().filter_map(|variant| {
        let payload = variant.payload.as_ref()?;
        let Type::Named(id) = payload else { return None };
        let definition = file.cx.api.get(*id)?;
        let TypeKind::Object(object) = &definition.kind else { return None };
        // What is only received is made by nobody but the side that sends it.
        let gate = if definition.sent { TokenStream::new() } else { file.cx.gate_server() };
        let variant_name = naming::union_variant(union, variant);
        let function = naming::constructor(variant);
        let ty = file.ty(payload);
        let parameters = structs::parameters(file, object);
        let arguments = object.fields.iter().filter(|field| field.is_argument()).map(structs::field_ident);
        let value = quote!(#ty::new(#(#arguments),*));
        let value = if variant.boxed { quote!(Box::new(#value)) } else { value };
        let text = described(file, payload)
            .or_else(|| variant.description.clone())
            .unwrap_or_else(|| format!("Makes [`Self::{variant_name}`]."));
        let doc = docs::doc(1, &text);
        Some(quote! {
            #doc
            #gate
            pub fn #function(#(#parameters),*) -> Self { Self::#variant_name(#value) }
        })
    });
    let functions: Vec<TokenStream> = functions.collect();
    if functions.is_empty() {
        return TokenStream::new();
    }
    let conversions = conversions(file, name, union, outer);
    quote!(#outer impl #name { #(#functions)* } #conversions)
}

/// Makes a variant of the only field of its content, if that has a type of its own that no other variant has.
fn conversions(file: &File<'_, '_>, name: &Ident, union: &Union, outer: &TokenStream) -> TokenStream {
    let content = |variant: &Variant| {
        let Type::Named(id) = variant.payload.as_ref()? else { return None };
        file.cx.api.get(*id)
    };
    let sole_field = |variant: &Variant| {
        let definition = content(variant)?;
        let TypeKind::Object(object) = &definition.kind else { return None };
        match object.fields.as_slice() {
            [field] if field.is_argument() && definition.sent => Some(field.clone()),
            _ => None,
        }
    };
    let is_unique = |ty: &Type| {
        let payloads = union.variants.iter().filter_map(|variant| variant.payload.clone());
        let fields = union.variants.iter().filter_map(sole_field).map(|field| field.ty);
        payloads.chain(fields).filter(|other| other == ty).count() == 1
    };
    let impls = union.variants.iter().filter_map(|variant| {
        let field = sole_field(variant)?;
        let Type::Named(id) = &field.ty else { return None };
        let is_object = matches!(file.cx.api.get(*id)?.kind, TypeKind::Object(_));
        if !is_object || !is_unique(&field.ty) {
            return None;
        }
        let (ty, argument, function) = (file.ty(&field.ty), structs::field_ident(&field), naming::constructor(variant));
        Some(quote! {
            #outer
            impl From<#ty> for #name {
                fn from(#argument: #ty) -> Self { Self::#function(#argument) }
            }
        })
    });
    impls.collect()
}
