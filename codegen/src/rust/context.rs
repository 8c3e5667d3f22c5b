//! What every emitter needs: the model, the options, and what follows from both.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::common::Common;
use crate::ir::types::{Owner, Type, TypeDef, TypeId, TypeKind};
use crate::ir::{Api, ErrorSet, ErrorShape, Method, Service};
use crate::naming;
use crate::output::{EmitError, Options};

/// The model and the options.
pub(super) struct Context<'a> {
    pub(super) api: &'a Api,
    pub(super) options: &'a Options,
    pub(super) runtime: syn::Path,
    /// The module of the definition that this one is built on.
    pub(super) base: Option<syn::Path>,
    /// What that module has already.
    pub(super) common: Common,
}

impl<'a> Context<'a> {
    pub(super) fn new(api: &'a Api, options: &'a Options) -> Result<Self, EmitError> {
        Ok(Self { api, options, runtime: path(&options.runtime)?, base: None, common: Common::default() })
    }

    /// The same for a definition that is built on that of another module of the crate.
    pub(super) fn on(self, module: &str, common: Common) -> Result<Self, EmitError> {
        Ok(Self { base: Some(path(&format!("crate::{module}"))?), common, ..self })
    }

    /// Whether the code is emitted into the runtime's own crate, and may extend its types. Another crate has its own types
    /// in their place, in the root of the generated module.
    pub(super) fn at_home(&self) -> bool {
        self.options.runtime.starts_with("crate")
    }

    /// Where the types are that functions are added to.
    pub(super) fn extended_types(&self) -> TokenStream {
        match (&self.base, &self.runtime) {
            (_, runtime) if self.at_home() => quote!(#runtime),
            (Some(base), _) => quote!(#base),
            (None, _) => quote!(super),
        }
    }

    /// A path to the runtime's crate, for examples.
    pub(super) fn runtime_in_examples(&self) -> String {
        if self.at_home() { self.options.crate_name.clone() } else { self.options.runtime.clone() }
    }

    /// The path of the generated module, for examples.
    pub(super) fn module_in_examples(&self) -> String {
        format!("{}::{}", self.options.crate_name, self.options.module)
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

    /// The names of the types of an owner.
    pub(super) fn names_of(&self, owner: Owner) -> Vec<Ident> {
        self.owned_by(owner).iter().map(|(_, definition)| self.type_ident(definition)).collect()
    }

    /// Types of errors' fields.
    pub(super) fn error_types(&self) -> Vec<(TypeId, &'a TypeDef)> {
        self.owned_by(Owner::Errors)
    }

    /// Sets of errors that a method shares with others.
    pub(super) fn error_sets_of(&self, method: &Method) -> Vec<&'a ErrorSet> {
        method.error_sets.iter().filter_map(|index| self.api.error_sets.get(*index)).collect()
    }

    /// The other errors of a method.
    pub(super) fn own_errors_of(&self, method: &Method) -> Vec<&'a ErrorShape> {
        let sets = self.error_sets_of(method);
        let is_own = |index: &&usize| !sets.iter().any(|set| set.errors.contains(index));
        method.errors.iter().filter(is_own).filter_map(|index| self.api.errors.get(*index)).collect()
    }

    /// The types that the files of a service declare.
    pub(super) fn declared_by(&self, service: usize) -> impl Iterator<Item = &'a TypeDef> {
        let is_declared = move |owner: Owner| match owner {
            Owner::Method(index, method) => index == service && !self.common.has_method(service, method),
            Owner::Event(index, _) => index == service && !self.common.has_event_types(service),
            Owner::Shared(_) | Owner::Errors => false,
        };
        self.api.types.iter().filter(move |definition| is_declared(definition.owner) && is_emitted(definition))
    }

    /// Whether the files of a service name shared types.
    pub(super) fn uses_shared_types(&self, service: usize) -> bool {
        let methods = self.api.services.get(service).into_iter().flat_map(|service| &service.methods);
        let named = methods.flat_map(|method| {
            let arguments = self.api.object(&method.params).into_iter().flat_map(|object| &object.fields);
            let arguments = arguments.filter(|field| field.is_argument()).map(|field| &field.ty);
            [&method.params, &method.result].into_iter().chain(arguments)
        });
        named
            .chain(self.declared_by(service).flat_map(|definition| definition.kind.members()))
            .any(|ty| self.is_shared(ty))
    }

    fn is_shared(&self, ty: &Type) -> bool {
        match ty {
            Type::List(items) => self.is_shared(items),
            Type::Named(id) => self.api.get(*id).is_some_and(|definition| matches!(definition.owner, Owner::Shared(_))),
            _ => false,
        }
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

    /// The error type of a method: the set of errors that is all it has, or an enum of its own.
    pub(super) fn error_ident(&self, method: &Method) -> Ident {
        match self.error_sets_of(method).as_slice() {
            [set] if self.own_errors_of(method).is_empty() => naming::error_set_type(set),
            _ => naming::method_error(method),
        }
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

    /// What the files of a folder need for JSON Schemas.
    pub(super) fn schema_imports(&self) -> Option<TokenStream> {
        let runtime = &self.runtime;
        let import = quote!(#[cfg(feature = "schemars")] use #runtime::schema::{JsonSchema, tidy};);
        self.options.features.then_some(import)
    }

    pub(super) fn gate_server(&self) -> TokenStream {
        if self.options.features { quote!(#[cfg(feature = "server")]) } else { TokenStream::new() }
    }
}

fn path(text: &str) -> Result<syn::Path, EmitError> {
    syn::parse_str(text).map_err(|error| EmitError { path: text.to_owned(), message: error.to_string() })
}

fn is_emitted(definition: &TypeDef) -> bool {
    !definition.services.is_empty() && (definition.standalone || !is_bare_variant(definition))
}

fn is_bare_variant(definition: &TypeDef) -> bool {
    matches!(&definition.kind, TypeKind::Object(object) if object.constant.is_some() && object.fields.is_empty())
}
