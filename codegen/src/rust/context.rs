//! What every emitter needs: the model, the options, and the imports of the file being written.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::{Api, ErrorShape, Field, Method, Owner, Service, Type, TypeDef, TypeId, TypeKind};
use crate::{EmitError, Options, naming};

/// The model and the options.
pub(super) struct Context<'a> {
    pub(super) api: &'a Api,
    pub(super) options: &'a Options,
    pub(super) runtime: syn::Path,
}

impl<'a> Context<'a> {
    pub(super) fn new(api: &'a Api, options: &'a Options) -> Result<Self, EmitError> {
        let runtime = syn::parse_str(&options.runtime);
        let runtime =
            runtime.map_err(|error| EmitError { path: options.runtime.clone(), message: error.to_string() })?;
        Ok(Self { api, options, runtime })
    }

    /// Whether the code is emitted into the runtime's own crate, and may extend its types.
    pub(super) fn at_home(&self) -> bool {
        self.options.runtime.starts_with("crate")
    }

    /// Shared types that are emitted: entries of `$defs`, in alphabetical order.
    pub(super) fn shared(&self) -> Vec<(TypeId, &'a TypeDef)> {
        let types = self.api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
        let mut shared: Vec<_> =
            types.filter(|(id, definition)| definition.owner == Owner::Shared(*id) && is_emitted(definition)).collect();
        shared.sort_by_key(|(_, definition)| &definition.name);
        shared
    }

    /// Types of an owner, outer before inner.
    pub(super) fn owned_by(&self, owner: Owner) -> Vec<(TypeId, &'a TypeDef)> {
        let types = self.api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
        types.filter(|(_, definition)| definition.owner == owner && is_emitted(definition)).collect()
    }

    /// Types that are emitted at all.
    pub(super) fn emitted(&self) -> impl Iterator<Item = (TypeId, &'a TypeDef)> {
        let types = self.api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
        types.filter(|(_, definition)| is_emitted(definition))
    }

    /// Types of errors' fields.
    pub(super) fn error_types(&self) -> Vec<(TypeId, &'a TypeDef)> {
        self.owned_by(Owner::Errors)
    }

