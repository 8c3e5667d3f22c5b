//! Checks that no two names of a definition become one in Rust.

use std::collections::HashMap;

use crate::diag::Diagnostics;
use crate::ir::types::{Owner, TypeDef, TypeId, TypeKind, UnionStyle};
use crate::ir::{Api, Service};
use crate::naming;
use crate::source::Location;

/// Reports every pair of names that would be the same in Rust.
pub(crate) fn check(api: &Api, diagnostics: &mut Diagnostics) {
    let mut claims = Claims { names: HashMap::new(), diagnostics };
    check_shared(api, &mut claims);
    for (index, service) in api.services.iter().enumerate() {
        claims.claim("services", naming::service_module(service), format!("`{}`", service.wire), &service.at, RENAME);
        check_service(api, index, service, &mut claims);
    }
    for (id, definition) in api.types.iter().enumerate() {
        check_members(id, definition, &mut claims);
    }
}

/// Shared types and those of errors are in two files, which others import as a whole.
fn check_shared(api: &Api, claims: &mut Claims<'_>) {
    for set in &api.error_sets {
        let (name, what) = (naming::error_set_type(set), format!("the error set `{}`", set.name));
        claims.claim("types", name.to_string(), what, &set.at, RENAME);
        for shape in set.errors.iter().filter_map(|index| api.errors.get(*index)) {
            let (variants, what) = (format!("error set {}", set.name), format!("`{}`", shape.code));
            claims.claim_once(&variants, naming::variant(&shape.code, None).to_string(), what, &set.at, RENAME);
        }
    }
    for (id, definition) in api.types.iter().enumerate() {
        let (name, what) = (naming::type_name(api, definition), format!("`{}`", definition.name));
        match definition.owner {
            Owner::Shared(root) => {
                let json = json_of(definition, &name);
                let is_new = claims.claim("types", name, what.clone(), &definition.at, IDENTIFIER);
                if let (true, Some(json)) = (is_new, json) {
                    claims.claim("types", json, format!("the JSON of {what}"), &definition.at, IDENTIFIER);
                }
                if is_new && root == TypeId(id) {
                    let what = format!("the module of {what}");
                    claims.claim("type modules", naming::type_module(api, definition), what, &definition.at, RENAME);
                }
            }
            Owner::Errors => {
                let what = format!("the type `{}` of an error", definition.name);
                claims.claim("types", name, what, &definition.at, IDENTIFIER);
            }
            Owner::Method(..) | Owner::Event(..) => {}
        }
    }
}

/// The name of a type's JSON form, if that is a type of its own.
fn json_of(definition: &TypeDef, name: &str) -> Option<String> {
    definition.has_wire_form.then(|| naming::json_type(&naming::ident(name)).to_string())
}

fn check_service(api: &Api, index: usize, service: &Service, claims: &mut Claims<'_>) {
    let place = |of: &str| format!("service {index} {of}");
    let (functions, types) = (place("functions"), place("types"));
    let client = format!("the client of `{}`", service.wire);
    claims.claim_type(&types, naming::service_client(service).to_string(), client, &service.at, TYPE);
    let server = format!("the trait of `{}`", service.wire);
    claims.claim_type(&types, naming::service_trait(service).to_string(), server, &service.at, TYPE);
    if !service.events.is_empty() {
        let events = format!("the events of `{}`", service.wire);
        claims.claim_type(&types, naming::service_event(service).to_string(), events, &service.at, TYPE);
    }
    // What follows from the name of a method that is reported is not reported as well.
    let mut sound = Vec::new();
    for method in &service.methods {
        let (at, what) = (&method.at, format!("`{}`", method.wire));
        let (module, session) = (format!("the module of {what}"), format!("{what} of a subscription"));
        sound.push(
            claims.claim(&functions, naming::method_name(method), what.clone(), at, IDENTIFIER)
                && claims.claim(&place("modules"), naming::method_module(method), module, at, IDENTIFIER)
                && (service.events.is_empty()
                    || claims.claim(&place("session"), naming::session_name(method), session, at, IDENTIFIER))
                && claims.claim_type(
                    &types,
                    naming::method_error(method).to_string(),
                    format!("the errors of {what}"),
                    at,
                    IDENTIFIER,
                ),
        );
        let variants = format!("{types} errors {}", method.wire);
        for set in method.error_sets.iter().filter_map(|index| api.error_sets.get(*index)) {
            let what = format!("the error set `{}`", set.name);
            claims.claim_once(&variants, naming::error_set_variant(set).to_string(), what, at, RENAME);
        }
        for shape in api.errors_of(method) {
            claims.claim_once(
                &variants,
                naming::variant(&shape.code, None).to_string(),
                format!("`{}`", shape.code),
                at,
                RENAME,
            );
        }
    }
    for event in &service.events {
        let what = format!("`{}`", event.wire);
        claims.claim(&place("events"), naming::variant(&event.wire, None).to_string(), what, &event.at, RENAME);
    }
    for definition in &api.types {
        let of = match definition.owner {
            Owner::Method(owner, method) if owner == index && sound.get(method) == Some(&true) => {
                service.methods.get(method).map(|method| &method.wire)
            }
            Owner::Event(owner, event) if owner == index => service.events.get(event).map(|event| &event.wire),
            _ => None,
        };
        if let Some(of) = of {
            let (what, name) =
                (format!("the type `{}` of `{of}`", definition.name), naming::type_name(api, definition));
            let json = json_of(definition, &name);
            let is_new = claims.claim_type(&types, name, what.clone(), &definition.at, IDENTIFIER);
            if let (true, Some(json)) = (is_new, json) {
                claims.claim_type(&types, json, format!("the JSON of {what}"), &definition.at, IDENTIFIER);
            }
        }
    }
}

