//! Unions: each variant travels as its content does.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::types::{Type, Union, UnionStyle, Variant};
use crate::naming;
use crate::rust::file::File;
use crate::rust::unions;

pub(super) fn items(file: &File<'_, '_>, union: &Union, name: &Ident) -> TokenStream {
    let tensors = union.variants.iter().find(|variant| variant.payload.as_ref().is_some_and(is_tensors));
    if let Some(tensors) = tensors {
        return tensors_union(file, union, tensors, name);
    }
    let json = naming::json_type(name);
    let is_tagged = matches!(union.style, UnionStyle::Tagged { .. });
    let variants: Vec<&Variant> = union.variants.iter().collect();
    let writes = write_variants(file, union, &variants, is_tagged);
    let write = to_wire(file, name, quote!(match self { #writes }));
    let contents = json_contents(file, &variants);
    let names: Vec<Ident> = union.variants.iter().map(|variant| naming::union_variant(union, variant)).collect();
    let members = names.iter().zip(&contents).map(|(name, content)| match content {
        Some(content) => quote!(#name(#content),),
        None => quote!(#name,),
    });
    let unrecognized = is_tagged.then(|| {
        let value = file.runtime("Value");
        quote!(Unrecognized(#value),)
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
        let (variant_name, wire) = (naming::union_variant(union, variant), &variant.wire);
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
    let tensors_name = naming::union_variant(union, tensors);
    let others: Vec<&Variant> = union.variants.iter().filter(|variant| variant.wire != tensors.wire).collect();
    let writes = write_variants(file, union, &others, false);
    let write =
        to_wire(file, name, quote!(match self { Self::#tensors_name(tensors) => frame.tensors(tensors), #writes }));
    let contents = json_contents(file, &others);
    if let ([other], [Some(ty)]) = (others.as_slice(), contents.as_slice()) {
        let other_name = naming::union_variant(union, other);
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
    let json = naming::json_type(name);
    let names: Vec<Ident> = others.iter().map(|variant| naming::union_variant(union, variant)).collect();
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
    let rest = Union { style: union.style.clone(), variants: others.into_iter().cloned().collect(), outcome: None };
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
