//! References between the parts of a definition: what nothing refers to, and methods in prose that do not exist.

use crate::diag::{Diagnostics, nearest};
use crate::ir::Api;
use crate::ir::types::{Absent, Deprecated, Field, Owner, TypeKind};
use crate::naming::case;
use crate::source::Location;
use crate::spec::Spec;

/// Reports what nothing refers to, and references in prose to what does not exist.
pub(crate) fn check(api: &Api, spec: &Spec, diagnostics: &mut Diagnostics) {
    report_unused(api, spec, diagnostics);
    Prose { api, diagnostics }.check(spec);
}

fn report_unused(api: &Api, spec: &Spec, diagnostics: &mut Diagnostics) {
    for definition in api.types.iter().filter(|definition| matches!(definition.owner, Owner::Shared(_))) {
        if definition.services.is_empty() && !definition.bare && !diagnostics.is_meant(&definition.name) {
            let message = format!("no method or event reaches the type `{}`", definition.name);
            diagnostics.error(&definition.at, message, "use it, or remove it");
        }
    }
    let used: Vec<usize> =
        api.services.iter().flat_map(|service| &service.methods).flat_map(|method| method.errors.clone()).collect();
    let meant = spec.error_sets.iter().filter(|(name, ..)| diagnostics.is_meant(name));
    let meant: Vec<&str> =
        meant.flat_map(|(.., set)| &set.errors).filter_map(|name| name.get()).map(String::as_str).collect();
    for (name, at, _) in spec.errors.iter() {
        let index = api.errors.iter().position(|error| error.name == name);
        let is_used = index.is_none_or(|index| used.contains(&index)) || meant.contains(&name);
        if !is_used && !diagnostics.is_meant(name) {
            diagnostics.error(at, format!("no method returns the error `{name}`"), "use it, or remove it");
        }
    }
    for (name, at, _) in spec.error_sets.iter() {
        let mut methods = spec.services.iter().flat_map(|(.., service)| service.methods.iter());
        let is_used =
            methods.any(|(.., method)| method.error_sets.iter().any(|set| set.get().is_some_and(|set| set == name)));
        if !is_used && !diagnostics.is_meant(name) {
            diagnostics.error(at, format!("no method uses the error set `{name}`"), "use it, or remove it");
        }
    }
}

/// Looks for `Service.method` in descriptions.
struct Prose<'a> {
    api: &'a Api,
    diagnostics: &'a mut Diagnostics,
}

impl Prose<'_> {
    fn check(&mut self, spec: &Spec) {
        let api = self.api;
        self.text(&api.description, &Location::default());
        for (_, at, error) in spec.errors.iter() {
            self.text(&error.description, at);
        }
        for set in &api.error_sets {
            self.text(&set.description, &set.at);
        }
        for service in &api.services {
            self.text(&service.description, &service.at);
            for method in &service.methods {
                self.text(&method.description, &method.at);
                self.deprecation(method.deprecated.as_ref(), &method.at);
            }
            service.events.iter().for_each(|event| self.text(&event.description, &event.at));
        }
        for definition in &api.types {
            self.texts(&definition.description, &definition.at);
            self.deprecation(definition.deprecated.as_ref(), &definition.at);
            match &definition.kind {
                TypeKind::Object(object) => object.fields.iter().for_each(|field| self.field(field)),
                TypeKind::Enum(set) => set.values.iter().for_each(|value| self.texts(&value.description, &value.at)),
                TypeKind::Union(union) => {
                    union.variants.iter().for_each(|variant| self.texts(&variant.description, &variant.at));
                }
            }
        }
    }

    fn field(&mut self, field: &Field) {
        self.texts(&field.description, &field.at);
        self.deprecation(field.deprecated.as_ref(), &field.at);
        if let Some(Absent::Described(text)) = &field.absent {
            self.text(text, &field.at);
        }
    }

    fn texts(&mut self, text: &Option<String>, at: &Location) {
        text.iter().for_each(|text| self.text(text, at));
    }

    fn deprecation(&mut self, mark: Option<&Deprecated>, at: &Location) {
        let Some(mark) = mark else { return };
        match mark.instead.contains('`') {
            true => self.text(&mark.instead, at),
            false => mark.instead.split_whitespace().for_each(|word| self.name(word, at)),
        }
    }

    fn text(&mut self, text: &str, at: &Location) {
        // Every other piece stands between backticks.
        text.split('`').skip(1).step_by(2).for_each(|piece| self.name(piece, at));
    }

    /// Checks a piece of prose, if it has the form of a method's name and begins with a service, or nearly so.
    fn name(&mut self, text: &str, at: &Location) {
        let Some((service, method)) = text.split_once('.') else { return };
        if !case::is_type_name(service) || !case::is_member_name(method) {
            return;
        }
        let services = &self.api.services;
        let names = services.iter().map(|service| service.wire.as_str());
        let near = nearest(service, names).and_then(|near| services.iter().find(|service| service.wire == near));
        let Some(near) = near else { return };
        let methods = near.methods.iter().map(|method| method.wire.as_str());
        if near.wire == service
            && methods.clone().chain(near.events.iter().map(|event| event.wire.as_str())).any(|name| name == method)
        {
            return;
        }
        let help = match nearest(method, methods) {
            Some(method) => format!("did you mean `{}.{method}`?", near.wire),
            None => format!("name a method of `{}`", near.wire),
        };
        self.diagnostics.error(at, format!("the text names the method `{text}`, which does not exist"), help);
    }
}
