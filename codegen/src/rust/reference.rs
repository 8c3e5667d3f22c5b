//! The generated Rust as the reference shows it: declarations with their docs, without attributes and implementations.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::common::Common;
use super::common_with;
use super::context::Context;
use super::file::File;
use super::{docs, enums, errors, example, prose, structs, unions};
use crate::ir::types::{Object, Owner, TypeDef, TypeId, TypeKind, UnionStyle};
use crate::ir::{Api, ErrorSet, ErrorShape, Method};
use crate::naming;
use crate::output::{Base, EmitError, Options};
use crate::render::print;

/// What is shown of the crate.
pub(crate) struct Reference {
    /// What the module of the base has.
    common: Common,
    types: BTreeMap<TypeId, String>,
    /// By the names of the service and the method.
    methods: BTreeMap<(String, String), MethodReference>,
}

/// What is shown of a method.
pub(crate) struct MethodReference {
    /// The function that makes the call.
    pub(crate) signature: String,
    /// The error enum.
    pub(crate) error: String,
    /// A call, which is compiled as part of the docs of the function.
    pub(crate) example: String,
}

impl Reference {
    pub(crate) fn new(api: &Api, base: Option<&Base<'_>>) -> Result<Self, EmitError> {
        let options = Options::default();
        let common = base.map(|base| common_with(api, base, &options)).transpose()?.unwrap_or_default();
        // Links lead nowhere outside of the crate's docs.
        let api = &prose::translate(api, None);
        let cx = &Context::new(api, &options)?;
        let mut types = BTreeMap::new();
        for (id, definition) in cx.emitted() {
            let file = File::new(cx, definition.owner);
            types.insert(id, print(&definition.name, declaration(&file, definition))?);
        }
        let mut methods = BTreeMap::new();
        for (index, service) in api.services.iter().enumerate() {
            for (position, method) in service.methods.iter().enumerate() {
                let file = File::new(cx, Owner::Method(index, position));
                let shown = MethodReference {
                    signature: print(&method.wire, signature(&file, method))?,
                    error: print(&method.wire, error_declarations(&file, method))?,
                    example: example::body(cx, service, method),
                };
                methods.insert((service.wire.clone(), method.wire.clone()), shown);
            }
        }
        Ok(Self { common, types, methods })
    }

    /// The declaration of a type that the crate has.
    pub(crate) fn declaration(&self, id: TypeId) -> Option<&str> {
        self.types.get(&id).map(String::as_str)
    }

    /// Whether a type stands in the module of the base.
    pub(crate) fn is_in_base(&self, id: TypeId, owner: Owner) -> bool {
        self.common.has_type(owner, id)
    }

    /// Whether a service stands in the module of the base.
    pub(crate) fn has_service_in_base(&self, service: usize) -> bool {
        self.common.has_service(service)
    }

    /// A method, by its names on the wire.
    pub(crate) fn method(&self, service: &str, method: &str) -> Option<&MethodReference> {
        self.methods.get(&(service.to_owned(), method.to_owned()))
    }
}

fn declaration(file: &File<'_, '_>, definition: &TypeDef) -> TokenStream {
    let name = file.cx.type_ident(definition);
    let doc = definition.description.as_ref().map(|_| docs::doc(0, &docs::definition(definition)));
    match &definition.kind {
        TypeKind::Object(object) => {
            let fields = object.fields.iter().map(|field| {
                let (doc, name, ty) =
                    (docs::doc(1, &docs::field(field)), structs::field_ident(field), file.field_ty(field));
                quote!(#doc pub #name: #ty)
            });
            quote!(#doc pub struct #name { #(#fields),* })
        }
        TypeKind::Enum(set) => {
            let values = set.values.iter().map(|value| {
                let doc = docs::doc(1, &enums::value_text(value));
                let name = naming::variant(&value.wire, value.identifier.as_deref());
                quote!(#doc #name)
            });
            quote!(#doc pub enum #name { #(#values,)* Unrecognized(String) })
        }
        TypeKind::Union(union) => {
            let variants = union.variants.iter().map(|variant| {
                let doc = docs::doc(1, &unions::variant_text(file, union, variant));
                let name = naming::union_variant(union, variant);
                let content = unions::content(file, variant).map(|content| quote!((#content)));
                quote!(#doc #name #content)
            });
            let is_open = matches!(union.style, UnionStyle::Tagged { .. });
            let unrecognized = is_open.then(|| quote!(Unrecognized(Value)));
            quote!(#doc pub enum #name { #(#variants,)* #unrecognized })
        }
    }
}

/// The error enum of a method, and those of the sets that it shares with others.
fn error_declarations(file: &File<'_, '_>, method: &Method) -> TokenStream {
    let sets = file.cx.error_sets_of(method);
    let shared = sets.iter().map(|set| {
        let shapes = set.errors.iter().filter_map(|index| file.cx.api.errors.get(*index));
        error_declaration(file, &naming::error_set_type(set), shapes.collect(), &[])
    });
    let name = naming::method_error(method);
    let is_own = file.cx.error_ident(method) == name;
    let own = is_own.then(|| error_declaration(file, &name, file.cx.own_errors_of(method), &sets));
    own.into_iter().chain(shared).collect()
}

fn error_declaration(file: &File<'_, '_>, name: &Ident, shapes: Vec<&ErrorShape>, sets: &[&ErrorSet]) -> TokenStream {
    let variants = shapes.into_iter().map(|shape| {
        let doc = docs::doc(1, &errors::variant_text(shape));
        let name = naming::variant(&shape.code, None);
        let fields = shape.fields.as_ref().map(|fields| file.ty(fields)).map(|ty| quote!((#ty)));
        quote!(#doc #name #fields)
    });
    let sets = sets.iter().map(|set| {
        let (variant, ty) = (naming::error_set_variant(set), naming::error_set_type(set));
        quote!(#variant(#ty))
    });
    quote!(pub enum #name { #(#variants,)* #(#sets,)* Unrecognized(ApiError) })
}

fn signature(file: &File<'_, '_>, method: &Method) -> TokenStream {
    let nothing = Object::default();
    let parameters = structs::parameters(file, file.cx.api.object(&method.params).unwrap_or(&nothing));
    let (name, request) = (naming::ident(&naming::method_name(method)), file.ty(&method.params));
    quote!(pub fn #name(&self, #(#parameters),*) -> Call<#request>;)
}
