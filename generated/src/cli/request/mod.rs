//! Requests from the command line.

mod source;
mod value;

use std::io::Read as _;

use clap::ArgMatches;
use decthings::runtime::{DynamicMessage, DynamicOperation, Value};
use serde_json::Map;

pub(crate) use self::source::Attached;
use self::source::Sources;
pub(crate) use self::value::pair;
use crate::failure::Failure;
use crate::tree::{Parameter, parameters};

/// A request, and where its bytes and tensors come from.
pub(crate) struct Request {
    pub(crate) message: DynamicMessage,
    pub(crate) attached: Vec<Attached>,
}

/// Reads the parameters of a method. Options override members of the JSON of `--input`.
pub(crate) fn read(matches: &ArgMatches, operation: &DynamicOperation) -> Result<Request, Failure> {
    let mut sources = Sources::default();
    let mut request = match matches.try_get_one::<String>("input").ok().flatten() {
        Some(path) => input(path, &mut sources).map_err(|failure| failure.within("--input"))?,
        None => Map::new(),
    };
    for parameter in parameters(operation) {
        let Some(texts) = matches.get_many::<String>(&parameter.id()) else { continue };
        let texts: Vec<&str> = texts.map(String::as_str).collect();
        let value = value::read(parameter.ty, &texts, &mut sources);
        let value = value.map_err(|failure| failure.within(format!("--{}", parameter.long())))?;
        set(&mut request, &parameter, value)?;
    }
    let (attachments, attached) = sources.finish();
    Ok(Request { message: DynamicMessage::new(Value::Object(request), attachments), attached })
}

/// The whole request as JSON, from a file or from standard input.
fn input(path: &str, sources: &mut Sources) -> Result<Map<String, Value>, Failure> {
    let text = if path == "-" {
        let mut text = Vec::new();
        std::io::stdin().lock().read_to_end(&mut text)?;
        text
    } else {
        std::fs::read(path).map_err(|error| Failure::usage(format!("cannot read `{path}`: {error}")))?
    };
    match sources.json(&text)? {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(Map::new()),
        _ => Err(Failure::usage("expected a JSON object")),
    }
}

/// Sets a parameter, or a member of one, for which the objects around it are made.
fn set(request: &mut Map<String, Value>, parameter: &Parameter, value: Value) -> Result<(), Failure> {
    let Some((last, outer)) = parameter.path.split_last() else { return Ok(()) };
    let mut members = request;
    for name in outer {
        let object = members.entry(*name).or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = object else {
            let reason = format!("`{name}` was given as something else than an object, so it has no member");
            return Err(Failure::usage(reason).within(format!("--{}", parameter.long())));
        };
        members = inner;
    }
    members.insert((*last).to_owned(), value);
    Ok(())
}
