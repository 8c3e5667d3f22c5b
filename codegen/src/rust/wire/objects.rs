//! Objects: their members are written and read one by one.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{from_wire, json_ty, to_wire};
use crate::ir::{Blob, Field, Object, Type, TypeDef};
use crate::naming;
use crate::rust::context::File;
use crate::rust::structs;

pub(super) fn items(file: &File<'_, '_>, definition: &TypeDef, object: &Object, name: &Ident) -> TokenStream {
    let json = naming::json_type(name);
    let constant = object.constant.as_ref().filter(|_| definition.standalone);
    let constant = constant.map(|(property, value)| quote!(object.field(#property, #value)?;));
    let members = object.fields.iter().map(|field| write_field(file, definition, field));
    let root_names = definition.root_names.as_ref();
    let write_names = root_names.map(|names| quote!(object.root_names(#names)?;));
    let json_fields = object.fields.iter().flat_map(|field| json_fields(file, field));
    let json_names = root_names.map(|names| JsonField::new(names, quote!(Option<Vec<String>>)));
    let read_names = root_names.map(|names| {
        let field = naming::ident(&naming::snake(names));
        quote!(blobs.root_names(json.#field);)
    });
    let json_fields: Vec<JsonField<'_>> = json_fields.chain(json_names).collect();
    let camel = json_fields.iter().any(|field| field.name != *field.wire && structs::is_camel(&field.name, field.wire));
    let rename_all = camel.then(|| quote!(#[serde(rename_all = "camelCase")]));
    let argument = if json_fields.is_empty() { quote!(_) } else { quote!(json) };
    let values = object.fields.iter().map(|field| {
        let member = structs::field_ident(field);
        let value = read_field(file, field);
        quote!(#member: #value)
    });
    let write = to_wire(
        file,
        name,
        quote! {
            let mut object = frame.object();
            #constant
            #(#members)*
            #write_names
            object.end()
        },
    );
    let read = from_wire(file, name, &quote!(#json), &argument, quote!(#read_names Ok(Self { #(#values),* })));
    file.use_derives();
    let doc = format!(" What stands in the JSON for a [`{name}`].");
    let json_fields = json_fields.iter().map(|field| field.tokens(camel));
    quote! {
        #write
        #[doc = #doc]
        #[doc(hidden)]
        #[derive(Debug, Deserialize)]
        #rename_all
        pub struct #json { #(#json_fields)* }
        #read
    }
}

/// The statement that writes a field.
fn write_field(file: &File<'_, '_>, definition: &TypeDef, field: &Field) -> TokenStream {
    let (wire, name) = (&field.wire, structs::field_ident(field));
    let write = match &field.blob {
        Some(Blob::Bytes) => quote!(bytes(#wire, &self.#name)),
        Some(Blob::Tensor) => return quote!(object.tensor(#wire, &self.#name);),
        Some(Blob::Tensors) if is_list(&field.ty) => return quote!(object.tensors(#wire, &self.#name);),
        Some(Blob::Tensors) => quote!(nested(#wire, &self.#name)),
        Some(Blob::Keyed { names, at_root: false }) => quote!(keyed(#wire, #names, &self.#name)),
        Some(Blob::Keyed { at_root: true, .. }) => quote!(keyed_at_root(#wire, &self.#name)),
        Some(Blob::Entries) => quote!(entries(#wire, &self.#name)),
        Some(Blob::IndexedEntries { indexes }) => quote!(indexed_entries(#wire, #indexes, &self.#name)),
        None if !file.cx.api.has_wire_form(&field.ty) => {
            if field.required {
                quote!(field(#wire, &self.#name))
            } else {
                quote!(optional(#wire, &self.#name))
            }
        }
        None => match item_name(file, definition, field) {
            Some((key, member)) if field.required => {
                quote!(named_list(#wire, &self.#name, #key, |item| &item.#member))
            }
            Some((key, member)) => {
                return quote! {
                    if let Some(items) = &self.#name {
                        object.named_list(#wire, items, #key, |item| &item.#member)?;
                    }
                };
            }
            None if field.boxed && field.required => quote!(nested(#wire, &*self.#name)),
            None if field.boxed => {
                return quote! {
                    if let Some(value) = &self.#name {
                        object.nested(#wire, &**value)?;
                    }
                };
            }
            None => quote!(nested(#wire, &self.#name)),
        },
    };
    quote!(object.#write?;)
}

/// The property that tells the items of a list apart which a request holds, on the wire and in Rust.
fn item_name(file: &File<'_, '_>, definition: &TypeDef, field: &Field) -> Option<(String, Ident)> {
    let key = field.item_name.as_ref().filter(|_| definition.sent)?;
    let Type::List(items) = &field.ty else { return None };
    let member = structs::field_ident(file.cx.api.object(items)?.field(key)?);
    Some((key.clone(), member))
}

/// A property that stands in the JSON.
struct JsonField<'a> {
    name: Ident,
    wire: &'a str,
    aliases: &'a [String],
    ty: TokenStream,
    /// Whether it may be absent although its type does not show it.
    may_be_absent: bool,
}

impl<'a> JsonField<'a> {
    fn new(wire: &'a str, ty: TokenStream) -> Self {
        let name = naming::ident(&naming::snake(wire));
        Self { name, wire, aliases: &[], ty, may_be_absent: false }
    }

    fn of(field: &'a Field, ty: TokenStream) -> Self {
        let (name, wire, aliases) = (structs::field_ident(field), &field.wire, &field.aliases);
        Self { name, wire, aliases, ty, may_be_absent: false }
    }

    fn tokens(&self, camel: bool) -> TokenStream {
        let Self { name, wire, aliases, ty, may_be_absent } = self;
        let is_spelled_so = structs::is_camel(name, wire) && (camel || name == wire);
        let rename = (!is_spelled_so).then(|| quote!(rename = #wire));
        let aliases = aliases.iter().map(|alias| quote!(alias = #alias));
        let default = may_be_absent.then(|| quote!(default));
        let options: Vec<TokenStream> = rename.into_iter().chain(aliases).chain(default).collect();
        let serde = if options.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#options),*)]) };
        quote!(#serde #name: #ty,)
    }
}

/// What stands in the JSON for a field: nothing, or one or two properties.
fn json_fields<'a>(file: &File<'_, '_>, field: &'a Field) -> Vec<JsonField<'a>> {
    let strings = quote!(Vec<String>);
    match &field.blob {
        Some(Blob::Bytes | Blob::Tensor | Blob::Keyed { at_root: true, .. }) => Vec::new(),
        Some(Blob::Tensors) if is_list(&field.ty) => Vec::new(),
        Some(Blob::Tensors) => {
            let content = JsonField::of(field, json_ty(file, &field.ty));
            vec![JsonField { may_be_absent: true, ..content }]
        }
        Some(Blob::Keyed { names, at_root: false }) => vec![JsonField::new(names, strings)],
        Some(Blob::Entries) => vec![JsonField::of(field, strings)],
        Some(Blob::IndexedEntries { indexes }) => {
            vec![JsonField::of(field, strings), JsonField::new(indexes, quote!(Vec<u32>))]
        }
        None => {
            let mut ty = json_ty(file, &field.ty);
            if field.boxed {
                ty = quote!(Box<#ty>);
            }
            let ty = if field.required { ty } else { quote!(Option<#ty>) };
            vec![JsonField::of(field, ty)]
        }
    }
}

/// The expression that makes a field of its JSON and the next blobs.
fn read_field(file: &File<'_, '_>, field: &Field) -> TokenStream {
    let (wire, name) = (&field.wire, structs::field_ident(field));
    match &field.blob {
        Some(Blob::Bytes) => quote!(blobs.bytes(#wire)?),
        Some(Blob::Tensor) => quote!(blobs.tensor(#wire)?),
        Some(Blob::Tensors) if is_list(&field.ty) => quote!(blobs.tensors(#wire)?),
        Some(Blob::Tensors) => quote!(blobs.nested(#wire, json.#name)?),
        Some(Blob::Keyed { names, at_root: false }) => {
            let names = naming::ident(&naming::snake(names));
            quote!(blobs.keyed(#wire, json.#names)?)
        }
        Some(Blob::Keyed { at_root: true, .. }) => quote!(blobs.keyed_at_root(#wire)?),
        Some(Blob::Entries) => quote!(blobs.entries(#wire, json.#name)?),
        Some(Blob::IndexedEntries { indexes }) => {
            let indexes = naming::ident(&naming::snake(indexes));
            quote!(blobs.indexed_entries(#wire, json.#name, json.#indexes)?)
        }
        None if !file.cx.api.has_wire_form(&field.ty) => quote!(json.#name),
        None if field.boxed && field.required => quote!(Box::new(blobs.nested(#wire, *json.#name)?)),
        None if field.boxed => {
            quote!(json.#name.map(|json| blobs.nested(#wire, *json).map(Box::new)).transpose()?)
        }
        None => quote!(blobs.nested(#wire, json.#name)?),
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_))
}
