//! Changes as text, as Markdown and as JSON.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::changes::{Change, Changes, Class, Place};

/// Users that are named before the rest is counted.
const NAMED: usize = 3;

impl Place {
    /// The service it belongs to, and its name in there.
    fn parts(&self) -> (String, Option<String>) {
        match self {
            Self::Api => ("The API".to_owned(), None),
            Self::Type(name) => ("Types".to_owned(), Some(name.clone())),
            Self::Error(name) => ("Errors".to_owned(), Some(name.clone())),
            Self::Service(service) => (service.clone(), None),
            Self::Method(service, name) | Self::Event(service, name) => (service.clone(), Some(name.clone())),
        }
    }
}

impl Changes {
    /// For a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.summary());
        if let Some(warning) = self.warning() {
            let _ = writeln!(text, "warning: {warning}");
        }
        self.outline(&mut text, |text, line, change| {
            let (service, member) = change.place.parts();
            match line {
                Line::Service => {
                    let _ = write!(text, "\n{service}\n");
                }
                Line::Member => {
                    let _ = writeln!(text, "  {}", member.unwrap_or_default());
                }
                Line::NoMember => {}
                Line::Change => {
                    let path = if change.path.is_empty() { "" } else { &format!("{} ", change.path) };
                    let _ = writeln!(text, "    {}: {path}{}", change.class, change.what);
                    let _ = writeln!(text, "        {}{}", change.why, users(change));
                }
            }
        });
        text
    }

    /// For a review or release notes.
    pub fn markdown(&self) -> String {
        let mut text = format!("# Changes of the API\n\n{}\n", self.summary());
        if let Some(warning) = self.warning() {
            let _ = write!(text, "\n> **Warning**: {warning}.\n");
        }
        self.outline(&mut text, |text, line, change| {
            let (service, member) = change.place.parts();
            match line {
                Line::Service => {
                    let _ = write!(text, "\n## {service}\n");
                }
                Line::Member => {
                    let _ = write!(text, "\n### `{}`\n\n", member.unwrap_or_default());
                }
                Line::NoMember => text.push('\n'),
                Line::Change => {
                    let path = if change.path.is_empty() { String::new() } else { format!("`{}` ", change.path) };
                    let (class, what, why) = (change.class, &change.what, &change.why);
                    let _ = writeln!(text, "- **{class}**: {path}{what}. {why}{}", users(change));
                }
            }
        });
        text
    }

    /// For programs: an object with the revisions, a count a class, a warning if there is one, and the list of changes.
    pub fn json(&self) -> String {
        let changes: Vec<Value> = self.list.iter().map(value).collect();
        let value = json!({
            "from": self.from,
            "to": self.to,
            "wire": self.count(Class::Wire),
            "rust": self.count(Class::Rust),
            "compatible": self.count(Class::Compatible),
            "warning": self.warning(),
            "changes": changes,
        });
        format!("{value:#}\n")
    }

    fn summary(&self) -> String {
        let unnamed = "without a name";
        let revisions = match (&self.from, &self.to) {
            (None, None) => String::new(),
            (from, to) => {
                let name = |revision: &Option<String>| revision.clone().unwrap_or_else(|| unnamed.to_owned());
                format!("Revision {} to {}: ", name(from), name(to))
            }
        };
        if self.list.is_empty() {
            return format!("{revisions}nothing changes.");
        }
        format!(
            "{revisions}{} breaking on the wire, {} breaking in Rust, {} compatible.",
            self.count(Class::Wire),
            self.count(Class::Rust),
            self.count(Class::Compatible)
        )
    }

    /// Writes each line of the outline: headings where a service or a member begins, and the changes under them.
    fn outline(&self, text: &mut String, mut write: impl FnMut(&mut String, Line, &Change)) {
        let mut previous: Option<(String, Option<String>)> = None;
        for change in &self.list {
            let parts = change.place.parts();
            if previous.as_ref().is_none_or(|(service, _)| *service != parts.0) {
                write(text, Line::Service, change);
                previous = None;
            }
            if previous.as_ref() != Some(&parts) {
                write(text, if parts.1.is_some() { Line::Member } else { Line::NoMember }, change);
            }
            previous = Some(parts);
            write(text, Line::Change, change);
        }
    }
}

/// A line of the outline.
#[derive(Clone, Copy)]
enum Line {
    Service,
    Member,
    /// The start of changes of the service itself.
    NoMember,
    Change,
}

/// The affected methods and events, as a sentence after the reason.
fn users(change: &Change) -> String {
    let named: Vec<String> = change.used_by.iter().take(NAMED).map(|user| format!("`{user}`")).collect();
    let more = change.used_by.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" Affects {}.", named.join(", ")),
        (false, more) => format!(" Affects {} and {more} more.", named.join(", ")),
    }
}

fn value(change: &Change) -> Value {
    let mut value = Map::new();
    let mut put = |name: &str, text: &str| value.insert(name.to_owned(), Value::from(text));
    match &change.place {
        Place::Api => None,
        Place::Type(name) => put("type", name),
        Place::Error(name) => put("error", name),
        Place::Service(name) => put("service", name),
        Place::Method(service, name) => {
            put("service", service);
            put("method", name)
        }
        Place::Event(service, name) => {
            put("service", service);
            put("event", name)
        }
    };
    put("path", &change.path);
    put("class", change.class.name());
    put("change", &change.what);
    put("reason", &change.why);
    if !change.used_by.is_empty() {
        value.insert("usedBy".to_owned(), Value::from(change.used_by.clone()));
    }
    Value::Object(value)
}
