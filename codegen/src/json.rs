//! JSON with places: the definition's text as a tree in which every value knows its location.

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::diag::Diagnostic;
use crate::source::{Location, Source};

/// A JSON value and its location.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Location,
    pub(crate) value: Json,
}

/// A JSON value whose children are located.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    String(String),
    Array(Vec<Node>),
    /// Members in the order of the text, repeated names included.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) name_at: Location,
    pub(crate) value: Node,
}

/// Parses strict JSON; the first syntax error ends it.
pub(crate) fn parse(source: &Source) -> Result<Node, Diagnostic> {
    let text = source.text();
    // The located parser forgives more than JSON allows, so the grammar is checked on its own.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
        let offset = offset_of(text, error.line(), error.column());
        let at = Location { span: offset..offset.saturating_add(1), pointer: String::new() };
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default();
        return Err(Diagnostic::new(&at, format!("invalid JSON: {what}"), "fix the syntax; nothing else was checked"));
    }
    let syntax =
        |message: String| Diagnostic::new(&Location::default(), format!("invalid JSON: {message}"), "fix the syntax");
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| syntax(error.to_string()))?;
    parsed.value.map(|value| convert(value, String::new())).ok_or_else(|| syntax("the text is empty".into()))
}

fn convert(value: Value<'_>, pointer: String) -> Node {
    let at = Location { span: bytes(value.range()), pointer };
    let value = match value {
        Value::NullKeyword(_) => Json::Null,
        Value::BooleanLit(lit) => Json::Bool(lit.value),
        Value::NumberLit(lit) => serde_json::from_str(lit.value).map_or(Json::Null, Json::Number),
        Value::StringLit(lit) => Json::String(lit.value.into_owned()),
        Value::Array(array) => {
            let elements = array.elements.into_iter().enumerate();
            Json::Array(elements.map(|(index, element)| convert(element, format!("{}/{index}", at.pointer))).collect())
        }
        Value::Object(object) => {
            Json::Object(object.properties.into_iter().map(|property| member(property, &at.pointer)).collect())
        }
    };
    Node { at, value }
}

fn member(property: ObjectProp<'_>, parent: &str) -> Member {
    let span = bytes(property.name.range());
    let name = property.name.into_string();
    let pointer = format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"));
    let value = convert(property.value, pointer.clone());
    Member { name, name_at: Location { span, pointer }, value }
}

fn bytes(range: Range) -> std::ops::Range<usize> {
    range.start..range.end
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let offset = start.saturating_add(column.saturating_sub(1)).min(text.len());
    (0..=offset).rev().find(|candidate| text.is_char_boundary(*candidate)).unwrap_or_default()
}