fn check_members(id: usize, definition: &TypeDef, claims: &mut Claims<'_>) {
    let owner = format!("type {id}");
    match &definition.kind {
        TypeKind::Object(object) => {
            let setters = format!("{owner} setters");
            for field in &object.fields {
                let what = format!("`{}`", field.wire);
                let name = naming::ident(&naming::field_name(field)).to_string();
                let is_new = claims.claim_once(&owner, name, what.clone(), &field.at, IDENTIFIER);
                if is_new && !field.is_argument() {
                    let what = format!("the setter of {what}");
                    claims.claim_once(&setters, naming::setter(field).to_string(), what, &field.at, SETTER);
                }
            }
        }
        TypeKind::Enum(set) => {
            for value in &set.values {
                let name = naming::variant(&value.wire, value.identifier.as_deref()).to_string();
                claims.claim_once(&owner, name, format!("`{}`", value.wire), &value.at, IDENTIFIER);
            }
        }
        TypeKind::Union(union) => {
            for variant in &union.variants {
                let (name, what) = (naming::union_variant(union, variant).to_string(), format!("`{}`", variant.wire));
                if union.style == UnionStyle::Kinded {
                    claims.claim(&owner, name, what, &variant.at, TITLE);
                } else {
                    claims.claim_once(&owner, name, what, &variant.at, IDENTIFIER);
                }
            }
        }
    }
}

const IDENTIFIER: &str = "give one of them a name of its own: `identifier`, for an enum's value `enumIdentifiers`, for an inline type `title`";
const TITLE: &str = "give one of them another `title`";
const SETTER: &str =
    "give one of them an `identifier`; the setter is called `with_…` where a call has a function of the field's name";
const TYPE: &str = "give the type another name: in `$defs`, or with `title` where it is inline";
const RENAME: &str = "rename one of them";

/// Names that are taken, and by what.
struct Claims<'d> {
    names: HashMap<(String, String), (String, Location)>,
    diagnostics: &'d mut Diagnostics,
}

impl Claims<'_> {
    /// Records a name, and returns whether it is new there.
    fn claim(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        match self.names.insert((scope.to_owned(), name.clone()), (what.clone(), at.clone())) {
            Some(earlier) => {
                self.report(&name, &what, &earlier, at, help);
                false
            }
            None => true,
        }
    }

    /// The same for members, where a duplicate wire name is reported already.
    fn claim_once(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        match self.names.get(&(scope.to_owned(), name.clone())) {
            Some((earlier, _)) if *earlier == what => false,
            _ => self.claim(scope, name, what, at, help),
        }
    }

    /// The same for types of a service, whose files import the shared ones.
    fn claim_type(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        if !self.claim(scope, name.clone(), what.clone(), at, help) {
            return false;
        }
        let earlier = self.names.get(&("types".to_owned(), name.clone())).cloned();
        if let Some(earlier) = &earlier {
            self.report(&name, &what, earlier, at, help);
        }
        earlier.is_none()
    }

    fn report(&mut self, name: &str, what: &str, (earlier, place): &(String, Location), at: &Location, help: &str) {
        let message = if what != earlier {
            format!("{what} and {earlier} are both `{name}` in Rust")
        } else if place.pointer != at.pointer {
            format!("{what} is defined twice, here and at {}", place.pointer)
        } else {
            // One name twice in an object is reported already.
            return;
        };
        self.diagnostics.error(at, message, help);
    }
}
