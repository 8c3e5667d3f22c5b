//! What the program prints.

mod attachments;
mod human;
mod query;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, ValueHint};
use decthings::runtime::{DynamicMessage, Value};

pub(crate) use self::human::cell as human_cell;
use self::query::Query;
use crate::failure::Failure;

/// How values are printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    /// For people: lines and tables.
    Table,
    /// Indented JSON.
    Json,
    /// One line of JSON for each value.
    Ndjson,
    /// A tensor as a `.npy` file.
    Npy,
}

/// The output that the command line asks for.
pub(crate) struct Output {
    pub(crate) format: Format,
    query: Option<Query>,
    /// The folder for the bytes of a response.
    pub(crate) save: Option<PathBuf>,
    /// Items that wait to be printed as one table.
    rows: Vec<DynamicMessage>,
    has_header: bool,
}

/// How many items make a table, when more may come.
const ROWS: usize = 100;

/// Adds the options of the output.
pub(crate) fn options(command: Command) -> Command {
    let arg = |name: &'static str| Arg::new(name).long(name).global(true).help_heading("Output");
    command
        .arg(
            arg("output")
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(["table", "json", "ndjson", "npy"]))
                .help("How to print the result: for people, as JSON, or a tensor as a file of NumPy"),
        )
        .arg(arg("query").value_name("FILTER").help("Print what a filter in the language of jq makes of the result"))
        .arg(
            arg("save")
                .value_name("DIR")
                .value_hint(ValueHint::DirPath)
                .help("Write the bytes of the response to files in a folder"),
        )
}

impl Output {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
        let format = match text("output") {
            Some("json") => Format::Json,
            Some("ndjson") => Format::Ndjson,
            Some("npy") => Format::Npy,
            _ => Format::Table,
        };
        if format == Format::Npy && io::stdout().is_terminal() {
            return Err(Failure::usage("--output npy writes bytes, which are not for a terminal; redirect them"));
        }
        let query = text("query").map(Query::new).transpose()?;
        Ok(Self { format, query, save: text("save").map(PathBuf::from), rows: Vec::new(), has_header: false })
    }

    /// Prints a result.
    pub(crate) async fn print(&self, mut message: DynamicMessage) -> Result<(), Failure> {
        if let Some(folder) = &self.save {
            attachments::save(&mut message, folder).await?;
        }
        if self.format == Format::Npy {
            let values = match &self.query {
                Some(query) => query.run(message.json)?,
                None => vec![message.json],
            };
            return write(&attachments::npy(&values, &message.attachments)?);
        }
        match &self.query {
            Some(query) => {
                let value = attachments::inline(message).await?;
                query.run(value)?.into_iter().try_for_each(|value| self.value(&value))
            }
            None if self.format == Format::Table => write(human::result(&message).as_bytes()),
            None => self.value(&attachments::inline(message).await?),
        }
    }

    /// Prints an item of a list. Those for people wait until there are enough for a table.
    pub(crate) async fn item(&mut self, message: DynamicMessage) -> Result<(), Failure> {
        if self.format != Format::Table || self.query.is_some() {
            let format = if self.format == Format::Json { Format::Ndjson } else { self.format };
            let query = self.query.take();
            let output = Self { format, query, save: self.save.clone(), rows: Vec::new(), has_header: true };
            let printed = output.print(message).await;
            self.query = output.query;
            return printed;
        }
        self.rows.push(message);
        if self.rows.len() >= ROWS { self.flush() } else { Ok(()) }
    }

    /// Prints the items that wait.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let table = human::table(&rows, !self.has_header);
        self.has_header = true;
        write(table.as_bytes())
    }

    /// Prints a value that has nothing beside it.
    pub(crate) fn value(&self, value: &Value) -> Result<(), Failure> {
        let mut text = match (self.format, value) {
            (Format::Json, _) => serde_json::to_string_pretty(value).map_err(io::Error::other)?,
            (Format::Table, Value::String(text)) => text.clone(),
            (Format::Table, Value::Object(_)) => {
                return write(human::result(&DynamicMessage::new(value.clone(), Vec::new())).as_bytes());
            }
            _ => value.to_string(),
        };
        text.push('\n');
        write(text.as_bytes())
    }
}

/// Writes to standard output.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    output.write_all(bytes)?;
    Ok(output.flush()?)
}

/// Writes a line to standard error, for people.
pub(crate) fn note(text: impl std::fmt::Display) {
    // There is nowhere else to report a failure.
    let _ = writeln!(io::stderr(), "{text}");
}
