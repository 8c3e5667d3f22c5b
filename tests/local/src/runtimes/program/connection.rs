//! The connection to a program: reads what it sends, and writes commands and data.

use std::sync::Arc;

use tokio::io::{AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::calls::Calls;
use super::data::Selection;
use super::frame::{self, Frame};
use super::message::{self, Command, DataEvent, Message};

/// The messages that wait for a program to read. Beyond them, what the program sends is not read either.
const QUEUE: usize = 64;

/// How much data is written at once, in bytes, about.
const WRITE_BYTES: usize = 1 << 18;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 1 << 16;

/// A message to a program.
pub(super) enum Outgoing {
    Command(Vec<u8>),
    Data { request: u32, elements: Selection },
}

/// The end of a connection at which commands are sent.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) calls: Arc<Calls>,
    sender: Sender<Outgoing>,
    max_bytes: u64,
}

impl Connection {
    /// A connection that is to be [driven](Self::drive) when the program has connected.
    pub(super) fn new(max_bytes: u64) -> (Self, Receiver<Outgoing>) {
        let (sender, receiver) = channel(QUEUE);
        (Self { calls: Calls::new(max_bytes), sender, max_bytes }, receiver)
    }

    /// Sends a command. A closed connection means that the program has ended, which others report.
    pub(super) async fn send(&self, command: &Command<'_>) {
        // The types of commands have no maps with other keys than strings, which alone would fail.
        if let Ok(json) = serde_json::to_vec(command) {
            let _ = self.sender.send(Outgoing::Command(frame::command(&json))).await;
        }
    }

    /// Reads and writes until the program closes the connection.
    ///
    /// # Errors
    /// How the program has broken the protocol.
    pub(super) async fn drive(&self, stream: UnixStream, outgoing: Receiver<Outgoing>) -> Result<(), String> {
        let (reader, writer) = stream.into_split();
        let reading = self.read_all(BufReader::with_capacity(READ_BYTES, reader));
        let writing = write_all(writer, outgoing);
        tokio::pin!(reading, writing);
        tokio::select! {
            result = &mut reading => result,
            // A program that does not read any more may still have something to report.
            result = &mut writing => match result {
                Ok(()) => reading.await,
                failed => failed,
            },
        }
    }

    async fn read_all(&self, mut from: impl tokio::io::AsyncRead + Unpin) -> Result<(), String> {
        while let Some(frame) = frame::read(&mut from, self.max_bytes).await? {
            match frame {
                Frame::Message { json, blobs } => match message::parse(&json)? {
                    Message::Answer(answer) => self.calls.complete(answer, blobs)?,
                    Message::Event(event) => self.calls.report(event, blobs)?,
                },
                Frame::Data { json } => match message::parse_data_event(&json)? {
                    DataEvent::RequestData { request_id, dataset, start_index, amount } => {
                        let elements = self.calls.select(&dataset, start_index, amount)?;
                        let _ = self.sender.send(Outgoing::Data { request: request_id, elements }).await;
                    }
                    DataEvent::Shuffle { datasets } => self.calls.shuffle(&datasets)?,
                },
            }
        }
        Ok(())
    }
}

/// Writes until the program stops reading.
async fn write_all(mut to: impl AsyncWrite + Unpin, mut outgoing: Receiver<Outgoing>) -> Result<(), String> {
    while let Some(message) = outgoing.recv().await {
        let written = match message {
            Outgoing::Command(bytes) => to.write_all(&bytes).await,
            Outgoing::Data { request, elements } => {
                let mut buffer = frame::data_header(request, elements.count());
                for element in elements.read() {
                    let element = element.map_err(|error| format!("data could not be read: {error}"))?;
                    frame::put_element(&mut buffer, &element);
                    if buffer.len() >= WRITE_BYTES {
                        if to.write_all(&buffer).await.is_err() {
                            return Ok(());
                        }
                        buffer.clear();
                    }
                }
                to.write_all(&buffer).await
            }
        };
        if written.is_err() {
            break;
        }
    }
    Ok(())
}
