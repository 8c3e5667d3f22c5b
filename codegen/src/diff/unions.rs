//! Unions: how their alternatives are distinguished, and what each holds.

use super::changes::Class;
use super::comparison::{Comparison, Direction, Remarks, describe, join};
use crate::ir::types::{Outcome, Type, Union, UnionStyle, Variant};

impl Comparison<'_> {
    pub(super) fn union(&mut self, old: &Union, new: &Union, direction: Direction, path: &str) {
        if old.style != new.style {
            let what = format!("distinguishes its alternatives {} instead of {}", style(new), style(old));
            self.note(path, Class::Wire, what, "Existing clients write and read the old form.");
            return;
        }
        self.outcome(old.outcome.as_ref(), new.outcome.as_ref(), path);
        for before in &old.variants {
            let place = place(old, before, path);
            match new.variants.iter().find(|after| is_same(old, before, after)) {
                Some(after) => self.variant(before, after, direction, &place),
                None if direction.sent => self.note(&place, Class::Wire, "is removed", "Existing clients may send it."),
                None => self.note(&place, Class::Rust, "is removed", "Its variant is removed from the enum."),
            }
        }
        let is_open = matches!(new.style, UnionStyle::Tagged { .. });
        for after in new.variants.iter().filter(|after| !old.variants.iter().any(|before| is_same(new, before, after)))
        {
            let place = place(new, after, path);
            if is_open {
                let why = "The union is open: readers keep unknown variants.";
                self.note(&place, Class::Compatible, "is new", why);
            } else if direction.received {
                let why = "The union is closed: existing clients cannot read other alternatives.";
                self.note(&place, Class::Wire, "is new", why);
            } else {
                self.note(&place, Class::Compatible, "is new", "Calls may use it.");
            }
        }
    }

    fn outcome(&mut self, old: Option<&Outcome>, new: Option<&Outcome>, path: &str) {
        let keys = |outcome: &Outcome| (outcome.ok.clone(), outcome.error.clone());
        let (class, what, why) = match (old.map(keys), new.map(keys)) {
            (old, new) if old == new => return,
            (None, _) => (Class::Compatible, "is an outcome", "It gets a conversion into a `Result`."),
            (_, None) => (Class::Rust, "is no outcome any more", "Code converts it into a `Result`."),
            _ => (Class::Rust, "has another success or failure", "Its conversion into a `Result` gives other types."),
        };
        self.note(path, class, what, why);
    }

    fn variant(&mut self, old: &Variant, new: &Variant, direction: Direction, path: &str) {
        if old.wire != new.wire {
            let what = format!("is called `{}` instead of `{}`", new.wire, old.wire);
            self.note(path, Class::Rust, what, "Code uses the variant by its old name.");
        }
        if old.boxed != new.boxed {
            let what = if new.boxed { "is boxed" } else { "is no longer boxed" };
            self.note(path, Class::Rust, what, "The type of the variant changes in Rust.");
        }
        self.aliases(&old.aliases, &new.aliases, direction, path);
        match (&old.payload, &new.payload) {
            (Some(old), Some(new)) => self.ty(old, new, direction, path),
            (None, Some(content)) => {
                let what = format!("holds {}", describe(self.new, content));
                if direction.sent && has_required(self.new, content) {
                    self.note(path, Class::Wire, what, "Existing clients do not send it.");
                } else {
                    self.note(path, Class::Rust, what, "The variant holds a value in Rust.");
                }
            }
            (Some(content), None) => {
                let what = "holds nothing any more";
                if direction.sent {
                    self.note(path, Class::Wire, what, "What existing clients send there is ignored.");
                } else if has_required(self.old, content) {
                    self.note(path, Class::Wire, what, "Existing clients cannot read it without its content.");
                } else {
                    self.note(path, Class::Rust, what, "The variant holds no value in Rust.");
                }
            }
            (None, None) => {}
        }
        self.remarks(path, remarks(old), remarks(new));
    }
}

fn remarks(variant: &Variant) -> Remarks<'_> {
    Remarks { description: variant.description.as_deref(), since: variant.since.as_deref(), deprecated: None }
}

fn has_required(api: &crate::ir::Api, content: &Type) -> bool {
    api.object(content).is_none_or(|object| object.fields.iter().any(|field| field.required))
}

/// Whether two alternatives are distinguished from the others in the same way.
fn is_same(union: &Union, left: &Variant, right: &Variant) -> bool {
    match union.style {
        UnionStyle::Kinded => left.kind == right.kind,
        UnionStyle::Tagged { .. } | UnionStyle::Keyed => left.wire == right.wire,
    }
}

fn place(union: &Union, variant: &Variant, path: &str) -> String {
    match &union.style {
        UnionStyle::Tagged { property } => format!("{path}<{property}={}>", variant.wire),
        UnionStyle::Keyed => join(path, &variant.wire),
        UnionStyle::Kinded => format!("{path}<{}>", format!("{:?}", variant.kind).to_lowercase()),
    }
}

fn style(union: &Union) -> String {
    match &union.style {
        UnionStyle::Tagged { property } => format!("by the tag `{property}`"),
        UnionStyle::Keyed => "by which key is present".to_owned(),
        UnionStyle::Kinded => "by their JSON type".to_owned(),
    }
}
