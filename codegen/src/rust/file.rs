//! The file being written: the names that it uses, and the imports that follow from them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::context::Context;
use crate::ir::types::{Field, Owner, Type, TypeId};
use crate::naming;

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
