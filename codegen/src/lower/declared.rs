//! What the API's reference declares where the definition says otherwise.

use super::Lowering;
use crate::diag::Location;
use crate::ir::{Declared, DeclaredAs, ErrorShape, Type};
use crate::spec::{self, Schema};

impl Lowering<'_> {
    /// The keyword as it stands on a property or on a variant.
    pub(super) fn lower_declared(&mut self, schema: &Schema) -> Option<Declared> {
        let spanned = schema.declared.as_ref()?;
        let mark = spanned.get()?;
        self.check_prose(&mark.why, "the deviation", &spanned.at);
        let how = match mark.how {
            spec::DeclaredAs::Required => DeclaredAs::Required,
            spec::DeclaredAs::Item => DeclaredAs::Item,
            spec::DeclaredAs::Absent => DeclaredAs::Absent,
        };
        Some(Declared { how, why: mark.why.clone() })
    }

    /// Reports a declaration of a property that differs in nothing.
    pub(super) fn check_declared(&mut self, schema: &Schema, ty: &Type, required: bool) {
        let Some(spanned) = &schema.declared else { return };
        let (message, help) = match spanned.get().map(|mark| mark.how) {
            Some(spec::DeclaredAs::Required) if required => {
                ("the property is required here as well", "remove `declared`, or take it out of `required`")
            }
            Some(spec::DeclaredAs::Item) if !matches!(ty, Type::List(_)) => {
                ("the property is no list here either", "remove `declared`, or make the property an array")
            }
            Some(spec::DeclaredAs::Absent) => ("only a variant of a union can be declared absent", "remove `declared`"),
            _ => return,
        };
        self.error(&spanned.at, message, help);
    }

    /// Reports a declaration of a variant that is about properties.
    pub(super) fn check_declared_variant(&mut self, schema: &Schema) {
        let Some(spanned) = &schema.declared else { return };
        if spanned.get().is_some_and(|mark| mark.how != spec::DeclaredAs::Absent) {
            self.error(&spanned.at, "a variant can only be declared absent", "write `\"as\": \"absent\"`");
        }
    }

    /// The codes of a method that the reference leaves out.
    pub(super) fn undeclared_errors(
        &mut self,
        method: &spec::Method,
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
                    format!("the method does not answer with `{code}`"),
                    "list it under `errors`, or remove it here",
                );
            }
            codes.push((code.to_owned(), why.clone()));
        }
        codes
    }
}
