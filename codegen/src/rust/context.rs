//! What every emitter needs: the model, the options, and the imports of the file being written.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::common::Common;
use crate::ir::types::{Field, Owner, Type, TypeDef, TypeId, TypeKind};
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

/// The file being written: collects what it imports.
pub(super) struct File<'c, 'a> {
    pub(super) cx: &'c Context<'a>,
    /// Whose types the file itself holds.
    owner: Owner,
    /// Whether it imports what its folder offers.
    uses_folder: Cell<bool>,
    /// Names that it imports from the runtime.
    runtime: RefCell<BTreeSet<String>>,
    /// Names that it imports from the runtime behind a gate, with the gate.
    gated: RefCell<BTreeMap<String, TokenStream>>,
    /// Names that it needs for JSON Schemas, behind their feature.
    schema: RefCell<BTreeSet<&'static str>>,
    /// Other imports, by their text.
    others: RefCell<BTreeMap<String, TokenStream>>,
    /// Its types that travel as plain JSON.
    plain: RefCell<Vec<Ident>>,
}

impl<'c, 'a> File<'c, 'a> {
    pub(super) fn new(cx: &'c Context<'a>, owner: Owner) -> Self {
        Self {
            cx,
            owner,
            uses_folder: Cell::new(false),
            runtime: RefCell::default(),
            gated: RefCell::default(),
            schema: RefCell::default(),
            others: RefCell::default(),
            plain: RefCell::default(),
        }
    }

    /// Imports a name of the runtime, and gives it back.
    pub(super) fn runtime(&self, name: &str) -> Ident {
        let is_function = name.starts_with(|first: char| first.is_lowercase());
        debug_assert!(is_function || naming::is_reserved_type(name), "`{name}` belongs into `naming::reserved::TYPES`");
        self.runtime.borrow_mut().insert(name.to_owned());
        naming::ident(name)
    }

    /// Imports a type that functions are added to, and gives its name back.
    pub(super) fn extended_type(&self, name: &str) -> Ident {
        if self.cx.at_home() {
            return self.runtime(name);
        }
        self.use_folder();
        naming::ident(name)
    }

    /// Imports a name of the runtime that is used behind a gate, and gives it back.
    pub(super) fn runtime_behind(&self, gate: &TokenStream, name: &str) -> Ident {
        if gate.is_empty() {
            return self.runtime(name);
        }
        self.gated.borrow_mut().insert(name.to_owned(), gate.clone());
        naming::ident(name)
    }

    /// Imports a name that JSON Schemas need, behind their feature, and gives it back.
    pub(super) fn schema(&self, name: &'static str) -> Ident {
        self.schema.borrow_mut().insert(name);
        naming::ident(name)
    }

    /// Adds an import.
    pub(super) fn import(&self, import: TokenStream) {
        self.others.borrow_mut().insert(import.to_string(), import);
    }

    /// Imports what the folder of the file offers: its types, the types that it shares, and derives.
    pub(super) fn use_folder(&self) {
        self.uses_folder.set(true);
    }

    /// Imports the derives of plain data.
    pub(super) fn use_derives(&self) {
        match self.owner {
            Owner::Errors => self.import(quote!(
                use serde::{Deserialize, Serialize};
            )),
            _ => self.use_folder(),
        }
    }

    /// Notes a type that travels as plain JSON.
    pub(super) fn add_plain_json(&self, name: &Ident) {
        self.plain.borrow_mut().push(name.clone());
    }

    /// Marks the types that travel as plain JSON.
    pub(super) fn plain_json(&self) -> TokenStream {
        let names = self.plain.borrow();
        if names.is_empty() {
            return TokenStream::new();
        }
        let plain_json = self.runtime("plain_json");
        quote!(#plain_json!(#(#names),*);)
    }

    /// The name of a named type, imported where it lives elsewhere.
    pub(super) fn named(&self, id: TypeId) -> TokenStream {
        let Some(definition) = self.cx.api.get(id) else { return quote!(()) };
        let ident = self.cx.type_ident(definition);
        match (definition.owner, self.owner) {
            (owner, here) if owner == here => {}
            // All events of a service share a file.
            (Owner::Event(..), Owner::Event(..)) => {}
            (_, Owner::Errors) => self.import(quote!(
                use super::types::*;
            )),
            _ => self.use_folder(),
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

    /// The type of an argument that gives a value.
    pub(super) fn argument(&self, field: &Field) -> TokenStream {
        let ty = self.ty(&field.ty);
        match &field.ty {
            Type::String | Type::Binary | Type::Base64 | Type::Tensor => quote!(impl Into<#ty>),
            Type::Named(_) if self.cx.api.union(&field.ty).is_some() => quote!(impl Into<#ty>),
            Type::List(items) => {
                let item = self.ty(items);
                match **items {
                    Type::String | Type::Tensor => quote!(impl IntoIterator<Item = impl Into<#item>>),
                    _ => quote!(impl IntoIterator<Item = #item>),
                }
            }
            _ => ty,
        }
    }

    /// The imports that were asked for, as items.
    pub(super) fn imports(&self) -> TokenStream {
        let others = self.others.borrow();
        let (first, others): (Vec<_>, Vec<_>) = others.iter().partition(|(text, _)| text.starts_with("use std"));
        let others = first.into_iter().chain(others).map(|(_, import)| import);
        let uses_folder = self.uses_folder.get();
        let folder = uses_folder.then(|| {
            quote!(
                use super::*;
            )
        });
        let runtime = use_names(&self.cx.runtime, &self.runtime.borrow());
        let module = &self.cx.runtime;
        let gated = self.gated.borrow();
        let gated = gated.iter().filter(|(name, _)| !self.runtime.borrow().contains(*name)).map(|(name, gate)| {
            let name = naming::ident(name);
            quote!(#gate use #module::#name;)
        });
        let gated: TokenStream = gated.collect();
        // A folder has these names as well.
        let schema = self.schema.borrow();
        let schema = if uses_folder { None } else { use_names(&quote!(#module::schema), &*schema) };
        let schema = schema.map(|import| quote!(#[cfg(feature = "schemars")] #import));
        if self.cx.at_home() {
            quote!(#(#others)* #folder #runtime #gated #schema)
        } else {
            // Another crate.
            quote!(#(#others)* #runtime #gated #schema #folder)
        }
    }
}

/// One import of names; nothing if there are none.
fn use_names<N: AsRef<str>>(path: &impl ToTokens, names: &BTreeSet<N>) -> Option<TokenStream> {
    let names: Vec<Ident> = names.iter().map(|name| naming::ident(name.as_ref())).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(quote!(use #path::#name;)),
        names => Some(quote!(use #path::{#(#names),*};)),
    }
}
