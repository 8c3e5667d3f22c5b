//! Keywords: where they are allowed, and the marks that any part of a definition can have.

use super::lowering::{Lowering, Role};
use crate::ir::ErrorShape;
use crate::ir::types::{Declared, DeclaredAs, Deprecated, Type};
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;
use crate::spec::types::Schema;

impl Lowering<'_> {
    /// Reports keywords of a property where there is none.
    pub(super) fn check_role(&mut self, schema: &Schema, at: &Location, role: Role) {
        let present = [
            ("default", schema.default.is_some(), None),
            ("defaultsTo", schema.defaults_to.is_some(), None),
            ("blob", schema.blob.is_some(), None),
            ("aliases", schema.aliases.is_some(), Some(Role::Key)),
            ("declared", schema.declared.is_some(), Some(Role::Variant)),
        ];
        let is_allowed = |also: Option<Role>| role == Role::Property || also == Some(role);
        for (keyword, ..) in present.iter().filter(|(_, is_present, also)| *is_present && !is_allowed(*also)) {
            self.error(at, format!("`{keyword}` is not allowed here"), "it belongs on a property of an object");
        }
    }

    /// Reports keywords of a type's shape that say nothing on this one.
    pub(super) fn allow_keywords(&mut self, schema: &Schema, at: &Location, what: &str, allowed: &[&str]) {
        let present = [
            ("type", schema.kind.is_some()),
            ("format", schema.format.is_some()),
            ("contentEncoding", schema.content_encoding.is_some()),
            ("acceptsText", schema.accepts_text.is_some()),
            ("items", schema.items.is_some()),
            ("properties", schema.properties.is_some()),
            ("required", schema.required.is_some()),
            ("const", schema.constant.is_some()),
            ("enum", schema.values.is_some()),
            ("enumDescriptions", schema.enum_descriptions.is_some()),
            ("enumIdentifiers", schema.enum_identifiers.is_some()),
            ("enumSince", schema.enum_since.is_some()),
            ("oneOf", schema.one_of.is_some()),
            ("reason", schema.reason.is_some()),
            ("outcome", schema.outcome.is_some()),
        ];
        for (keyword, present) in present {
            if present && !allowed.contains(&keyword) {
                self.error(at, format!("`{keyword}` is not allowed on {what}"), "remove it, or change the type");
            }
        }
    }

    /// A mark, which needs a name and a definition that has revisions.
    pub(super) fn since(&mut self, mark: Option<&Spanned<String>>) -> Option<String> {
        let mark = mark?;
        let revision = mark.get()?;
        if revision.trim().is_empty() {
            self.error(&mark.at, "`since` names no revision", "write the `revision` that added it");
        }
        if self.spec.revision.is_none() {
            self.error(
                &mark.at,
                "`since` is not allowed in a definition without revisions",
                "say which `revision` the definition describes, at its top",
            );
        }
        Some(revision.clone())
    }

    /// The revision at whose beginning a method ends.
    pub(super) fn until(&mut self, mark: Option<&Spanned<String>>) -> Option<String> {
        let mark = mark?;
        let revision = mark.get()?;
        if revision.trim().is_empty() {
            let help = "write the later revision that has the method in another form, or not at all";
            self.error(&mark.at, "`until` names no revision", help);
        }
        Some(revision.clone())
    }

    /// Reports marks on a schema that is not an item of its own.
    pub(super) fn reject_marks(&mut self, schema: &Schema, at: &Location, help: &str) {
        let marks = [("since", schema.since.is_some()), ("deprecated", schema.deprecated.is_some())];
        for (keyword, _) in marks.iter().filter(|(_, present)| *present) {
            self.error(at, format!("`{keyword}` is not allowed here"), help);
        }
    }

    /// The keyword on a property or on a variant.
    pub(super) fn lower_declared(&mut self, schema: &Schema) -> Option<Declared> {
        let spanned = schema.declared.as_ref()?;
        let mark = spanned.get()?;
        self.check_prose(&mark.why, "the deviation", &spanned.at);
        let how = match mark.how {
            spec::types::DeclaredAs::Required => DeclaredAs::Required,
            spec::types::DeclaredAs::Item => DeclaredAs::Item,
            spec::types::DeclaredAs::Absent => DeclaredAs::Absent,
        };
        Some(Declared { how, why: mark.why.clone() })
    }

    /// Reports a declaration of a property that differs in nothing.
    pub(super) fn check_declared(&mut self, schema: &Schema, ty: &Type, required: bool) {
        let Some(spanned) = &schema.declared else { return };
        let (message, help) = match spanned.get().map(|mark| mark.how) {
            Some(spec::types::DeclaredAs::Required) if required => {
                ("the property is required here as well", "remove `declared`, or take it out of `required`")
            }
            Some(spec::types::DeclaredAs::Item) if !matches!(ty, Type::List(_)) => {
                ("the property is not a list here either", "remove `declared`, or make the property an array")
            }
            Some(spec::types::DeclaredAs::Item) if schema.blob.is_some() => (
                "a list that travels in blobs cannot be one item there",
                "remove `declared`: readers could not tell one item from the list",
            ),
            Some(spec::types::DeclaredAs::Absent) => {
                ("only a variant of a union can be declared absent", "remove `declared`")
            }
            _ => return,
        };
        self.error(&spanned.at, message, help);
    }

    /// Reports a declaration of a variant that is about properties.
    pub(super) fn check_declared_variant(&mut self, schema: &Schema) {
        let Some(spanned) = &schema.declared else { return };
        if spanned.get().is_some_and(|mark| mark.how != spec::types::DeclaredAs::Absent) {
            self.error(&spanned.at, "a variant can only be declared absent", "write `\"as\": \"absent\"`");
        }
    }

    /// The codes of a method that the reference leaves out.
    pub(super) fn undeclared_errors(
        &mut self,
        method: &spec::methods::Method,
        errors: &[usize],
        shapes: &[ErrorShape],
    ) -> Vec<(String, String)> {
        let mut codes = Vec::new();
        for (code, at, why) in method.undeclared_errors.iter() {
            let at: &Location = at;
            self.check_prose(why, &format!("the deviation `{code}`"), at);
            if !errors.iter().any(|error| shapes.get(*error).is_some_and(|shape| shape.code == code)) {
                self.error(
                    at,
                    format!("the method does not return `{code}`"),
                    "list it under `errors`, or remove it here",
                );
            }
            codes.push((code.to_owned(), why.clone()));
        }
        codes
    }
}

pub(super) fn deprecated(mark: Option<&spec::types::Deprecated>) -> Option<Deprecated> {
    mark.map(|mark| Deprecated { since: mark.since.clone(), instead: mark.instead.clone() })
}
