//! Types of the API as TypeScript writes them.

use std::fmt::Write;

use super::super::fields::prose;
use crate::ir::Api;
use crate::ir::types::{DeclaredAs, Field, Object, Owner, Type, TypeId, TypeKind, Union, UnionStyle};

pub(super) struct Shapes<'a> {
    pub(super) api: &'a Api,
}

impl Shapes<'_> {
    /// A type where it is used: shared types by name, others in place.
    pub(super) fn ty(&self, ty: &Type, depth: usize) -> String {
        match ty {
            Type::String => "string".to_owned(),
            Type::Boolean => "boolean".to_owned(),
            Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => "number".to_owned(),
            Type::Binary | Type::Base64 => "Uint8Array".to_owned(),
            Type::Tensor => format!("{}Tensor", self.api.type_prefix),
            Type::List(items) => {
                let item = self.ty(items, depth);
                // A union of one line, or one that goes on after its first object.
                let is_union = matches!(**items, Type::Named(id) if !self.is_shared(id) && !self.is_object(id));
                if is_union { format!("({item})[]") } else { format!("{item}[]") }
            }
            Type::Named(id) if self.is_shared(*id) => {
                self.api.get(*id).map(|definition| definition.name.clone()).unwrap_or_default()
            }
            Type::Named(id) => self.body(*id, depth),
        }
    }

    fn is_shared(&self, id: TypeId) -> bool {
        self.api.get(id).is_some_and(|definition| definition.owner == Owner::Shared(id))
    }

    fn is_object(&self, id: TypeId) -> bool {
        self.api.get(id).is_some_and(|definition| match &definition.kind {
            TypeKind::Object(_) => true,
            TypeKind::Union(union) => union.style == UnionStyle::Keyed,
            TypeKind::Enum(_) => false,
        })
    }

    /// What a named type is.
    pub(super) fn body(&self, id: TypeId, depth: usize) -> String {
        let Some(definition) = self.api.get(id) else { return String::new() };
        match &definition.kind {
            TypeKind::Object(object) => {
                let constant = object.constant.as_ref().map(|(tag, value)| (tag.as_str(), value.as_str()));
                self.object(object, constant, depth)
            }
            TypeKind::Enum(set) => literals(&set.values.iter().map(|value| value.wire.as_str()).collect::<Vec<&str>>()),
            TypeKind::Union(union) => self.union(union, depth),
        }
    }

    pub(super) fn object(&self, object: &Object, constant: Option<(&str, &str)>, depth: usize) -> String {
        if object.fields.is_empty() && constant.is_none() {
            return "{}".to_owned();
        }
        let inside = depth.saturating_add(1);
        let mut text = "{\n".to_owned();
        if let Some((tag, value)) = constant {
            let _ = writeln!(text, "{}{tag}: '{value}';", indent(inside));
        }
        for field in &object.fields {
            text.push_str(&self.field(field, inside));
        }
        text + &indent(depth) + "}"
    }

    fn field(&self, field: &Field, depth: usize) -> String {
        let mut notes = prose(field).unwrap_or_default();
        if let Some(declared) = &field.declared {
            let how = match declared.how {
                DeclaredAs::Required => "as always present, and so it is here; it may be missing",
                DeclaredAs::Item => "as one, and so it is here; a list is meant",
                DeclaredAs::Absent => "not at all",
            };
            let _ = write!(notes, "\n\nThe reference declares this {how}: {}", declared.why);
        }
        let ty = self.ty(field.declared_item().unwrap_or(&field.ty), depth);
        let ty = if field.accepts_text { format!("string | {ty}") } else { ty };
        let always = field.required || field.declared.as_ref().is_some_and(|it| it.how == DeclaredAs::Required);
        let mark = if always { "" } else { "?" };
        format!("{}{}{}{mark}: {ty};\n", doc(&notes, depth), indent(depth), field.wire)
    }

    fn union(&self, union: &Union, depth: usize) -> String {
        let inside = depth.saturating_add(1);
        match &union.style {
            UnionStyle::Keyed => {
                let mut text = "{\n".to_owned();
                for variant in &union.variants {
                    let note = variant.description.as_deref().unwrap_or_default();
                    let ty = variant.payload.as_ref().map(|ty| self.ty(ty, inside)).unwrap_or_default();
                    let note = format!("{note} Exactly one of the members is present.");
                    let _ = writeln!(text, "{}{}{}?: {ty};", doc(note.trim(), inside), indent(inside), variant.wire);
                }
                text + &indent(depth) + "}"
            }
            style => {
                let mut text = String::new();
                // First what is only mentioned: after such a line, the union could not be closed.
                for variant in &union.variants {
                    let Some(declared) = &variant.declared else { continue };
                    let why = format!("'{}' is not declared by the reference: {}", variant.wire, declared.why);
                    let _ = write!(text, "\n{}// {why}", indent(inside));
                }
                for variant in union.variants.iter().filter(|variant| variant.declared.is_none()) {
                    let note = variant.description.as_deref().unwrap_or_default();
                    let body = match (&variant.payload, style) {
                        (Some(ty), _) => self.ty(ty, inside),
                        (None, UnionStyle::Tagged { property }) => group(property, &[&variant.wire], inside),
                        (None, _) => continue,
                    };
                    let _ = write!(text, "\n{}{}| {body}", doc(note, inside), indent(inside));
                }
                text
            }
        }
    }
}

/// An object with nothing but a tag.
pub(super) fn group(tag: &str, values: &[&str], depth: usize) -> String {
    let inside = depth.saturating_add(1);
    format!("{{\n{}{tag}: {};\n{}}}", indent(inside), literals(values), indent(depth))
}

fn literals(values: &[&str]) -> String {
    values
        .iter()
        .map(|value| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")))
        .collect::<Vec<_>>()
        .join(" | ")
}

/// A doc comment with its line break; nothing when there is nothing to say.
pub(super) fn doc(text: &str, depth: usize) -> String {
    let text = text.trim().replace("*/", "*\\/");
    let pad = indent(depth);
    if text.is_empty() {
        return String::new();
    }
    if !text.contains('\n') {
        return format!("{pad}/** {text} */\n");
    }
    let lines: Vec<String> = text.lines().map(|line| format!("{pad} * {line}").trim_end().to_owned()).collect();
    format!("{pad}/**\n{}\n{pad} */\n", lines.join("\n"))
}

pub(super) fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}
