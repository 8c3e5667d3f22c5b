//! A lowering in progress: the definition, the types that are made so far, and the checks that all parts share.

use std::collections::{BTreeSet, HashMap};

use crate::diag::Diagnostics;
use crate::ir::types::{Object, Owner, Type, TypeDef, TypeId, TypeKind};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec::Spec;

pub(super) struct Lowering<'a> {
    pub(super) spec: &'a Spec,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Named types; a place is reserved before its type is built, so that types may refer to themselves.
    pub(super) types: Vec<Option<TypeDef>>,
    /// Entries of `$defs` that have a place.
    pub(super) names: HashMap<String, TypeId>,
    /// Entries of `$defs` that are mere other names, being followed.
    pub(super) resolving: Vec<String>,
    /// Variants that have a tag and no other property.
    pub(super) bare: BTreeSet<TypeId>,
}

/// The position of a schema: the name of an inline type there, and its owner.
#[derive(Clone)]
pub(super) struct Place {
    /// Name of an inline type without a title.
    pub(super) name: String,
    pub(super) owner: Owner,
    pub(super) role: Role,
}

/// What a schema is the type of, which decides on keywords that say nothing about the type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A property of an object.
    Property,
    /// The property that distinguishes an alternative of a union by key.
    Key,
    /// A variant of a union by tag.
    Variant,
    /// Anything else.
    Other,
}

impl Place {
    pub(super) fn new(name: impl Into<String>, owner: Owner) -> Self {
        Self { name: name.into(), owner, role: Role::Other }
    }

    pub(super) fn inside(&self, member: &str, role: Role) -> Self {
        Self { name: format!("{}{}", self.name, case::upper_camel(member)), role, owner: self.owner }
    }

    pub(super) fn element(&self) -> Self {
        Self { role: Role::Other, ..self.clone() }
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn new(spec: &'a Spec, diagnostics: &'a mut Diagnostics) -> Self {
        Self {
            spec,
            diagnostics,
            types: Vec::new(),
            names: HashMap::new(),
            resolving: Vec::new(),
            bare: BTreeSet::new(),
        }
    }

    pub(super) fn error(&mut self, at: &Location, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.error(at, message, help);
    }

    pub(super) fn check_prose(&mut self, text: &str, of: &str, at: &Location) {
        let text = text.trim();
        if text.is_empty() {
            self.error(at, format!("{of} has no description"), "describe in a sentence what it is or does");
        } else if !text.ends_with(['.', '!', '?', '`', ')', ':']) {
            self.error(at, format!("the description of {of} does not end with a full stop"), "end it with a full stop");
        }
    }

    pub(super) fn check_type_name(&mut self, name: &str, at: &Location) {
        if !case::is_type_name(name) {
            self.error(
                at,
                format!("`{name}` is not a type name"),
                "use UpperCamelCase letters and digits, such as `LauncherSpec`, and at most 100 of them",
            );
        }
    }

    /// The name that replaces the wire's own in generated code.
    pub(super) fn identifier(&mut self, identifier: Option<&Spanned<String>>) -> Option<String> {
        let identifier = identifier?;
        let name = identifier.get()?;
        if !case::is_identifier(name) {
            self.error(
                &identifier.at,
                format!("`{name}` is not an identifier"),
                "begin with a letter, and use at most 100 letters, digits and underscores of ASCII",
            );
        }
        Some(name.clone())
    }

    pub(super) fn kind_of(&self, ty: &Type) -> Option<&TypeKind> {
        match ty {
            Type::Named(id) => self.types.get(id.0)?.as_ref().map(|definition| &definition.kind),
            _ => None,
        }
    }

    pub(super) fn object_of(&self, ty: &Type) -> Option<&Object> {
        match self.kind_of(ty)? {
            TypeKind::Object(object) => Some(object),
            _ => None,
        }
    }
}
