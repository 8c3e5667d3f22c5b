//! Calls by name: a table of the methods, and descriptions of the types in their parameters. Names are those of the wire,
//! also in prose.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::Context;
use super::docs;
use crate::ir::types::{Field, Object, Owner, Type, TypeDef, TypeId, TypeKind, UnionStyle, Variant};
use crate::ir::{Method, Service};
use crate::naming;

/// `dynamic/mod.rs`.
pub(super) fn index(cx: &Context<'_>) -> TokenStream {
    let runtime = &cx.runtime;
    let services = cx.api.services.iter().enumerate().map(|(index, service)| {
        let (gate, wire, module) =
            (cx.gate_service(index), &service.wire, naming::ident(&naming::service_module(service)));
        let (docs, feature) = (&service.description, naming::feature(service));
        let base = cx.base.as_ref().filter(|_| cx.common.has_service(index));
        let methods = base.map_or_else(|| quote!(#module), |base| quote!(#base::dynamic::#module));
        (
            base.is_none().then(|| quote!(#gate pub(crate) mod #module;)),
            quote!(#gate DynamicService { name: #wire, docs: #docs, methods: #methods::METHODS },),
            quote!(#[cfg(not(feature = #feature))] (#wire, #feature),),
        )
    });
    let (mut modules, mut entries, mut disabled) = (Vec::new(), Vec::new(), Vec::new());
    for (module, entry, feature) in services {
        modules.push(module);
        entries.push(entry);
        disabled.push(feature);
    }
    let types = has_types(cx).then(|| {
        quote!(
            mod types;
        )
    });
    quote! {
        //! Methods by name, for callers that know them only at run time.
        #(#modules)*
        #types
        use #runtime::{DynamicOperation, DynamicService, Error};
        /// The services that this crate was built with.
        pub fn services() -> &'static [DynamicService] {
            const { &[#(#entries)*] }
        }
        /// The methods of all services.
        pub fn methods() -> impl Iterator<Item = &'static DynamicOperation> {
            services().iter().flat_map(|service| service.methods)
        }
        /// The method of that service and name.
        ///
        /// # Errors
        ///
        /// [`Error::Invalid`]: there is no such method, or its cargo feature is off.
        pub fn operation(service: &str, method: &str) -> Result<&'static DynamicOperation, Error> {
            const DISABLED: &[(&str, &str)] = &[#(#disabled)*];
            DynamicService::find(services(), DISABLED, (service, method))
        }
    }
}

/// The file of a service in `dynamic`: its methods, and the types that stand in their parameters.
pub(super) fn service(cx: &Context<'_>, index: usize, service: &Service) -> TokenStream {
    let runtime = &cx.runtime;
    let module = naming::ident(&naming::service_module(service));
    let about = docs::inner(&format!("The methods of `{}`.", service.wire));
    let entries = service.methods.iter().filter_map(|method| {
        let (request, text) = (cx.request_ident(method)?, method_text(method));
        let operation = follows(method, &request, quote!(dynamic::<#request>(#text)));
        Some(quote!(#operation,))
    });
    let own = (0..service.methods.len()).filter(|position| !cx.common.has_method(index, *position));
    let owned = own.flat_map(|position| cx.owned_by(Owner::Method(index, position)));
    let types: Vec<&TypeDef> = owned.map(|(_, definition)| definition).filter(|definition| definition.sent).collect();
    let shared = uses_shared_types(cx, &types).then(|| {
        quote!(
            use super::super::types::*;
        )
    });
    let describe = (!types.is_empty()).then(|| quote!(describe_type,));
    let types = types.into_iter().map(|definition| described(cx, definition, &TokenStream::new()));
    quote! {
        #about
        #shared
        use super::super::#module::*;
        use #runtime::{#describe dynamic, DynamicOperation};
        pub(crate) const METHODS: &[DynamicOperation] = &[#(#entries)*];
        #(#types)*
    }
}

/// Adds what comes after a response of the method: further pages, work, events. No chain, as `rustfmt` formats none that has
/// a long text in it.
fn follows(method: &Method, request: &Ident, mut operation: TokenStream) -> TokenStream {
    if let Some(paging) = &method.paging {
        let (offset, limit) = (&paging.offset, &paging.limit);
        operation = quote!(DynamicOperation::paged::<#request>(#operation, #offset, #limit));
    }
    if let Some(waiter) = &method.waiter {
        let starts = if waiter.cancel.is_some() { quote!(starts_cancellable) } else { quote!(starts) };
        operation = quote!(DynamicOperation::#starts::<#request>(#operation));
    }
    if method.subscription.as_ref().is_some_and(|subscription| subscription.opens) {
        operation = quote!(DynamicOperation::subscribes::<#request>(#operation));
    }
    operation
}

/// `dynamic/types.rs`: the shared types that stand in parameters.
pub(super) fn types(cx: &Context<'_>) -> Option<TokenStream> {
    let runtime = &cx.runtime;
    let types: Vec<TokenStream> =
        sent_types(cx).map(|definition| described(cx, definition, &cx.gate(&definition.services))).collect();
    has_types(cx).then(|| {
        quote! {
            //! The types that several methods share.
            #![allow(unused_imports, reason = "without some services there are no such types")]
            use super::super::types::*;
            use #runtime::describe_type;
            #(#types)*
        }
    })
}

fn has_types(cx: &Context<'_>) -> bool {
    sent_types(cx).next().is_some()
}

fn sent_types<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a TypeDef> {
    let own = cx.shared().into_iter().filter(|(id, _)| !cx.common.has_type(Owner::Shared(*id), *id));
    let owned = own.flat_map(|(id, _)| cx.owned_by(Owner::Shared(id)));
    owned.map(|(_, definition)| definition).filter(|definition| definition.sent)
}

fn uses_shared_types(cx: &Context<'_>, types: &[&TypeDef]) -> bool {
    let members: BTreeSet<_> =
        types.iter().flat_map(|definition| definition.kind.members()).filter_map(named).collect();
    members.into_iter().filter_map(|id| cx.api.get(id)).any(|definition| matches!(definition.owner, Owner::Shared(_)))
}

fn named(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(items) => named(items),
        _ => None,
    }
}

fn method_text(method: &Method) -> String {
    let text = docs::since(method.description.as_str(), method.since.as_deref());
    docs::with_deprecation(text, method.deprecated.as_ref())
}

/// The description of a type.
fn described(cx: &Context<'_>, definition: &TypeDef, gate: &TokenStream) -> TokenStream {
    let name = cx.type_ident(definition);
    let text = match definition.owner {
        Owner::Method(..) if definition.root => "Parameters.".to_owned(),
        _ => docs::with_deprecation(docs::definition(definition), definition.deprecated.as_ref()),
    };
    let kind = match &definition.kind {
        TypeKind::Object(object) => {
            let fields = fields(cx, definition, object);
            quote!(object([#(#fields),*]))
        }
        TypeKind::Enum(set) => {
            let values = set.values.iter().map(|value| {
                let (wire, text) = (&value.wire, value.description.clone().unwrap_or_default());
                let text = docs::since(text, value.since.as_deref());
                quote!(value(#wire, #text))
            });
            quote!(string_enum([#(#values),*]))
        }
        TypeKind::Union(union) => {
            let variants = union.variants.iter().map(|variant| self::variant(cx, variant));
            match &union.style {
                UnionStyle::Tagged { property } => quote!(tagged(#property, [#(#variants),*])),
                UnionStyle::Keyed => quote!(keyed([#(#variants),*])),
                UnionStyle::Kinded => quote!(untagged([#(#variants),*])),
            }
        }
    };
    quote!(#gate describe_type!(#name, #text, #kind);)
}

fn fields(cx: &Context<'_>, definition: &TypeDef, object: &Object) -> Vec<TokenStream> {
    let constant = object.constant.as_ref().filter(|_| definition.standalone).map(|(name, value)| {
        let text = format!("Always `{value}`.");
        quote!(required(#name, Constant(#value), #text))
    });
    constant.into_iter().chain(object.fields.iter().map(|field| self::field(cx, field))).collect()
}

fn field(cx: &Context<'_>, field: &Field) -> TokenStream {
    let (wire, aliases, ty) = (&field.wire, &field.aliases, value_type(cx, &field.ty));
    // The default of what is required is that of constructors.
    let absent = field.absent.clone().filter(|_| !field.required);
    let text = docs::field(&Field { absent, ..field.clone() });
    let text = docs::with_deprecation(text, field.deprecated.as_ref());
    let presence = if field.required { quote!(required) } else { quote!(optional) };
    quote!(#presence(#wire #(| #aliases)*, #ty, #text))
}

fn variant(cx: &Context<'_>, variant: &Variant) -> TokenStream {
    let (wire, aliases) = (&variant.wire, &variant.aliases);
    let content = variant.payload.as_ref();
    let definition = content.and_then(named).and_then(|id| cx.api.get(id));
    let text = variant.description.clone().or_else(|| definition?.description.clone()).unwrap_or_default();
    let text = docs::since(text, variant.since.as_deref());
    match content {
        Some(ty) => {
            let ty = value_type(cx, ty);
            quote!(variant(#wire #(| #aliases)*, #ty, #text))
        }
        None => quote!(empty(#wire #(| #aliases)*, #text)),
    }
}

fn value_type(cx: &Context<'_>, ty: &Type) -> TokenStream {
    match ty {
        Type::String => quote!(String),
        Type::Boolean => quote!(Boolean),
        Type::Int32 => quote!(Int32),
        Type::Int64 => quote!(Int64),
        Type::Uint32 => quote!(Uint32),
        Type::Uint64 => quote!(Uint64),
        Type::Float => quote!(Float),
        Type::Double => quote!(Double),
        Type::Binary | Type::Base64 => quote!(Bytes),
        Type::Tensor => quote!(Tensor),
        Type::List(items) => {
            let items = value_type(cx, items);
            quote!(List(#items))
        }
        Type::Named(id) => {
            let name = cx.api.get(*id).map(|definition| cx.type_ident(definition));
            quote!(Named(#name))
        }
    }
}
