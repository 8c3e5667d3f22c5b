//! Unions → enums, told apart while reading.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::File;
use super::{docs, schemas, structs};
use crate::ir::{Field, Object, Type, TypeDef, TypeKind, Union, UnionStyle, Variant};
use crate::naming;

pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, union: &Union) -> TokenStream {
    let name = file.cx.type_ident(definition);
    file.import("serde", "Deserialize");
    file.import("serde", "Deserializer");
    file.import("serde", "Serialize");
    let (serde, read, catch_all, note) = match &union.style {
        UnionStyle::Tagged { property } => {
            file.import("serde_json", "Value");
            let unseen = schemas::leave_out(file.cx);
            let catch_all = quote! {
                /// A variant that this version doesn't know, as it came.
                #[serde(untagged)]
                #unseen
                Unrecognized(Value),
            };
            (
                quote!(#[serde(tag = #property)]),
                tagged(file, property, union),
                catch_all,
                "\n\nOpen: a variant that this version doesn't know is kept as it came.",
            )
        }
        UnionStyle::Keyed => (TokenStream::new(), keyed(file, union), TokenStream::new(), ""),
        UnionStyle::Kinded => (quote!(#[serde(untagged)]), kinded(file, union), TokenStream::new(), ""),
    };
    let schema = schemas::derive(file);
    let text = docs::definition(definition);
    let doc = docs::doc(&format!("{text}{note}"));
    let members = union.variants.iter().map(|variant| member(file, union, variant));
    let constructors = constructors(file, &name, union);
    let conversions = conversions(file, &name, union);
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #schema
        #serde
        #[non_exhaustive]
        pub enum #name { #(#members)* #catch_all }
        #constructors
        impl<'de> Deserialize<'de> for #name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> { #read }
        }
        #conversions
    }
}

pub(super) fn variant_ident(union: &Union, variant: &Variant) -> Ident {
    match union.style {
        UnionStyle::Kinded => naming::ident(&variant.wire),
        _ => naming::ident(&naming::variant_name(&variant.wire, variant.identifier.as_deref())),
    }
}

fn member(file: &File<'_, '_>, union: &Union, variant: &Variant) -> TokenStream {
    let name = variant_ident(union, variant);
    let label = if union.style == UnionStyle::Kinded { String::new() } else { format!("`{}`: ", variant.wire) };
    let text = match (&variant.description, &variant.payload) {
        (Some(text), _) => format!("{label}{text}"),
        (None, Some(payload)) => match described(file, payload) {
            Some(text) => format!("{label}{text}"),
            None => format!("`{}`.", variant.wire),
        },
        (None, None) => format!("`{}`.", variant.wire),
    };
    let doc = docs::doc(&docs::since(text, variant.since.as_deref()));
    let rename = (union.style != UnionStyle::Kinded).then(|| {
        let wire = &variant.wire;
        quote!(#[serde(rename = #wire)])
    });
    let payload = variant.payload.as_ref().map(|payload| {
        let ty = file.ty(payload);
        if variant.boxed { quote!((Box<#ty>)) } else { quote!((#ty)) }
    });
    quote!(#doc #rename #name #payload,)
}

fn described(file: &File<'_, '_>, ty: &Type) -> Option<String> {
    match ty {
        Type::Named(id) => file.cx.api.get(*id)?.description.clone(),
        _ => None,
    }
}

fn tagged(file: &File<'_, '_>, property: &str, union: &Union) -> TokenStream {
    let tagged = file.runtime("Tagged");
    let arms = union.variants.iter().map(|variant| {
        let (wire, name) = (&variant.wire, variant_ident(union, variant));
        match variant.payload {
            Some(_) => quote!(#wire => Self::#name(tagged.content()?),),
            None => quote!(#wire => Self::#name,),
        }
    });
    quote! {
        let tagged = #tagged::read(deserializer, #property)?;
        let variant = match tagged.tag() {
            #(#arms)*
            _ => Self::Unrecognized(tagged.into_value()),
        };
        Ok(variant)
    }
}

fn keyed(file: &File<'_, '_>, union: &Union) -> TokenStream {
    let keyed = file.runtime("Keyed");
    let keys = union.variants.iter().map(|variant| &variant.wire);
    let arms = union.variants.iter().enumerate().map(|(index, variant)| {
        let (wire, name) = (&variant.wire, variant_ident(union, variant));
        // Reading yields one of the keys asked for, so the last one needs no test.
        if index.saturating_add(1) == union.variants.len() {
            quote!(_ => Self::#name(keyed.content()?),)
        } else {
            quote!(#wire => Self::#name(keyed.content()?),)
        }
    });
    quote! {
        let keyed = #keyed::read(deserializer, &[#(#keys),*])?;
        let variant = match keyed.key() { #(#arms)* };
        Ok(variant)
    }
}

fn kinded(file: &File<'_, '_>, union: &Union) -> TokenStream {
    let kinded = file.runtime("Kinded");
    let kind = file.runtime("JsonKind");
    let arms = union.variants.iter().map(|variant| {
        let (json, name) = (naming::ident(&format!("{:?}", variant.kind)), variant_ident(union, variant));
        quote!(#kind::#json => Ok(Self::#name(value.content()?)),)
    });
    let wanted: Vec<String> =
        union.variants.iter().map(|variant| format!("{:?}", variant.kind).to_lowercase()).collect();
    let wanted = format!("one of: {}", wanted.join(", "));
    quote! {
        let value = #kinded::read(deserializer)?;
        match value.kind() {
            #(#arms)*
            _ => Err(value.unexpected(#wanted)),
        }
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