    pub(super) fn errors_of(&self, method: &Method) -> Vec<&'a ErrorShape> {
        method.errors.iter().filter_map(|index| self.api.errors.get(*index)).collect()
    }

    pub(super) fn type_ident(&self, definition: &TypeDef) -> Ident {
        naming::ident(&naming::type_name(self.api, definition))
    }

    /// Name of a method's function.
    pub(super) fn method_name(&self, method: &Method) -> String {
        naming::method_name(method)
    }

    /// Name of a method's module and its file.
    pub(super) fn method_module(&self, method: &Method) -> String {
        naming::method_module(method)
    }

    pub(super) fn client_ident(&self, service: &Service) -> Ident {
        naming::service_client(service)
    }

    /// The struct of a method's parameters.
    pub(super) fn request_ident(&self, method: &Method) -> Option<Ident> {
        match method.params {
            Type::Named(id) => self.api.get(id).map(|definition| self.type_ident(definition)),
            _ => None,
        }
    }

    pub(super) fn error_ident(&self, method: &Method) -> Ident {
        naming::method_error(method)
    }

    /// The feature gate of something that only these services need.
    pub(super) fn gate(&self, services: &BTreeSet<usize>) -> TokenStream {
        if !self.options.features || services.len() == self.api.services.len() {
            return TokenStream::new();
        }
        let features: Vec<String> =
            services.iter().filter_map(|index| self.api.services.get(*index)).map(naming::feature).collect();
        match features.as_slice() {
            [feature] => quote!(#[cfg(feature = #feature)]),
            _ => quote!(#[cfg(any(#(feature = #features),*))]),
        }
    }

    pub(super) fn gate_service(&self, index: usize) -> TokenStream {
        let service = self.api.services.get(index).map(naming::feature);
        if self.options.features { quote!(#[cfg(feature = #service)]) } else { TokenStream::new() }
    }

    pub(super) fn gate_server(&self) -> TokenStream {
        if self.options.features { quote!(#[cfg(feature = "server")]) } else { TokenStream::new() }
    }
}

fn is_emitted(definition: &TypeDef) -> bool {
    !definition.services.is_empty() && (definition.standalone || !is_bare_variant(definition))
}

fn is_bare_variant(definition: &TypeDef) -> bool {
    matches!(&definition.kind, TypeKind::Object(object) if object.constant.is_some() && object.fields.is_empty())
}

/// The file being written: collects what it imports.
pub(super) struct File<'c, 'a> {
    pub(super) cx: &'c Context<'a>,
    /// Path from the file to the root of the emitted module.
    root: &'static str,
    /// Whose types the file itself holds.
    owner: Owner,
    imports: RefCell<BTreeMap<String, BTreeSet<String>>>,
    /// What it imports only with the feature `schemars`.
    schema_imports: RefCell<BTreeSet<&'static str>>,
}

impl<'c, 'a> File<'c, 'a> {
    pub(super) fn new(cx: &'c Context<'a>, root: &'static str, owner: Owner) -> Self {
        Self { cx, root, owner, imports: RefCell::default(), schema_imports: RefCell::default() }
    }

    /// Imports a name, and gives it back.
    pub(super) fn import(&self, path: &str, name: &str) -> Ident {
        let is_generated = path.starts_with("super") || name.starts_with(|first: char| first.is_lowercase());
        debug_assert!(
            is_generated || naming::is_reserved_type(name),
            "`{name}` belongs into `naming::reserved::TYPES`"
        );
        self.imports.borrow_mut().entry(path.to_owned()).or_default().insert(name.to_owned());
        naming::ident(name)
    }

    pub(super) fn runtime(&self, name: &str) -> Ident {
        let runtime = &self.cx.runtime;
        self.import(&quote!(#runtime).to_string().replace(' ', ""), name)
    }

    /// Imports a name that JSON Schemas need, behind their feature, and gives it back.
    pub(super) fn import_schema(&self, name: &'static str) -> Ident {
        self.schema_imports.borrow_mut().insert(name);
        naming::ident(name)
    }

    /// The name of a named type, imported where it lives elsewhere.
    pub(super) fn named(&self, id: TypeId) -> TokenStream {
        let Some(definition) = self.cx.api.get(id) else { return quote!(()) };
        let ident = self.cx.type_ident(definition);
        match definition.owner {
            owner if owner == self.owner => {}
            // All events of a service share a file.
            Owner::Event(..) if matches!(self.owner, Owner::Event(..)) => {}
            // Files of shared types see each other through their parent.
            Owner::Shared(_) if matches!(self.owner, Owner::Shared(_)) => {
                self.import("super", &ident.to_string());
            }
            Owner::Shared(_) => {
                self.import(&format!("{}::types", self.root), &ident.to_string());
            }
            Owner::Errors => {
                self.import(&format!("{}::errors", self.root), &ident.to_string());
            }
            // Another file of the same service, which its folder passes on.
            Owner::Method(..) | Owner::Event(..) => {
                self.import("super", &ident.to_string());
            }
        }
        quote!(#ident)
    }

    /// The Rust type of a type.
    pub(super) fn ty(&self, ty: &Type) -> TokenStream {
        match ty {
            Type::String => quote!(String),
            Type::Boolean => quote!(bool),
            Type::Int32 => quote!(i32),
            Type::Int64 => quote!(i64),
            Type::Uint32 => quote!(u32),
            Type::Uint64 => quote!(u64),
            Type::Float => quote!(f32),
            Type::Double => quote!(f64),
            Type::Binary => self.runtime_type("Blob"),
            Type::Base64 => self.runtime_type("Base64"),
            Type::Tensor => self.runtime_type("Tensor"),
            Type::List(items) => {
                let items = self.ty(items);
                quote!(Vec<#items>)
            }
            Type::Named(id) => self.named(*id),
        }
    }

    fn runtime_type(&self, name: &str) -> TokenStream {
        let ident = self.runtime(name);
        quote!(#ident)
    }

    /// The Rust type of a field as it is stored.
    pub(super) fn field_ty(&self, field: &Field) -> TokenStream {
        let mut ty = self.ty(&field.ty);
        if field.boxed {
            ty = quote!(Box<#ty>);
        }
        if field.required { ty } else { quote!(Option<#ty>) }
    }

    /// The type of an argument that gives a value, and the expression that makes the value of it.
    pub(super) fn argument(&self, field: &Field, name: &Ident) -> (TokenStream, TokenStream) {
        let ty = self.ty(&field.ty);
        let is_union = self.cx.api.union(&field.ty).is_some();
        let (parameter, value) = match &field.ty {
            Type::String | Type::Binary | Type::Base64 | Type::Tensor => (quote!(impl Into<#ty>), quote!(#name.into())),
            Type::Named(_) if is_union => (quote!(impl Into<#ty>), quote!(#name.into())),
            Type::List(items) => {
                let item = self.ty(items);
                match **items {
                    Type::String | Type::Tensor => (
                        quote!(impl IntoIterator<Item = impl Into<#item>>),
                        quote!(#name.into_iter().map(Into::into).collect()),
                    ),
                    _ => (quote!(impl IntoIterator<Item = #item>), quote!(#name.into_iter().collect())),
                }
            }
            _ => (ty, quote!(#name)),
        };
        if field.boxed { (parameter, quote!(Box::new(#value))) } else { (parameter, value) }
    }

    /// The imports that were asked for, as items.
    pub(super) fn imports(&self) -> TokenStream {
        let imports = self.imports.borrow();
        // The standard library first, then other crates, then this one.
        let rank = |path: &str| match path.split("::").next() {
            Some("std") => 0,
            Some("crate") => 2,
            Some("super") => 3,
            _ => 1,
        };
        let mut paths: Vec<&String> = imports.keys().collect();
        paths.sort_by_key(|path| (rank(path), path.as_str()));
        let items = paths.into_iter().filter_map(|path| {
            let parent: syn::Path = syn::parse_str(path).ok()?;
            let names = imports.get(path)?.iter().map(|name| naming::ident(name));
            let names: Vec<Ident> = names.collect();
            Some(match names.as_slice() {
                [name] => quote!(use #parent::#name;),
                _ => quote!(use #parent::{#(#names),*};),
            })
        });
        let (runtime, names) = (&self.cx.runtime, self.schema_imports.borrow());
        let names: Vec<Ident> = names.iter().map(|name| naming::ident(name)).collect();
        let schema = match names.as_slice() {
            [] => None,
            [name] => Some(quote!(use #runtime::schema::#name;)),
            _ => Some(quote!(use #runtime::schema::{#(#names),*};)),
        };
        let schema = schema.map(|import| quote!(#[cfg(feature = "schemars")] #import));
        items.chain(schema).collect()
    }
}
