//! The canonical form of a definition's text: keywords in one order, and lines broken by one rule.

use serde_json::Value;

use crate::diag::{Diagnostics, Report, Source};
use crate::json::{self, Json, Member, Node};
use crate::spec::Spec;

/// Columns of a line, counting the comma that may follow.
const WIDTH: usize = 120;
const STEP: usize = 2;

/// Writes a definition in its canonical form. Values, and the order of names and lists, stay as they are.
///
/// # Errors
///
/// A report when the text is not JSON.
pub fn format(source: &Source) -> Result<String, Report> {
    let tree = json::parse(source).map_err(|diagnostic| {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(diagnostic);
        diagnostics.into_report(source)
    })?;
    let grammar = Grammar::new();
    let printer = Printer { text: source.text(), grammar: &grammar };
    Ok(format!("{}\n", printer.print(&tree, &grammar.root, 0, 0)))
}

/// The same for a method, as it stands after its name at some indentation.
pub(crate) fn method(text: &str, indent: usize, lead: usize) -> Option<String> {
    let tree = json::parse(&Source::new("", text)).ok()?;
    let grammar = Grammar::new();
    let schema = grammar.root.pointer("/$defs/Method").unwrap_or(&Value::Null);
    Some(Printer { text, grammar: &grammar }.print(&tree, schema, indent, lead))
}

/// The order of keywords, which is that of the format's own schema.
struct Grammar {
    root: Value,
}

impl Grammar {
    fn new() -> Self {
        let settings = schemars::generate::SchemaSettings::draft2020_12();
        Self { root: settings.into_generator().into_root_schema_for::<Spec>().to_value() }
    }

    /// What a schema may be: itself, what it refers to, or its alternatives.
    fn forms<'g>(&'g self, schema: &'g Value) -> Vec<&'g Value> {
        let schema = match schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or(&Value::Null),
            None => schema,
        };
        match schema.get("anyOf").and_then(Value::as_array) {
            Some(forms) => forms.iter().flat_map(|form| self.forms(form)).collect(),
            None => vec![schema],
        }
    }

    /// Where a keyword stands among its like; dictionaries have no order of their own.
    fn rank(&self, schema: &Value, name: &str) -> usize {
        let ranks = self.forms(schema).into_iter().filter_map(|form| {
            let properties = form.get("properties")?.as_object()?;
            properties.keys().position(|key| key == name)
        });
        ranks.min().unwrap_or(usize::MAX)
    }

    fn member<'g>(&'g self, schema: &'g Value, name: &str) -> &'g Value {
        let found = self.forms(schema).into_iter().find_map(|form| {
            form.get("properties").and_then(|properties| properties.get(name)).or(form.get("additionalProperties"))
        });
        found.unwrap_or(&Value::Null)
    }

    fn element<'g>(&'g self, schema: &'g Value) -> &'g Value {
        self.forms(schema).into_iter().find_map(|form| form.get("items")).unwrap_or(&Value::Null)
    }
}

struct Printer<'a> {
    text: &'a str,
    grammar: &'a Grammar,
}

impl Printer<'_> {
    /// Prints a value whose line is indented by `indent` and holds `lead` columns before it.
    fn print(&self, node: &Node, schema: &Value, indent: usize, lead: usize) -> String {
        let inner = indent.saturating_add(STEP);
        let pad = " ".repeat(inner);
        let (open, close, items): (_, _, Vec<String>) = match &node.value {
            _ if self.fits(node, schema, lead) => return self.flat(node, schema),
            Json::Object(members) => {
                let items = self.sorted(members, schema).into_iter().map(|member| {
                    let name = self.name(member);
                    let lead = inner.saturating_add(name.chars().count()).saturating_add(2);
                    let schema = self.grammar.member(schema, &member.name);
                    format!("{pad}{name}: {}", self.print(&member.value, schema, inner, lead))
                });
                ('{', '}', items.collect())
            }
            Json::Array(elements) => {
                let schema = self.grammar.element(schema);
                let items =
                    elements.iter().map(|element| format!("{pad}{}", self.print(element, schema, inner, inner)));
                ('[', ']', items.collect())
            }
            _ => return self.flat(node, schema),
        };
        format!("{open}\n{}\n{}{close}", items.join(",\n"), " ".repeat(indent))
    }

    /// Whether a value goes on one line: there is room, and no prose is buried in it.
    fn fits(&self, node: &Node, schema: &Value, lead: usize) -> bool {
        let is_shallow = depth(node) <= 1 || !has_prose(node);
        is_shallow && lead.saturating_add(self.flat(node, schema).chars().count()).saturating_add(1) <= WIDTH
    }

    fn flat(&self, node: &Node, schema: &Value) -> String {
        match &node.value {
            Json::Object(members) => {
                let items = self.sorted(members, schema).into_iter().map(|member| {
                    let value = self.flat(&member.value, self.grammar.member(schema, &member.name));
                    format!("{}: {value}", self.name(member))
                });
                format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
            }
            Json::Array(elements) => {
                let schema = self.grammar.element(schema);
                let items = elements.iter().map(|element| self.flat(element, schema));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            // As it is written: a number or a string has several spellings, and none is better.
            _ => self.text.get(node.at.span.clone()).unwrap_or_default().to_owned(),
        }
    }

    fn name(&self, member: &Member) -> &str {
        self.text.get(member.name_at.span.clone()).unwrap_or_default()
    }

    fn sorted<'n>(&self, members: &'n [Member], schema: &Value) -> Vec<&'n Member> {
        let mut sorted: Vec<&Member> = members.iter().collect();
        sorted.sort_by_key(|member| self.grammar.rank(schema, &member.name));
        sorted
    }
}

/// Objects inside one another.
fn depth(node: &Node) -> usize {
    match &node.value {
        Json::Object(members) => {
            members.iter().map(|member| depth(&member.value)).max().unwrap_or_default().saturating_add(1)
        }
        Json::Array(elements) => elements.iter().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn has_prose(node: &Node) -> bool {
    match &node.value {
        Json::Object(members) => members.iter().any(|member| member.name == "description" || has_prose(&member.value)),
        Json::Array(elements) => elements.iter().any(has_prose),
        _ => false,
    }
}
