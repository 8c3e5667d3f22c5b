//! Unions → enums, told apart while reading.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::File;
use super::{docs, schemas, structs};
use crate::ir::{Field, JsonKind, Object, Type, TypeDef, TypeKind, Union, UnionStyle, Variant};
use crate::{naming, render};

pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = file.cx.type_ident(definition);
    file.import("serde", "Serialize");
    let (serde, catch_all, note) = match &union.style {
        UnionStyle::Tagged { property } => {
            file.import("serde_json", "Value");
            let unseen = schemas::leave_out(file.cx);
            let catch_all = quote! {
                /// A variant that this version doesn't know, as it came.
                #[serde(untagged)]
                #unseen
                Unrecognized(Value),
            };
            let note = "\n\nOpen: a variant that this version doesn't know is kept as it came.";
            (quote!(#[serde(tag = #property)]), catch_all, note)
        }
        UnionStyle::Keyed => (TokenStream::new(), TokenStream::new(), ""),
        UnionStyle::Kinded => (quote!(#[serde(untagged)]), TokenStream::new(), ""),
    };
    let schema = schemas::derive(file);
    let text = docs::definition(definition);
    let doc = docs::doc(&format!("{text}{note}"));
    let members = union.variants.iter().map(|variant| member(file, union, variant));
    let constructors = constructors(file, &name, union);
    let read = as_written_out(union);
    let contents: Vec<Option<TokenStream>> = read.variants.iter().map(|variant| content(file, variant)).collect();
    let reader = reader(file, &read, &name, &contents);
    let conversions = conversions(file, &name, union);
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #schema
        #serde
        #[non_exhaustive]
        pub enum #name { #(#members)* #catch_all }
        #constructors
        #reader
        #conversions
    }
}

/// The union as its derives read it: base64 bytes by themselves are `{"$bytes": …}`, or text.
fn as_written_out(union: &Union) -> Union {
    let mut union = union.clone();
    let bytes = union.variants.iter().find(|variant| variant.payload == Some(Type::Base64)).cloned();
    if let (UnionStyle::Kinded, Some(bytes)) = (&union.style, bytes) {
        union.variants.push(Variant { kind: JsonKind::Object, ..bytes });
    }
    union
}

/// What reads a union, in the macro that implements it; the contents are those of the variants.
pub(super) fn reader(
    file: &File<'_, '_>,
    union: &Union,
    name: &Ident,
    contents: &[Option<TokenStream>],
) -> TokenStream {
    let (macro_name, tag) = match &union.style {
        UnionStyle::Tagged { property } => (file.runtime("tagged_union"), Some(quote!(const TAG: &str = #property;))),
        UnionStyle::Keyed => (file.runtime("keyed_union"), None),
        UnionStyle::Kinded => (file.runtime("kinded_union"), None),
    };
    let members = union.variants.iter().zip(contents).map(|(variant, content)| {
        let variant_name = variant_ident(union, variant);
        let content = content.as_ref().map(|content| quote!((#content)));
        let sign = match union.style {
            UnionStyle::Kinded => {
                let kind = naming::ident(&format!("{:?}", variant.kind));
                quote!(#kind)
            }
            _ => {
                let wire = &variant.wire;
                quote!(#wire)
            }
        };
        quote!(#variant_name #content = #sign,)
    });
    render::in_macro(&macro_name, quote!(#tag enum #name { #(#members)* }))
}

/// What a variant holds.
pub(super) fn content(file: &File<'_, '_>, variant: &Variant) -> Option<TokenStream> {
    let ty = file.ty(variant.payload.as_ref()?);
    Some(if variant.boxed { quote!(Box<#ty>) } else { ty })
}

pub(super) fn variant_ident(union: &Union, variant: &Variant) -> Ident {
    match union.style {
        UnionStyle::Kinded => naming::ident(&variant.wire),
        _ => naming::ident(&naming::variant_name(&variant.wire, variant.identifier.as_deref())),
    }
}

fn member(file: &File<'_, '_>, union: &Union, variant: &Variant) -> TokenStream {
    let name = variant_ident(union, variant);
    let doc = docs::doc(&variant_text(file, union, variant));
    let rename = (union.style != UnionStyle::Kinded).then(|| {
        let wire = &variant.wire;
        quote!(#[serde(rename = #wire)])
    });
    let payload = content(file, variant).map(|content| quote!((#content)));
    quote!(#doc #rename #name #payload,)
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
fn constructors(file: &File<'_, '_>, name: &Ident, union: &Union) -> TokenStream {
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
        let variant_name = variant_ident(union, variant);
        let function = naming::constructor(variant);
        let ty = file.ty(payload);
        let (parameters, _) = structs::arguments(file, object);
        let arguments = object.fields.iter().filter(|field| field.required).map(structs::field_ident);
        let value = quote!(#ty::new(#(#arguments),*));
        let value = if variant.boxed { quote!(Box::new(#value)) } else { value };
        let text = described(file, payload)
            .or_else(|| variant.description.clone())
            .unwrap_or_else(|| format!("Makes [`Self::{variant_name}`]."));
        let doc = docs::doc(&format!("{text}{}", more(object)));
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
    quote!(impl #name { #(#functions)* })
}

/// A hint to the setters of content that has optional fields.
fn more(object: &Object) -> String {
    let optional: Vec<&Field> = object.fields.iter().filter(|field| !field.required).collect();
    if optional.is_empty() {
        String::new()
    } else {
        "\n\nFor what is optional, build the content by itself.".to_owned()
    }
}

/// `From` for every content that only one variant has.
fn conversions(file: &File<'_, '_>, name: &Ident, union: &Union) -> TokenStream {
    let unique =
        |payload: &Type| union.variants.iter().filter(|variant| variant.payload.as_ref() == Some(payload)).count() == 1;
    let implementations = union.variants.iter().filter_map(|variant| {
        let payload = variant.payload.as_ref().filter(|payload| unique(payload))?;
        let (ty, variant_name) = (file.ty(payload), variant_ident(union, variant));
        let value = if variant.boxed { quote!(Box::new(content)) } else { quote!(content) };
        Some(quote! {
            impl From<#ty> for #name {
                fn from(content: #ty) -> Self { Self::#variant_name(#value) }
            }
        })
    });
    implementations.collect()
}
