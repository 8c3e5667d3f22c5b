//! What a definition has in common with the one that it is built on: it is emitted once, and re-exported.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::Context;
use super::file::File;
use super::{errors, events, items, methods, server, services, shared_type};
use crate::ir::types::{Owner, Type, TypeId};
use crate::ir::{ErrorShape, Method, Waiter};
use crate::naming;

/// Code that both have as a whole, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// An entry of `$defs`, with the types inside it.
    Type(TypeId),
    /// What errors carry.
    Error(TypeId),
    /// A set of errors.
    ErrorSet(usize),
    /// The types of a method: service and method.
    Method(usize, usize),
    /// What the events of a service carry.
    EventTypes(usize),
    /// The events of a service, and what a subscription to them can do.
    Events(usize),
    /// All of a service.
    Service(usize),
}

/// The code of a unit.
struct Code {
    /// The path of what it declares, within the module.
    path: String,
    text: String,
    /// The services that it is there for, by name.
    services: BTreeSet<String>,
    /// What it names.
    needs: BTreeSet<Unit>,
}

/// What the module of another definition has already.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    units: BTreeSet<Unit>,
    /// The error codes that mean the same.
    codes: BTreeSet<String>,
}

impl Common {
    /// Code is the same in both if its text is, and that of everything that it names. It has to be there whenever it is
    /// needed, so that the services which the base has it for must be at least those of the definition.
    pub(super) fn between(api: &Context<'_>, base: &Context<'_>) -> Self {
        let codes = |cx| errors::codes(cx).into_iter().map(|(code, info)| (code.clone(), info.to_string()));
        let known: BTreeMap<String, String> = codes(base).collect();
        let codes = codes(api).filter(|(code, info)| known.get(code) == Some(info)).map(|(code, _)| code).collect();
        let base: BTreeMap<String, Code> = units(base).into_values().map(|code| (code.path.clone(), code)).collect();
        let units = units(api);
        let is_equal = |code: &Code| {
            base.get(&code.path).is_some_and(|base| base.text == code.text && code.services.is_subset(&base.services))
        };
        let mut equal: BTreeSet<Unit> =
            units.iter().filter(|(_, code)| is_equal(code)).map(|(unit, _)| *unit).collect();
        loop {
            let lacks = |unit: &Unit| units.get(unit).is_some_and(|code| !code.needs.is_subset(&equal));
            let changed: Vec<Unit> = equal.iter().copied().filter(lacks).collect();
            if changed.is_empty() {
                return Self { units: equal, codes };
            }
            for unit in changed {
                equal.remove(&unit);
            }
        }
    }

    /// Whether both have a type.
    pub(super) fn has_type(&self, owner: Owner, id: TypeId) -> bool {
        self.units.contains(&unit_of(owner, id))
    }

