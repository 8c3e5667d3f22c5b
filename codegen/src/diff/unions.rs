//! Unions: how their alternatives are distinguished, and what each holds.

use super::changes::Class;
use super::comparison::{Comparison, Direction, Remarks, describe, join};
use super::renames::{Profile, match_up};
use crate::ir::types::{JsonKind, Outcome, Type, Union, UnionStyle, Variant};

const OLD_NAME: &str = "Code uses the variant by its old name.";

impl Comparison<'_> {
    pub(super) fn union(&mut self, old: &Union, new: &Union, direction: Direction, path: &str) {
        if old.style != new.style {
            let what = format!("distinguishes its alternatives {} instead of {}", style(new), style(old));
            self.note(path, Class::Wire, what, "Existing clients write and read the old form.");
            return;
        }
        self.outcome(old.outcome.as_ref(), new.outcome.as_ref(), path);
        let matched = match_up(
            (self.old, &old.variants),
            (self.new, &new.variants),
            |variant| distinction(old, variant),
            Profile::of_variant,
        );
        for (before, after) in matched.old {
            let place = place(old, before, path);
            match after {
                Some(after) => {
                    self.variant_name(old, (before, after), direction, &place);
                    self.variant(before, after, direction, &place);
                }
                None if direction.sent => self.note(&place, Class::Wire, "is removed", "Existing clients may send it."),
                None => self.note(&place, Class::Rust, "is removed", "Its variant is removed from the enum."),
            }
        }
        let is_open = matches!(new.style, UnionStyle::Tagged { .. });
        for after in matched.added {
            let place = place(new, after, path);
            let (class, why) = if !direction.received {
                (Class::Compatible, "Existing clients do not send it.")
            } else if is_open {
                (Class::Compatible, "The union is open: readers keep unknown variants.")
            } else {
                (Class::Wire, "The union is closed: existing clients cannot read other alternatives.")
            };
            self.note(&place, class, "is new", why);
        }
    }

    /// The tag or the key of an alternative; for one by JSON type, a name that only code uses.
    fn variant_name(&mut self, union: &Union, (old, new): (&Variant, &Variant), direction: Direction, path: &str) {
        if old.wire == new.wire {
            return;
        }
        if union.style == UnionStyle::Kinded {
            let what = format!("is called `{}` instead of `{}`", new.wire, old.wire);
            return self.note(path, Class::Rust, what, OLD_NAME);
        }
        let what = format!("is renamed to `{}`", new.wire);
        let is_open = matches!(union.style, UnionStyle::Tagged { .. });
        let (class, why) = if direction.sent && !new.aliases.contains(&old.wire) {
            (Class::Wire, "Existing clients send it by its old name.")
        } else if direction.received && !is_open && !old.aliases.contains(&new.wire) {
            (Class::Wire, "Existing clients cannot read it by its new name.")
        } else {
            (Class::Rust, OLD_NAME)
        };
        self.note(path, class, what, why);
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

/// What distinguishes an alternative from the others: its tag, its key, or its JSON type.
fn distinction<'a>(union: &Union, variant: &'a Variant) -> &'a str {
    match union.style {
        UnionStyle::Kinded => kind(variant.kind),
        UnionStyle::Tagged { .. } | UnionStyle::Keyed => &variant.wire,
    }
}

fn kind(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Array => "array",
        JsonKind::Object => "object",
        JsonKind::String => "string",
        JsonKind::Number => "number",
        JsonKind::Boolean => "boolean",
    }
}

fn place(union: &Union, variant: &Variant, path: &str) -> String {
    match &union.style {
        UnionStyle::Tagged { property } => format!("{path}<{property}={}>", variant.wire),
        UnionStyle::Keyed => join(path, &variant.wire),
        UnionStyle::Kinded => format!("{path}<{}>", kind(variant.kind)),
    }
}

fn style(union: &Union) -> String {
    match &union.style {
        UnionStyle::Tagged { property } => format!("by the tag `{property}`"),
        UnionStyle::Keyed => "by which key is present".to_owned(),
        UnionStyle::Kinded => "by their JSON type".to_owned(),
    }
}
