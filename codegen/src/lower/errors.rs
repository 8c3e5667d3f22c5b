//! Error codes and the sets that methods share.

use super::lowering::{Lowering, Place};
use crate::diag::{nearest, suggest};
use crate::ir::types::{Owner, Type};
use crate::ir::{ErrorSet, ErrorShape};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;

impl Lowering<'_> {
    pub(super) fn lower_errors(&mut self) -> Vec<ErrorShape> {
        let spec = self.spec;
        let mut shapes = Vec::new();
        for (name, at, error) in spec.errors.iter() {
            self.check_prose(&error.description, &format!("error `{name}`"), at);
            let code = error.code.as_ref().and_then(|code| code.get().cloned()).unwrap_or_else(|| name.to_owned());
            let fields = error.fields.as_ref().and_then(|fields| self.lower_error_fields(name, fields));
            let marked = error.invalid_request.as_ref();
            shapes.push(ErrorShape {
                name: name.to_owned(),
                code,
                description: error.description.clone(),
                since: self.since(error.since.as_ref()),
                retryable: error.retryable,
                invalid_request: marked.and_then(|marked| self.lower_invalid_request(marked, fields.as_ref())),
                fields,
            });
        }
        let marked = spec.errors.iter().filter_map(|(.., error)| error.invalid_request.as_ref());
        for second in marked.skip(1) {
            self.error(
                &second.at,
                "a second error has `invalidRequest`",
                "keep it on the error that servers respond with",
            );
        }
        for (name, at, set) in spec.error_sets.iter() {
            self.check_prose(&set.description, &format!("error set `{name}`"), at);
            if set.errors.is_empty() {
                self.error(at, format!("error set `{name}` is empty"), "list the names of its errors");
            }
            for error in &set.errors {
                self.check_error_name(error);
            }
        }
        shapes
    }

    /// The sets that are types of their own, whose errors are indexes into `shapes`.
    pub(super) fn shared_sets(&self, shapes: &[ErrorShape]) -> Vec<ErrorSet> {
        let shared = self.spec.error_sets.iter().filter(|(.., set)| set.shared);
        let lowered = shared.map(|(name, at, set)| {
            let names = set.errors.iter().filter_map(|name| name.get());
            ErrorSet {
                name: name.to_owned(),
                description: set.description.clone(),
                errors: names.filter_map(|name| shapes.iter().position(|shape| shape.name == *name)).collect(),
                at: at.clone(),
            }
        });
        lowered.collect()
    }

    /// The sets of a method that are types of their own, as indexes into [`shared_sets`](Self::shared_sets).
    pub(super) fn method_error_sets(&self, method: &spec::methods::Method) -> Vec<usize> {
        let shared = self.spec.error_sets.iter().filter(|(.., set)| set.shared);
        let is_listed = |name: &str| method.error_sets.iter().any(|set| set.get().is_some_and(|set| set == name));
        shared.enumerate().filter(|(_, (name, ..))| is_listed(name)).map(|(index, _)| index).collect()
    }

    fn lower_error_fields(&mut self, name: &str, fields: &Spanned<spec::types::Schema>) -> Option<Type> {
        let schema = fields.get()?;
        let place = Place::new(case::upper_camel(name), Owner::Errors);
        if schema.properties.is_none() {
            self.error(&fields.at, "the fields of an error are an object", "add `properties`");
            return None;
        }
        self.reject_marks(schema, &fields.at, "mark the error instead");
        self.lower_type(schema, &fields.at, &place)
    }

    /// Checks that the error can be made of the path of a parameter and a reason.
    fn lower_invalid_request(
        &mut self,
        marked: &Spanned<spec::InvalidRequest>,
        fields: Option<&Type>,
    ) -> Option<(String, String)> {
        let spec::InvalidRequest { parameter, reason } = marked.get()?;
        let object = fields.and_then(|fields| self.object_of(fields)).cloned().unwrap_or_default();
        for name in [parameter, reason] {
            if !object.field(name).is_some_and(|field| field.required && field.ty == Type::String) {
                let message = format!("`{name}` is not a required string of the error's `fields`");
                self.error(&marked.at, message, "name the field that holds it");
            }
        }
        for field in object.fields.iter().filter(|field| field.required && ![parameter, reason].contains(&&field.wire))
        {
            let message = format!("`{}` is required, but an invalid request does not say what it is", field.wire);
            self.error(&marked.at, message, "make the field optional");
        }
        Some((parameter.clone(), reason.clone()))
    }

    fn check_error_name(&mut self, name: &Spanned<String>) {
        let spec = self.spec;
        let Some(text) = name.get() else { return };
        if !spec.errors.contains(text) {
            let near = nearest(text, spec.errors.iter().map(|(name, ..)| name));
            self.diagnostics.note_meant(near);
            let help = suggest(near, "add it to `errors`");
            self.error(&name.at, format!("error `{text}` does not exist"), help);
        }
    }

    /// The errors of a method, own ones first, as indexes into `shapes`.
    pub(super) fn method_errors(
        &mut self,
        at: &Location,
        method: &spec::methods::Method,
        shapes: &[ErrorShape],
    ) -> Vec<usize> {
        let spec = self.spec;
        let mut names: Vec<&Spanned<String>> = method.errors.iter().collect();
        for name in &method.errors {
            self.check_error_name(name);
        }
        for set in &method.error_sets {
            let Some(text) = set.get() else { continue };
            match spec.error_sets.get(text) {
                Some(set) => names.extend(&set.errors),
                None if spec.error_sets.contains(text) => {}
                None => {
                    let near = nearest(text, spec.error_sets.iter().map(|(name, ..)| name));
                    self.diagnostics.note_meant(near);
                    let help = suggest(near, "add it to `errorSets`, or list the errors under `errors`");
                    self.error(&set.at, format!("error set `{text}` does not exist"), help);
                }
            }
        }
        let mut errors: Vec<usize> = Vec::new();
        for name in names {
            let Some(index) = shapes.iter().position(|shape| name.get().is_some_and(|name| *name == shape.name)) else {
                continue;
            };
            let code = shapes.get(index).map(|shape| shape.code.as_str()).unwrap_or_default();
            if errors.iter().any(|earlier| shapes.get(*earlier).is_some_and(|shape| shape.code == code)) {
                self.error(
                    at,
                    format!("the method lists the error code `{code}` twice"),
                    "list it once, by itself or in a set",
                );
            }
            errors.push(index);
        }
        errors
    }
}
