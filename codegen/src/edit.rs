//! Edits of a definition's text that leave everything else as it is, byte for byte.

use std::fmt;

use serde_json::json;

use crate::diag::{Diagnostics, did_you_mean};
use crate::json::{Json, Member, Node};
use crate::naming::case;
use crate::report::Report;
use crate::source::Source;
use crate::spec::Service;
use crate::{format, json, load, parse};

/// Why an edit cannot be made.
#[derive(Debug)]
pub enum EditError {
    /// The definition has mistakes.
    Definition(Box<Report>),
    /// The requested edit is invalid.
    Request {
        /// What is wrong, without a full stop.
        message: String,
        /// How to fix it.
        help: String,
    },
}

impl std::error::Error for EditError {}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition(report) => report.fmt(f),
            Self::Request { message, help } => write!(f, "{message}\nhelp: {help}"),
        }
    }
}

/// A definition's text after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole text.
    pub text: String,
    /// The line, counted from 1, where what was added begins.
    pub line: usize,
}

/// Adds a skeleton of the method `Service.method` after the service's other methods.
///
/// # Errors
///
/// The definition has mistakes, or the name is invalid.
pub fn new_method(source: &Source, name: &str) -> Result<Edited, EditError> {
    let reject = |message: String, help: &str| Err(EditError::Request { message, help: help.to_owned() });
    let mistakes = |report: Report| EditError::Definition(Box::new(report));
    load::load(source).map_err(mistakes)?;
    let mut diagnostics = Diagnostics::default();
    let (Some(tree), Some(spec)) = (json::parse(source).ok(), parse::parse(source, &mut diagnostics)) else {
        return Err(mistakes(Report::new(source, diagnostics)));
    };
    let Some((service_name, method)) = name.split_once('.') else {
        return reject(
            format!("`{name}` is not the name of a method"),
            "write `Service.method`, such as `Model.train`",
        );
    };
    let Some(service) = spec.services.get(service_name) else {
        let services = spec.services.iter().map(|(name, ..)| name);
        let help = did_you_mean(service_name, services, "add the service to `services` first");
        return reject(format!("there is no service `{service_name}`"), &help);
    };
    if !case::is_member_name(method) {
        let help = "use lowerCamelCase letters and digits, such as `getModels`";
        return reject(format!("`{method}` is not a method name"), help);
    }
    if service.methods.contains(method) {
        return reject(format!("`{name}` exists already"), "give the new method another name, or edit that one");
    }
    let Some(methods) = member(&tree, "services")
        .and_then(|services| member(services, service_name))
        .and_then(|service| member(service, "methods"))
    else {
        return reject(format!("the service `{service_name}` has no `methods`"), "add them as an object");
    };
    let edited = insert(source, methods, method, &skeleton(service));
    // A name may be free in the definition and taken in code.
    load::load(&Source::new(source.name(), edited.text.as_str())).map_err(mistakes)?;
    Ok(edited)
}

/// A valid method, with the error sets that most methods of the service have.
fn skeleton(service: &Service) -> String {
    let half = service.methods.len().div_ceil(2);
    let mut sets: Vec<&str> = Vec::new();
    let listed = |set: &str| {
        let lists = |method: &crate::spec::methods::Method| {
            method.error_sets.iter().any(|name| name.get().is_some_and(|name| name == set))
        };
        service.methods.iter().filter(|(.., method)| lists(method)).count()
    };
    for set in service.methods.iter().flat_map(|(.., method)| &method.error_sets).filter_map(|set| set.get()) {
        if listed(set) > half && !sets.contains(&set.as_str()) {
            sets.push(set);
        }
    }
    json!({
        "description": "Say here in full sentences what the method does.",
        "params": { "type": "object", "properties": {} },
        "result": { "type": "object", "properties": {} },
        "errorSets": sets,
        "errors": [],
    })
    .to_string()
}

fn insert(source: &Source, methods: &Node, name: &str, skeleton: &str) -> Edited {
    let text = source.text();
    let Json::Object(members) = &methods.value else { return Edited { text: text.to_owned(), line: 1 } };
    let print = |indent: usize| {
        let lead = indent.saturating_add(name.len()).saturating_add(4);
        let method = format::method(skeleton, indent, lead).unwrap_or_else(|| skeleton.to_owned());
        format!("{}\"{name}\": {method}", " ".repeat(indent))
    };
    let (offset, addition) = match members.last() {
        Some(last) => {
            let indent = indent(text, last.name_at.span.start);
            (last.value.at.span.end, format!(",\n{}", print(indent)))
        }
        None => {
            let indent = indent(text, methods.at.span.start);
            let (method, pad) = (print(indent.saturating_add(2)), " ".repeat(indent));
            (methods.at.span.start.saturating_add(1), format!("\n{method}\n{pad}"))
        }
    };
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    let (line, _) = source.position(offset);
    Edited { text: format!("{before}{addition}{after}"), line: line.saturating_add(1) }
}

/// Blanks at the start of the line of an offset.
fn indent(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.len().saturating_sub(line.trim_start_matches(' ').len())
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.value {
        Json::Object(members) => {
            members.iter().find(|member: &&Member| member.name == name).map(|member| &member.value)
        }
        _ => None,
    }
}
