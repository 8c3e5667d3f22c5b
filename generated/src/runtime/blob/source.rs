//! Where bytes come from that are not in memory.

use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::{fmt, io};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use super::temp_file::Part;
use crate::runtime::error::Failure;
use crate::runtime::text::count;

/// How much is read at a time.
const CHUNK: usize = 256 << 10;
/// The most that is reserved before anything has been read.
const TRUSTED: usize = 16 << 20;

type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// Where bytes come from.
pub(crate) struct Source {
    pub(super) len: u64,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// A file of the user's, which is opened each time.
    File(PathBuf),
    /// A file of our own, which goes with the last one who knows of it.
    Part(Part),
    /// What can be read once.
    Reader(Mutex<Option<Reader>>),
}

impl Source {
    pub(crate) fn part(part: Part, len: u64) -> Self {
        Self { len, kind: Kind::Part(part) }
    }

    pub(super) fn reader(len: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        Self { len, kind: Kind::Reader(Mutex::new(Some(Box::pin(reader)))) }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether it was read, and cannot be read again.
    pub(crate) fn is_spent(&self) -> bool {
        match &self.kind {
            Kind::Reader(reader) => reader.lock().unwrap_or_else(PoisonError::into_inner).is_none(),
            _ => false,
        }
    }

    async fn open(self: Arc<Self>) -> io::Result<Reader> {
        match &self.kind {
            Kind::File(path) => Ok(Box::pin(File::open(path).await?)),
            Kind::Part(part) => Ok(Box::pin(File::open(part.path()).await?)),
            Kind::Reader(reader) => {
                let reader = reader.lock().unwrap_or_else(PoisonError::into_inner).take();
                reader.ok_or_else(|| io::Error::other("the reader was used up by an earlier attempt"))
            }
        }
    }
}

impl fmt::Debug for Source {
    /// Tells the length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} bytes)", self.len)
    }
}

/// Bytes from somewhere, as the value of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Sourced {
    pub(crate) source: Arc<Source>,
    /// The parameter.
    pub(crate) path: Arc<str>,
}

impl Sourced {
    /// All of it, in memory.
    pub(crate) async fn load(&self) -> Result<Bytes, Failure> {
        let most = usize::try_from(self.source.len).unwrap_or(usize::MAX);
        let mut whole = Vec::with_capacity(most.min(TRUSTED));
        let mut pull = Pull::new(self.clone());
        while let Some(piece) = poll_fn(|cx| pull.poll(cx)).await {
            whole.extend_from_slice(&piece?);
        }
        Ok(whole.into())
    }

    fn failure(&self, message: String, error: io::Error) -> Failure {
        Failure::Io { path: self.path.to_string(), message, source: error }
    }
}

/// A source that is being read, to exactly its announced length.
pub(crate) struct Pull {
    sourced: Sourced,
    state: State,
    left: u64,
    memory: BytesMut,
}

enum State {
    Opening(BoxFuture<'static, io::Result<Reader>>),
    Reading(Reader),
    /// The last bytes wait until it is certain that none follow: whoever has all of the bytes acts on them.
    Ending(Reader, Bytes),
    Done,
}

impl Pull {
    pub(crate) fn new(sourced: Sourced) -> Self {
        let (source, left) = (sourced.source.clone(), sourced.source.len);
        Self { sourced, state: State::Opening(Box::pin(source.open())), left, memory: BytesMut::new() }
    }

    /// The next bytes; none behind the last ones.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            let read = match &mut self.state {
                State::Opening(opening) => ready!(opening.as_mut().poll(cx)).map(|reader| {
                    let empty = self.left == 0;
                    self.state = if empty { State::Ending(reader, Bytes::new()) } else { State::Reading(reader) };
                    None
                }),
                State::Reading(reader) => {
                    if self.memory.is_empty() {
                        self.memory = BytesMut::zeroed(usize::try_from(self.left).unwrap_or(CHUNK).min(CHUNK));
                    }
                    ready!(read(reader, &mut self.memory, self.left, cx)).map(Some)
                }
                State::Ending(reader, last) => match ready!(read(reader, &mut BytesMut::zeroed(1), 1, cx)) {
                    Ok(more) if more.is_empty() => {
                        let last = std::mem::take(last);
                        self.state = State::Done;
                        return Poll::Ready((!last.is_empty()).then_some(Ok(last)));
                    }
                    Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "more bytes follow")),
                    Err(error) => Err(error),
                },
                State::Done => return Poll::Ready(None),
            };
            match read {
                Ok(None) => {}
                Ok(Some(bytes)) if bytes.is_empty() => {
                    return self.failed(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended early"));
                }
                Ok(Some(bytes)) => {
                    self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    if self.left > 0 {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    if let State::Reading(reader) = std::mem::replace(&mut self.state, State::Done) {
                        self.state = State::Ending(reader, bytes);
                    }
                }
                Err(error) => return self.failed(error),
            }
        }
    }

    fn failed(&mut self, error: io::Error) -> Poll<Option<Result<Bytes, Failure>>> {
        self.state = State::Done;
        let len = self.sourced.source.len;
        let message = match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                let read = len.saturating_sub(self.left);
                format!("it was to have {len} bytes, and ended after {read}")
            }
            io::ErrorKind::InvalidData => {
                let whole = count(usize::try_from(len).unwrap_or(usize::MAX), "byte");
                format!("it was to have {whole}, and is longer")
            }
            _ => format!("could not be read: {error}"),
        };
        Poll::Ready(Some(Err(self.sourced.failure(message, error))))
    }
}

/// Reads into memory, and takes off what was read: nothing at the end.
fn read(reader: &mut Reader, memory: &mut BytesMut, most: u64, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(memory.len());
    let room = memory.get_mut(..most).unwrap_or_default();
    let mut buffer = ReadBuf::new(room);
    ready!(reader.as_mut().poll_read(cx, &mut buffer))?;
    let len = buffer.filled().len();
    Poll::Ready(Ok(memory.split_to(len).freeze()))
}
