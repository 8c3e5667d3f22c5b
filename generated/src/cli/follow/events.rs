//! Events of sessions.
//!
//! The description says which events have bytes. Those are the output of a session; that of an event named `stderr` goes to
//! standard error, as the description has no other word for it.

use std::io::{self, Write as _};

use decthings::runtime::{Channel, DynamicCall, DynamicOperation, Value};
use decthings::{Blob, Client, EndReason, RawEvent, Update};
use serde_json::{Map, json};

use super::stdio::Stdio;
use super::work::member;
use crate::failure::{Failure, Kind};
use crate::output::{self, Format, Output, human_cell};

/// Subscribes, and prints the events until the session ends. With `stdio`, the session has our standard input, too.
pub(crate) async fn events(
    client: &Client,
    operation: &DynamicOperation,
    call: DynamicCall,
    output: &Output,
    is_stdio: bool,
) -> Result<(), Failure> {
    let Some(info) = operation.events() else { return Err(Failure::usage("the method has no events")) };
    let channel = info.channel;
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let mut subscription = tokio::select! {
        subscription = call.subscribe() => subscription?,
        _ = &mut interrupted => return Err(Failure::silent(Kind::Interrupted)),
    };
    output::note(format!("{} {}", channel.id, subscription.id()));
    let mut stdio = if is_stdio { Some(Stdio::open(client, channel, subscription.id())?) } else { None };
    let mut code = None;
    loop {
        let update = tokio::select! {
            update = subscription.next() => update,
            result = forward(&mut stdio) => {
                result?;
                continue;
            }
            _ = &mut interrupted => return Err(Failure::silent(Kind::Interrupted)),
        };
        match update {
            Some(Update::Event(event)) => {
                print(channel, &event, output, is_stdio)?;
                if channel.kind(event.name()).is_some_and(|kind| kind.ends) {
                    code = event.json().ok().and_then(|json| exit_code(&json));
                }
            }
            Some(Update::Ended(reason)) => return Err(ended(&reason)),
            Some(Update::Malformed(error)) => output::note(error),
            Some(Update::Lagged(count)) => {
                output::note(format!("{count} events were dropped, as they were not read in time"))
            }
            Some(Update::Disconnected { message, .. }) => output::note(format!("the connection was lost: {message}")),
            Some(Update::Gap) => output::note("connected again; events may be missing"),
            Some(_) => {}
            None => break,
        }
    }
    // The guard of the terminal puts its mode back.
    drop(stdio);
    match code {
        None | Some(0) => Ok(()),
        Some(code) => Err(Failure::silent(Kind::Program(code))),
    }
}

async fn forward(stdio: &mut Option<Stdio>) -> Result<(), Failure> {
    match stdio {
        Some(stdio) => stdio.forward().await,
        None => std::future::pending().await,
    }
}

fn ended(reason: &EndReason) -> Failure {
    let kind = match reason {
        EndReason::Rejected(_) => Kind::Rejected,
        EndReason::ConnectionLost { .. } => Kind::NotReached,
        _ => Kind::Other,
    };
    Failure::new(kind, reason)
}

/// The exit code of the program that has ended, if the event has one.
fn exit_code(event: &Value) -> Option<u8> {
    let code = member(event, "exitCode")?.as_i64()?;
    Some(u8::try_from(code).unwrap_or(u8::MAX))
}

fn print(channel: &Channel, event: &RawEvent, output: &Output, is_stdio: bool) -> Result<(), Failure> {
    let bytes_of = channel.kind(event.name()).and_then(|kind| kind.bytes);
    if bytes_of.is_some() && (is_stdio || output.format == Format::Table) {
        for bytes in event.blobs() {
            if event.name() == "stderr" {
                let mut errors = io::stderr().lock();
                errors.write_all(&bytes)?;
                errors.flush()?;
            } else {
                output::write(&bytes)?;
            }
        }
        return Ok(());
    }
    if is_stdio {
        return Ok(());
    }
    let params = event.json().map_err(|error| Failure::new(Kind::Other, error))?;
    let mut line = Map::new();
    line.insert("event".to_owned(), event.name().into());
    if let Value::Object(members) = params {
        line.extend(members.into_iter().filter(|(name, _)| output.format != Format::Table || name != channel.id));
    }
    if let (Some(member), Some(bytes)) = (bytes_of, event.blobs().next()) {
        line.insert(member.to_owned(), json!(Blob::from(bytes)));
    }
    if output.format == Format::Table {
        let text = human_cell("", &Value::Object(line), &[]);
        return output::write(format!("{text}\n").as_bytes());
    }
    let line = serde_json::to_string(&line).map_err(io::Error::other)?;
    output::write(format!("{line}\n").as_bytes())
}
