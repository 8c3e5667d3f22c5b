//! Standard input of sessions.
//!
//! The description has no word for the method that writes to a session, nor for the one that resizes it. They follow from
//! the parameters: besides the session's id, the one requires bytes alone, and the other an object with `cols` and `rows`.

use std::io::{IsTerminal as _, Read as _};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode, size};
use decthings::runtime::describe::{FieldInfo, ValueType};
use decthings::runtime::{Channel, DynamicMessage, DynamicOperation, Value};
use decthings::{Blob, Client};
use serde_json::{Map, json};
use tokio::sync::mpsc;

use crate::failure::Failure;
use crate::tree;

/// How much of standard input is read at a time.
const CHUNK: usize = 8 << 10;

/// Our standard input, connected with a session.
pub(super) struct Stdio {
    client: Client,
    id: (&'static str, String),
    write: (&'static DynamicOperation, &'static FieldInfo),
    resize: Option<(&'static DynamicOperation, &'static FieldInfo)>,
    input: mpsc::Receiver<Vec<u8>>,
    resized: Resized,
    has_ended: bool,
    _raw: Option<RawMode>,
}

impl Stdio {
    pub(super) fn open(client: &Client, channel: &Channel, id: &str) -> Result<Self, Failure> {
        let write = concerning(channel, |ty| matches!(ty, ValueType::Bytes));
        let Some(write) = write else {
            return Err(Failure::usage("--stdio: nothing can be written to the session; use --follow"));
        };
        let resize = concerning(channel, is_size);
        // Only a session with a size is a terminal.
        let raw = (resize.is_some() && std::io::stdin().is_terminal()).then(RawMode::enter).transpose()?;
        Ok(Self {
            client: client.clone(),
            id: (channel.id, id.to_owned()),
            write,
            resize,
            input: read_input(),
            resized: Resized::new(raw.is_some())?,
            has_ended: false,
            _raw: raw,
        })
    }

    /// Forwards the next input, or the next size of the terminal.
    pub(super) async fn forward(&mut self) -> Result<(), Failure> {
        tokio::select! {
            chunk = self.input.recv(), if !self.has_ended => match chunk {
                Some(bytes) => self.call(self.write, json!({"$attachment": 0}), Some(bytes.into())).await,
                None => {
                    self.has_ended = true;
                    Ok(())
                }
            },
            () = self.resized.wait() => match (self.resize, size()) {
                (Some(resize), Ok((cols, rows))) => self.call(resize, json!({"cols": cols, "rows": rows}), None).await,
                _ => Ok(()),
            },
        }
    }

    async fn call(
        &self,
        (operation, field): (&'static DynamicOperation, &'static FieldInfo),
        value: Value,
        bytes: Option<Blob>,
    ) -> Result<(), Failure> {
        let mut params = Map::new();
        params.insert(self.id.0.to_owned(), self.id.1.clone().into());
        params.insert(field.name.to_owned(), value);
        let attachments = bytes.into_iter().map(Into::into).collect();
        operation.prepare(&self.client, DynamicMessage::new(params.into(), attachments))?.send().await?;
        Ok(())
    }
}

/// The method of a session whose only other required parameter has such a type.
fn concerning(
    channel: &Channel,
    is_wanted: impl Fn(ValueType) -> bool,
) -> Option<(&'static DynamicOperation, &'static FieldInfo)> {
    let service = tree::revision::services().iter().find(|service| service.name == channel.service)?;
    service.methods.iter().find_map(|operation| {
        let required = || operation.params().iter().filter(|field| field.required);
        let mut others = required().filter(|field| field.name != channel.id);
        let other = others.next().filter(|_| required().any(|field| field.name == channel.id))?;
        (others.next().is_none() && is_wanted(other.ty)).then_some((operation, other))
    })
}

fn is_size(ty: ValueType) -> bool {
    let ValueType::Named(describe) = ty else { return false };
    let names: Vec<&str> = describe().fields().iter().map(|field| field.name).collect();
    names == ["cols", "rows"]
}

/// Reads standard input on a thread of its own, as a read blocks.
fn read_input() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut buffer = vec![0; CHUNK];
        let mut input = std::io::stdin().lock();
        while let Ok(count) = input.read(&mut buffer) {
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            if sender.blocking_send(bytes.to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The raw mode of the terminal, which ends with this value, also during a panic.
struct RawMode;

impl RawMode {
    fn enter() -> std::io::Result<Self> {
        enable_raw_mode().map(|()| Self)
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// Reports each size of the terminal, beginning with the present one.
struct Resized {
    is_first: bool,
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Resized {
    fn new(is_terminal: bool) -> std::io::Result<Self> {
        #[cfg(unix)]
        let signal = is_terminal.then(|| tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change()));
        Ok(Self {
            is_first: is_terminal,
            #[cfg(unix)]
            signal: signal.transpose()?,
        })
    }

    async fn wait(&mut self) {
        if std::mem::take(&mut self.is_first) {
            return;
        }
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
