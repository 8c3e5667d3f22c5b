//! An answer that is arriving, of which the blobs go to files.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use crate::runtime::blob::{Blob, Part, Source};
use crate::runtime::error::Failure;
use crate::varint;

/// How much is written at a time.
const CHUNK: usize = 256 << 10;

/// An answer that is arriving: its JSON first, then lengths and blobs by turns.
pub(super) struct Spool {
    folder: PathBuf,
    most: u64,
    /// The JSON with its length.
    head: Vec<u8>,
    /// A length of which the end has not arrived.
    length: Vec<u8>,
    state: State,
    files: Vec<Blob>,
}

enum State {
    Length { of_json: bool },
    Json { left: u64 },
    Blob(Arriving),
}

struct Arriving {
    part: Part,
    file: BufWriter<File>,
    len: u64,
    left: u64,
}

impl Spool {
    /// An answer to be written to this folder, with JSON of at most that many bytes.
    pub(super) fn new(folder: PathBuf, most: u64) -> Self {
        let (head, length, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { folder, most, head, length, state: State::Length { of_json: true }, files }
    }

    /// Takes the next piece.
    pub(super) async fn push(&mut self, mut piece: Bytes) -> Result<(), Failure> {
        while !piece.is_empty() {
            match &mut self.state {
                State::Length { of_json } => {
                    let of_json = *of_json;
                    self.length.extend_from_slice(&piece.split_to(1));
                    if let Some((len, _)) = varint::read(&self.length) {
                        self.begin(of_json, len).await?;
                    }
                }
                State::Json { left } => {
                    let json = piece.split_to(within(piece.len(), *left));
                    *left = left.saturating_sub(wide(json.len()));
                    self.head.extend_from_slice(&json);
                    if *left == 0 {
                        self.state = State::Length { of_json: false };
                    }
                }
                State::Blob(blob) => {
                    let data = piece.split_to(within(piece.len(), blob.left));
                    blob.left = blob.left.saturating_sub(wide(data.len()));
                    blob.file.write_all(&data).await.map_err(unwritten)?;
                    if blob.left == 0 {
                        self.end().await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The JSON in its frame, and the blobs.
    pub(super) fn finish(self) -> Result<(Bytes, Vec<Blob>), Failure> {
        let message = match &self.state {
            State::Length { of_json: true } if self.length.is_empty() => "the answer is empty".to_owned(),
            State::Length { .. } if self.length.is_empty() => return Ok((self.head.into(), self.files)),
            State::Length { .. } => "the frame ends inside a length".to_owned(),
            State::Json { left } => format!("the frame ends {left} bytes before the JSON does"),
            State::Blob(Arriving { len, left, .. }) => {
                let (index, arrived) = (self.files.len(), len.saturating_sub(*left));
                format!("blob {index} should have {len} bytes, and the frame ends after {arrived} of it")
            }
        };
        Err(Failure::decode("", message, ""))
    }

    async fn begin(&mut self, of_json: bool, len: u64) -> Result<(), Failure> {
        let length = std::mem::take(&mut self.length);
        if of_json {
            if len > self.most {
                let message = format!("its JSON is larger than {} bytes", self.most);
                return Err(Failure::decode("", message, ""));
            }
            self.head = length;
            self.state = if len > 0 { State::Json { left: len } } else { State::Length { of_json: false } };
            return Ok(());
        }
        // Each has a place in the JSON, so there are not more of them than it has bytes.
        if self.files.len() >= self.head.len() {
            return Err(Failure::decode("", "it has more blobs than its JSON can have places for", ""));
        }
        let (part, file) = Part::create(&self.folder).await.map_err(unwritten)?;
        self.state = State::Blob(Arriving { part, file: BufWriter::with_capacity(CHUNK, file), len, left: len });
        if len == 0 { self.end().await } else { Ok(()) }
    }

    async fn end(&mut self) -> Result<(), Failure> {
        if let State::Blob(mut blob) = std::mem::replace(&mut self.state, State::Length { of_json: false }) {
            blob.file.flush().await.map_err(unwritten)?;
            self.files.push(Blob::from_source(Source::part(blob.part, blob.len)));
        }
        Ok(())
    }
}

fn within(len: usize, most: u64) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX).min(len)
}

fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn unwritten(error: io::Error) -> Failure {
    let message = format!("the answer could not be written to a file: {error}");
    Failure::Io { path: String::new(), message, source: error }
}
