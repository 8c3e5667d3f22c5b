//! Results for people: lines and tables.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::{Duration, UNIX_EPOCH};

use comfy_table::{ContentArrangement, Table, presets};
use decthings::runtime::{Attachment, DynamicMessage, Value};
use decthings::tensor::notation;
use decthings::{Blob, Tensor};
use indicatif::BinaryBytes;

use super::attachments::reference;

/// The longest text of a cell.
const MAX_CELL: usize = 60;
/// How many elements of a tensor and bytes of a blob are shown.
const PREVIEW: usize = 8;

/// A result: its members as lines, and its lists of objects as tables.
pub(super) fn result(message: &DynamicMessage) -> String {
    let mut lines = Vec::new();
    let mut tables = Vec::new();
    members("", &message.json, &message.attachments, &mut lines, &mut tables);
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, value) in &lines {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:width$}  {value}");
    }
    for (name, rows) in &tables {
        if lines.len().saturating_add(tables.len()) > 1 {
            let _ = writeln!(text, "{}{name}:", if text.is_empty() { "" } else { "\n" });
        }
        text.push_str(&table_of(rows, &message.attachments, true));
    }
    text
}

type Lines = Vec<(String, String)>;
type Tables<'a> = Vec<(String, Vec<&'a Value>)>;

fn members<'a>(path: &str, value: &'a Value, attachments: &[Attachment], lines: &mut Lines, tables: &mut Tables<'a>) {
    match value {
        Value::Object(object) if reference(value).is_none() && !is_tensor(value) => {
            for (name, member) in object {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                members(&inner, member, attachments, lines, tables);
            }
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(is_row) => {
            tables.push((path.to_owned(), items.iter().collect()));
        }
        _ => {
            let name = path.rsplit('.').next().unwrap_or_default();
            lines.push((path.to_owned(), cell(name, value, attachments)));
        }
    }
}

fn is_row(value: &Value) -> bool {
    value.is_object() && reference(value).is_none() && !is_tensor(value)
}

fn is_tensor(value: &Value) -> bool {
    value.get("type").is_some() && value.get("shape").is_some() && value.get("data").is_some()
}

/// Items of a list as rows.
pub(super) fn table(rows: &[DynamicMessage], header: bool) -> String {
    // Each has attachments of its own, so the cells are made one by one.
    let columns = columns(rows.iter().map(|row| &row.json));
    let cells = rows.iter().map(|row| cells(&columns, &row.json, &row.attachments)).collect();
    layout(&columns, cells, header)
}

fn table_of(rows: &[&Value], attachments: &[Attachment], header: bool) -> String {
    let columns = columns(rows.iter().copied());
    let cells = rows.iter().map(|row| cells(&columns, row, attachments)).collect();
    layout(&columns, cells, header)
}

fn columns<'a>(rows: impl Iterator<Item = &'a Value>) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for name in rows.filter_map(Value::as_object).flat_map(|row| row.keys()) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    columns
}

fn cells(columns: &[&str], row: &Value, attachments: &[Attachment]) -> Vec<String> {
    if columns.is_empty() {
        return vec![cell("", row, attachments)];
    }
    let text = |name: &&str| row.get(name).map(|value| shorten(&cell(name, value, attachments))).unwrap_or_default();
    columns.iter().map(text).collect()
}

fn layout(columns: &[&str], rows: Vec<Vec<String>>, header: bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if header && !columns.is_empty() {
        table.set_header(columns);
    }
    table.add_rows(rows);
    let width = width();
    let mut text = String::new();
    for line in table.lines() {
        let line = line.trim_end().strip_prefix(' ').unwrap_or(line.trim_end());
        text.push_str(&console::truncate_str(line, width, "…"));
        text.push('\n');
    }
    text
}

/// The width of a terminal, to which rows are cut; what is not for a terminal is printed as a whole.
fn width() -> usize {
    let columns = std::io::stdout().is_terminal().then(crossterm::terminal::size).and_then(Result::ok);
    columns.map_or(usize::MAX, |(columns, _)| usize::from(columns))
}