    /// Whether an error code means the same.
    pub(super) fn has_error_code(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// Whether both have a set of errors.
    pub(super) fn has_error_set(&self, index: usize) -> bool {
        self.units.contains(&Unit::ErrorSet(index))
    }

    /// Whether both have the types of a method.
    pub(super) fn has_method(&self, service: usize, method: usize) -> bool {
        self.units.contains(&Unit::Method(service, method))
    }

    /// Whether both have what the events of a service carry.
    pub(super) fn has_event_types(&self, service: usize) -> bool {
        self.units.contains(&Unit::EventTypes(service))
    }

    /// Whether both have the events of a service.
    pub(super) fn has_events(&self, service: usize) -> bool {
        self.units.contains(&Unit::Events(service))
    }

    /// Whether both have all of a service.
    pub(super) fn has_service(&self, service: usize) -> bool {
        self.units.contains(&Unit::Service(service))
    }
}

/// The re-export of names that a module of the base has; nothing if there are none.
pub(super) fn reexport(cx: &Context<'_>, module: &Ident, mut names: Vec<Ident>) -> TokenStream {
    let Some(base) = &cx.base else { return TokenStream::new() };
    names.sort();
    match names.as_slice() {
        [] => TokenStream::new(),
        [name] => quote!(pub use #base::#module::#name;),
        names => quote!(pub use #base::#module::{#(#names),*};),
    }
}

/// The unit that declares a type.
fn unit_of(owner: Owner, id: TypeId) -> Unit {
    match owner {
        Owner::Shared(root) => Unit::Type(root),
        Owner::Errors => Unit::Error(id),
        Owner::Method(service, method) => Unit::Method(service, method),
        Owner::Event(service, _) => Unit::EventTypes(service),
    }
}

/// What an error enum takes from the table of codes, which its text does not show.
fn meanings<'s>(shapes: impl IntoIterator<Item = &'s ErrorShape>) -> String {
    let meaning = |shape: &ErrorShape| format!("{} {} {}\n", shape.code, shape.retryable, shape.description);
    shapes.into_iter().map(meaning).collect()
}

fn units(cx: &Context<'_>) -> BTreeMap<Unit, Code> {
    let mut units = BTreeMap::new();
    for (id, definition) in cx.shared() {
        let code = Code {
            path: format!("types::{}", cx.type_ident(definition)),
            text: shared_type(cx, id).to_string(),
            services: service_names(cx, cx.owned_by(Owner::Shared(id)).iter().flat_map(|(_, inner)| &inner.services)),
            needs: needs_of_owned(cx, Owner::Shared(id), Unit::Type(id)),
        };
        units.insert(Unit::Type(id), code);
    }
    for (id, definition) in cx.error_types() {
        let file = File::new(cx, Owner::Errors);
        let code = Code {
            path: format!("errors::{}", cx.type_ident(definition)),
            text: items::of_type(&file, definition, &TokenStream::new()).to_string(),
            services: service_names(cx, &definition.services),
            needs: needs_of(cx, definition.kind.members(), Unit::Error(id)),
        };
        units.insert(Unit::Error(id), code);
    }
    for (index, set) in cx.api.error_sets.iter().enumerate() {
        let file = File::new(cx, Owner::Errors);
        let shapes: Vec<&ErrorShape> = set.errors.iter().filter_map(|index| cx.api.errors.get(*index)).collect();
        let code = Code {
            path: format!("errors::{}", naming::error_set_type(set)),
            text: errors::error_set(&file, set).to_string() + &meanings(shapes.iter().copied()),
            services: service_names(cx, &errors::set_users(cx, index)),
            needs: needs_of(
                cx,
                shapes.iter().filter_map(|shape| shape.fields.as_ref()).collect(),
                Unit::ErrorSet(index),
            ),
        };
        units.insert(Unit::ErrorSet(index), code);
    }
    for (index, service) in cx.api.services.iter().enumerate() {
        let module = naming::service_module(service);
        let itself = BTreeSet::from([module.clone()]);
        let mut parts = BTreeSet::new();
        let mut text = services::file(cx, index).to_string();
        text.push_str(&server::file(cx, index).to_string());
        for (position, method) in service.methods.iter().enumerate() {
            let unit = Unit::Method(index, position);
            let file = File::new(cx, Owner::Method(index, position));
            let types = methods::types(&file, index, position).to_string();
            let code = Code {
                path: format!("{module}::{}", method.wire),
                text: types + &meanings(cx.own_errors_of(method)),
                services: itself.clone(),
                needs: needs_of_method(cx, index, position, method),
            };
            text.push_str(&methods::file(cx, index, position).to_string());
            parts.insert(unit);
            units.insert(unit, code);
        }
        if !service.events.is_empty() {
            let types = Unit::EventTypes(index);
            let owned =
                (0..service.events.len()).flat_map(|event| needs_of_owned(cx, Owner::Event(index, event), types));
            let code = Code {
                path: format!("{module}::event types"),
                text: events::types(&File::new(cx, Owner::Event(index, usize::MAX)), index).to_string(),
                services: itself.clone(),
                needs: owned.collect(),
            };
            units.insert(types, code);
            let unit = Unit::Events(index);
            let called = events::methods(cx, service).map(|method| Unit::Method(index, method));
            let code = Code {
                path: format!("{module}::events"),
                text: events::file(cx, index).to_string(),
                services: itself.clone(),
                needs: called.chain([types]).collect(),
            };
            parts.insert(unit);
            units.insert(unit, code);
        }
        units.insert(Unit::Service(index), Code { path: module, text, services: itself, needs: parts });
    }
    units
}

fn service_names<'i>(cx: &Context<'_>, services: impl IntoIterator<Item = &'i usize>) -> BTreeSet<String> {
    services.into_iter().filter_map(|index| cx.api.services.get(*index)).map(naming::service_module).collect()
}

fn needs_of_owned(cx: &Context<'_>, owner: Owner, itself: Unit) -> BTreeSet<Unit> {
    let owned = cx.owned_by(owner);
    needs_of(cx, owned.iter().flat_map(|(_, definition)| definition.kind.members()).collect(), itself)
}

/// The units that declare types. A type that is not emitted, as a variant without content, stands for what it has.
fn needs_of(cx: &Context<'_>, types: Vec<&Type>, itself: Unit) -> BTreeSet<Unit> {
    let named = types.into_iter().filter_map(named).filter_map(|id| Some((id, cx.api.get(id)?)));
    let emitted = named.filter(|(id, _)| cx.emitted().any(|(other, _)| other == *id));
    let units = emitted.map(|(id, definition)| unit_of(definition.owner, id));
    units.filter(|unit| *unit != itself).collect()
}

fn named(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(items) => named(items),
        _ => None,
    }
}

fn needs_of_method(cx: &Context<'_>, service: usize, position: usize, method: &Method) -> BTreeSet<Unit> {
    let itself = Unit::Method(service, position);
    let mut needs = needs_of_owned(cx, Owner::Method(service, position), itself);
    let errors = cx.own_errors_of(method);
    let types = errors.iter().filter_map(|shape| shape.fields.as_ref()).chain([&method.params, &method.result]);
    needs.extend(needs_of(cx, types.collect(), itself));
    needs.extend(method.error_sets.iter().map(|set| Unit::ErrorSet(*set)));
    if let Some(Waiter { method, cancel, metrics, .. }) = &method.waiter {
        let others = [Some(*method), *cancel, metrics.as_ref().map(|metrics| metrics.method)];
        needs.extend(others.into_iter().flatten().map(|method| Unit::Method(service, method)));
    }
    if method.subscription.as_ref().is_some_and(|subscription| subscription.opens) {
        needs.insert(Unit::Events(service));
    }
    needs.remove(&itself);
    needs
}
