//! Events of the service `Terminal`.

#![expect(dead_code, reason = "values are read so that reading them is measured")]

use anyhow::{Result, ensure};
use bytes::{Buf, Bytes};
use serde::Deserialize;

use super::{read_json, take_sized};

#[derive(Deserialize)]
#[serde(tag = "event", content = "params", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    Data {
        terminal_session_id: String,
        #[serde(skip)]
        data: Bytes,
    },
    Exit {
        terminal_session_id: String,
        reason: Option<TerminatedReason>,
    },
}

#[derive(Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TerminatedReason {
    TerminatedOnRequest,
    LauncherTerminated,
    InactiveTimeout,
    Unknown,
    ProcessExit { exit_code: Option<i32>, signal: Option<String>, oom: bool },
}

/// Reads a message of the server; there is no event in a response.
pub fn read_event(mut message: Bytes) -> Result<Option<Event>> {
    if message.try_get_u8()? == 0 {
        return Ok(None);
    }
    let service = usize::from(message.try_get_u8()?);
    ensure!(message.get(..service) == Some(b"Terminal"), "an event of another service");
    message.advance(service);
    let mut event = read_json(&take_sized(&mut message)?)?;
    if let Event::Data { data, .. } = &mut event {
        *data = take_sized(&mut message)?;
    }
    Ok(Some(event))
}