/// A value in one line. Its name may say what it is: a size, or a time.
pub(crate) fn cell(name: &str, value: &Value, attachments: &[Attachment]) -> String {
    if let Some(index) = reference(value) {
        return match attachments.get(index) {
            Some(Attachment::Tensor(tensor)) => self::tensor(tensor),
            Some(Attachment::Blob(blob)) => self::blob(blob),
            _ => String::new(),
        };
    }
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => {
            text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
        }
        Value::Number(number) => {
            number.as_u64().and_then(|number| quantity(name, number)).unwrap_or(number.to_string())
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() && reference(item).is_none()) => {
            let names: Option<Vec<String>> =
                items.iter().map(|item| Some(item.get("name")?.as_str()?.to_owned())).collect();
            let whole = || items.iter().map(|item| cell(name, item, attachments)).collect::<Vec<_>>();
            names.map_or_else(|| whole().join("; "), |names| names.join(", "))
        }
        Value::Array(items) => items.iter().map(|item| cell(name, item, attachments)).collect::<Vec<_>>().join(", "),
        Value::Object(_) if is_tensor(value) => match notation::from_value(value.clone()) {
            Ok(tensor) => self::tensor(&tensor),
            Err(_) => value.to_string(),
        },
        Value::Object(object) => {
            let parts = object.iter().map(|(name, value)| format!("{name} {}", cell(name, value, attachments)));
            parts.collect::<Vec<_>>().join(", ")
        }
        Value::Bool(is_so) => is_so.to_string(),
    }
}

/// A number with its unit. All times of the API are milliseconds since the Unix epoch.
fn quantity(name: &str, number: u64) -> Option<String> {
    if name.ends_with("At") || name == "timestamp" {
        let time = UNIX_EPOCH.checked_add(Duration::from_millis(number))?;
        // The formatter accepts four digits of a year.
        return (number < 253_402_300_800_000).then(|| httpdate::fmt_http_date(time));
    }
    let is_size = name.ends_with("Bytes") || name == "bytes" || name.ends_with("Size") || name == "size";
    is_size.then(|| bytes(number))
}

/// A number of bytes for people.
fn bytes(number: u64) -> String {
    BinaryBytes(number).to_string()
}

fn tensor(tensor: &Tensor) -> String {
    let mut text = format!("{} {:?}", tensor.dtype(), tensor.shape());
    let json = notation::to_value(&head(tensor));
    let data = json.get("data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for value in data.iter().take(PREVIEW) {
        let value = match value {
            Value::String(text) => shorten(text),
            Value::Object(media) => media.get("format").and_then(Value::as_str).unwrap_or_default().to_owned(),
            other => other.to_string(),
        };
        let _ = write!(text, " {value}");
    }
    if tensor.len() > PREVIEW {
        text.push_str(" …");
    }
    text
}

/// The first rows of a tensor, as far as that is a tensor: what is shown need not be converted as a whole.
fn head(tensor: &Tensor) -> Tensor {
    let mut first = tensor.clone();
    while first.rank() > 0 && first.len() > PREVIEW.saturating_mul(PREVIEW) {
        match first.rows().ok().and_then(|rows| rows.into_iter().next()) {
            Some(row) if first.rank() > 1 => first = row,
            _ => break,
        }
    }
    first
}

fn blob(blob: &Blob) -> String {
    let mut text = bytes(blob.len());
    let Ok(content) = blob.as_bytes() else { return text };
    let start = content.get(..content.len().min(PREVIEW.saturating_mul(4))).unwrap_or_default();
    match std::str::from_utf8(start) {
        Ok(start) if !start.chars().any(|character| character.is_control() && !character.is_whitespace()) => {
            let _ = write!(text, "  {start:?}");
        }
        _ => {
            text.push(' ');
            start.iter().take(PREVIEW).for_each(|byte| {
                let _ = write!(text, " {byte:02x}");
            });
        }
    }
    if content.len() > start.len() {
        text.push_str(" …");
    }
    text
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
