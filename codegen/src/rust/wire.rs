//! How types travel: code that writes them to the wire and reads them from it.
//!
//! A type without bytes is JSON as a whole, as its derives say. One that holds bytes gets code of its own: its JSON lacks
//! the bytes, which travel beside it in blobs.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::File;
use super::{structs, unions};
use crate::ir::{Blob, Field, ListItem, Object, Type, TypeDef, TypeKind, Union, UnionStyle, Variant};
use crate::naming;

/// The implementations of a type.
pub(super) fn items(file: &File<'_, '_>, definition: &TypeDef) -> TokenStream {
    let name = file.cx.type_ident(definition);
    let own = match &definition.kind {
        TypeKind::Object(object) if definition.has_wire_form => object_items(file, definition, object, &name),
        TypeKind::Union(union) if definition.has_wire_form => union_items(file, union, &name),
        _ if definition.root => {
            let plain = file.runtime("PlainJson");
            quote!(impl #plain for #name {})
        }
        _ => TokenStream::new(),
    };
    let parts = definition.list_items.iter().map(|item| parts(file, definition, item, &name));
    quote!(#own #(#parts)*)
}

/// The name of what stands in the JSON for a type that holds blobs.
pub(super) fn json_ident(name: &Ident) -> Ident {
    naming::json_type(name)
}

fn object_items(file: &File<'_, '_>, definition: &TypeDef, object: &Object, name: &Ident) -> TokenStream {
    let json = json_ident(name);
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
    file.import("serde", "Deserialize");
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

fn to_wire(file: &File<'_, '_>, name: &Ident, body: TokenStream) -> TokenStream {
    let [to_wire, writer, error] = ["ToWire", "FrameWriter", "WireError"].map(|name| file.runtime(name));
    quote! {
        impl #to_wire for #name {
            fn to_wire(&self, frame: &mut #writer) -> Result<(), #error> { #body }
        }
    }
}

fn from_wire(
    file: &File<'_, '_>,
    name: &Ident,
    json: &TokenStream,
    argument: &TokenStream,
    body: TokenStream,
) -> TokenStream {
    let [from_wire, reader, error] = ["FromWire", "BlobReader", "WireError"].map(|name| file.runtime(name));
    quote! {
        impl #from_wire for #name {
            type Json = #json;
            fn from_wire(#argument: #json, blobs: &mut #reader) -> Result<Self, #error> { #body }
        }
    }
}

/// The statement that writes a field.
fn write_field(file: &File<'_, '_>, definition: &TypeDef, field: &Field) -> TokenStream {
    let (wire, name) = (&field.wire, structs::field_ident(field));
    let write = match &field.blob {
        Some(Blob::Bytes) => quote!(bytes(#wire, &self.#name)),
        Some(Blob::Tensor) => quote!(tensor(#wire, &self.#name)),
        Some(Blob::Tensors) if is_list(&field.ty) => quote!(tensors(#wire, &self.#name)),
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

/// What stands in the JSON for a type.
fn json_ty(file: &File<'_, '_>, ty: &Type) -> TokenStream {
    match ty {
        Type::List(items) if file.cx.api.has_wire_form(items) => {
            let items = json_ty(file, items);
            quote!(Vec<#items>)
        }
        ty if file.cx.api.has_wire_form(ty) => {
            let (json, ty) = (file.runtime("Json"), file.ty(ty));
            quote!(#json<#ty>)
        }
        ty => file.ty(ty),
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

fn union_items(file: &File<'_, '_>, union: &Union, name: &Ident) -> TokenStream {
    let tensors = union.variants.iter().find(|variant| variant.payload.as_ref().is_some_and(is_tensors));
    if let Some(tensors) = tensors {
        return tensors_union(file, union, tensors, name);
    }
    let json = json_ident(name);
    let is_tagged = matches!(union.style, UnionStyle::Tagged { .. });
    let variants: Vec<&Variant> = union.variants.iter().collect();
    let writes = write_variants(file, union, &variants, is_tagged);
    let write = to_wire(file, name, quote!(match self { #writes }));
    let contents = json_contents(file, &variants);
    let names: Vec<Ident> = union.variants.iter().map(|variant| unions::variant_ident(union, variant)).collect();
    let members = names.iter().zip(&contents).map(|(name, content)| match content {
        Some(content) => quote!(#name(#content),),
        None => quote!(#name,),
    });
    let unrecognized = is_tagged.then(|| {
        file.import("serde_json", "Value");
        quote!(Unrecognized(Value),)
    });
    let reads = union.variants.iter().zip(&names).map(|(variant, name)| match variant.payload {
        None => quote!(#json::#name => Self::#name,),
        Some(_) => {
            let (content, value) = read_variant(file, union, variant);
            quote!(#json::#name(#content) => Self::#name(#value),)
        }
    });
    let read_unrecognized = is_tagged.then(|| quote!(#json::Unrecognized(object) => Self::Unrecognized(object),));
    let body = quote! {
        let value = match json { #(#reads)* #read_unrecognized };
        Ok(value)
    };
    let read = from_wire(file, name, &quote!(#json), &quote!(json), body);
    let reader = unions::reader(file, union, &json, &contents);
    let doc = format!(" What stands in the JSON for a [`{name}`].");
    quote! {
        #write
        #[doc = #doc]
        #[doc(hidden)]
        #[derive(Debug)]
        pub enum #json { #(#members)* #unrecognized }
        #reader
        #read
    }
}

/// The arms that write variants; one for all that are plain JSON, among them what is not recognized.
fn write_variants(file: &File<'_, '_>, union: &Union, variants: &[&Variant], is_open: bool) -> TokenStream {
    let writes = variants.iter().filter(|variant| has_wire_form(file, variant)).map(|variant| {
        let (variant_name, wire) = (unions::variant_ident(union, variant), &variant.wire);
        let content = if variant.boxed { quote!(&**content) } else { quote!(content) };
        let write = match &union.style {
            UnionStyle::Tagged { property } => quote!(frame.tagged(#property, #wire, #content)),
            UnionStyle::Keyed => quote!(frame.keyed(#wire, #content)),
            // Behind a box, the method is found without help.
            UnionStyle::Kinded => quote!(content.to_wire(frame)),
        };
        quote!(Self::#variant_name(content) => #write,)
    });
    let is_whole = !is_open && variants.iter().all(|variant| has_wire_form(file, variant));
    let others = (!is_whole).then(|| quote!(other => frame.value(other),));
    quote!(#(#writes)* #others)
}

/// What stands in the JSON for variants.
fn json_contents(file: &File<'_, '_>, variants: &[&Variant]) -> Vec<Option<TokenStream>> {
    let content = |variant: &&Variant| {
        let ty = json_ty(file, variant.payload.as_ref()?);
        Some(if variant.boxed { quote!(Box<#ty>) } else { ty })
    };
    variants.iter().map(content).collect()
}

/// What the JSON of a variant is called, and the expression that makes its content of that.
fn read_variant(file: &File<'_, '_>, union: &Union, variant: &Variant) -> (TokenStream, TokenStream) {
    if !has_wire_form(file, variant) {
        return (quote!(content), quote!(content));
    }
    let json = if variant.boxed { quote!(*json) } else { quote!(json) };
    let value = if union.style == UnionStyle::Keyed {
        let wire = &variant.wire;
        quote!(blobs.nested(#wire, #json)?)
    } else {
        file.runtime("FromWire");
        quote!(FromWire::from_wire(#json, blobs)?)
    };
    (quote!(json), if variant.boxed { quote!(Box::new(#value)) } else { value })
}

/// A union of tensors, which leave the JSON, and one or more alternatives that stay.
fn tensors_union(file: &File<'_, '_>, union: &Union, tensors: &Variant, name: &Ident) -> TokenStream {
    let tensors_name = unions::variant_ident(union, tensors);
    let others: Vec<&Variant> = union.variants.iter().filter(|variant| variant.wire != tensors.wire).collect();
    let writes = write_variants(file, union, &others, false);
    let write =
        to_wire(file, name, quote!(match self { Self::#tensors_name(tensors) => frame.tensors(tensors), #writes }));
    let contents = json_contents(file, &others);
    if let ([other], [Some(ty)]) = (others.as_slice(), contents.as_slice()) {
        let other_name = unions::variant_ident(union, other);
        let (content, value) = read_variant(file, union, other);
        let body = quote! {
            let value = match json {
                None => Self::#tensors_name(blobs.tensors_here()?),
                Some(#content) => Self::#other_name(#value),
            };
            Ok(value)
        };
        let read = from_wire(file, name, &quote!(Option<#ty>), &quote!(json), body);
        return quote!(#write #read);
    }
    let json = json_ident(name);
    let names: Vec<Ident> = others.iter().map(|variant| unions::variant_ident(union, variant)).collect();
    let members = names.iter().zip(&contents).map(|(name, content)| quote!(#name(#content),));
    let reads = others.iter().zip(&names).map(|(other, name)| {
        let (content, value) = read_variant(file, union, other);
        quote!(Some(#json::#name(#content)) => Self::#name(#value),)
    });
    let body = quote! {
        let value = match json {
            None => Self::#tensors_name(blobs.tensors_here()?),
            #(#reads)*
        };
        Ok(value)
    };
    let read = from_wire(file, name, &quote!(Option<#json>), &quote!(json), body);
    let rest = Union { style: union.style.clone(), variants: others.into_iter().cloned().collect() };
    let reader = unions::reader(file, &rest, &json, &contents);
    let doc = format!(" What stands in the JSON for a [`{name}`] that is not tensors.");
    quote! {
        #write
        #[doc = #doc]
        #[doc(hidden)]
        #[derive(Debug)]
        pub enum #json { #(#members)* }
        #reader
        #read
    }
}

fn is_tensors(ty: &Type) -> bool {
    matches!(ty, Type::List(items) if **items == Type::Tensor)
}

fn has_wire_form(file: &File<'_, '_>, variant: &Variant) -> bool {
    variant.payload.as_ref().is_some_and(|payload| file.cx.api.has_wire_form(payload))
}

/// How an item of a list is taken apart that travels in two places.
fn parts(file: &File<'_, '_>, definition: &TypeDef, item: &ListItem, name: &Ident) -> TokenStream {
    let member = |wire: &str| {
        let TypeKind::Object(object) = &definition.kind else { return format_ident!("_") };
        object.field(wire).map_or_else(|| format_ident!("_"), structs::field_ident)
    };
    match item {
        ListItem::KeyedBlob { key, data } => {
            let (keyed, blob) = (file.runtime("KeyedBlob"), file.runtime("Blob"));
            two_parts(
                name,
                &quote!(#keyed),
                [key, data].map(|part| (part.as_str(), member(part))),
                [(quote!(&str), quote!(String)), (quote!(&#blob), quote!(#blob))],
            )
        }
        ListItem::TensorColumn { key, data } => {
            let (column, tensor) = (file.runtime("TensorColumn"), file.runtime("Tensor"));
            two_parts(
                name,
                &quote!(#column),
                [key, data].map(|part| (part.as_str(), member(part))),
                [(quote!(&str), quote!(String)), (quote!(&[#tensor]), quote!(Vec<#tensor>))],
            )
        }
        ListItem::IndexedColumn { key, data, cell } => {
            let (column, cell) = (file.runtime("IndexedTensorColumn"), file.named(*cell));
            let (key_member, data_member) = (member(key), member(data));
            quote! {
                impl #column for #name {
                    type Cell = #cell;
                    const KEY: &'static str = #key;
                    const DATA: &'static str = #data;
                    fn parts(&self) -> (&str, &[#cell]) { (&self.#key_member, &self.#data_member) }
                    fn from_parts(#key_member: String, #data_member: Vec<#cell>) -> Self { Self { #key_member, #data_member } }
                }
            }
        }
        ListItem::IndexedTensor { index, tensor } => {
            let (indexed, ty) = (file.runtime("IndexedTensor"), file.runtime("Tensor"));
            let (index, tensor) = (member(index), member(tensor));
            quote! {
                impl #indexed for #name {
                    fn parts(&self) -> (u32, &#ty) { (self.#index, &self.#tensor) }
                    fn from_parts(#index: u32, #tensor: #ty) -> Self { Self { #index, #tensor } }
                }
            }
        }
    }
}

fn two_parts(
    name: &Ident,
    of: &TokenStream,
    [(key, key_member), (data, data_member)]: [(&str, Ident); 2],
    [(key_ref, key_ty), (data_ref, data_ty)]: [(TokenStream, TokenStream); 2],
) -> TokenStream {
    quote! {
        impl #of for #name {
            const KEY: &'static str = #key;
            const DATA: &'static str = #data;
            fn parts(&self) -> (#key_ref, #data_ref) { (&self.#key_member, &self.#data_member) }
            fn from_parts(#key_member: #key_ty, #data_member: #data_ty) -> Self { Self { #key_member, #data_member } }
        }
    }
}
