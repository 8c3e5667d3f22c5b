//! Sources of bytes that are not in memory.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::{fmt, fs, io};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use crate::runtime::error::Failure;

/// The number of bytes that are read at a time.
const CHUNK: usize = 256 << 10;
/// The largest buffer that is allocated before anything has been read.
const MAX_PREALLOCATION: usize = 16 << 20;

type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// A source of bytes.
pub(crate) struct Source {
    pub(super) len: u64,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// A file of the user, which is opened each time.
    File(PathBuf),
    /// A temporary file, which is removed with the last clone.
    Part(Part),
    /// A reader, until it is used.
    Reader(Mutex<Option<Reader>>),
}

impl Source {
    pub(crate) fn part(part: Part, len: u64) -> Self {
        Self { len, kind: Kind::Part(part) }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether it is a reader that was used already.
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
                reader.ok_or_else(|| io::Error::other("the reader was used by an earlier attempt"))
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} bytes)", self.len)
    }
}

/// A source that is the value of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Sourced {
    pub(crate) source: Arc<Source>,
    /// The path of the parameter.
    pub(crate) path: Arc<str>,
}

impl Sourced {
    /// Reads all bytes into memory.
    pub(crate) async fn load(&self) -> Result<Bytes, Failure> {
        let len = usize::try_from(self.source.len).unwrap_or(usize::MAX);
        let mut whole = Vec::with_capacity(len.min(MAX_PREALLOCATION));
        let mut pull = Pull::new(self.clone());
        while let Some(piece) = poll_fn(|cx| pull.poll(cx)).await {
            whole.extend_from_slice(&piece?);
        }
        Ok(whole.into())
    }
}

/// Reads a source that has to have exactly its announced length.
pub(crate) struct Pull {
    sourced: Sourced,
    state: State,
    left: u64,
    memory: BytesMut,
    /// The last bytes. They are held back until the source has ended: the receiver acts on a complete request.
    last: Bytes,
}

enum State {
    Opening(BoxFuture<'static, io::Result<Reader>>),
    Reading(Reader),
    Done,
}

impl Pull {
    pub(crate) fn new(sourced: Sourced) -> Self {
        let (source, left) = (sourced.source.clone(), sourced.source.len);
        let state = State::Opening(Box::pin(source.open()));
        Self { sourced, state, left, memory: BytesMut::new(), last: Bytes::new() }
    }

    /// The next bytes; `None` at the end.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        let whole = self.sourced.source.len;
        loop {
            let read = match &mut self.state {
                State::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(reader) => {
                        self.state = State::Reading(reader);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                State::Reading(reader) => ready!(read(reader, &mut self.memory, self.left, cx)),
                State::Done => return Poll::Ready(None),
            };
            let (kind, message) = match read {
                Ok(bytes) if bytes.is_empty() && self.left == 0 => {
                    self.state = State::Done;
                    let last = std::mem::take(&mut self.last);
                    return Poll::Ready((!last.is_empty()).then_some(Ok(last)));
                }
                Ok(bytes) if bytes.is_empty() => {
                    let read = whole.saturating_sub(self.left);
                    (io::ErrorKind::UnexpectedEof, format!("expected {whole} bytes, but the source ended after {read}"))
                }
                Ok(_) if self.left == 0 => {
                    (io::ErrorKind::InvalidData, format!("expected {whole} bytes, but the source is longer"))
                }
                Ok(bytes) => {
                    self.left = self.left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                    if self.left > 0 {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    self.last = bytes;
                    continue;
                }
                Err(error) => return self.fail(format!("could not be read: {error}"), error),
            };
            return self.fail(message, io::Error::from(kind));
        }
    }

    fn fail(&mut self, message: String, source: io::Error) -> Poll<Option<Result<Bytes, Failure>>> {
        self.state = State::Done;
        Poll::Ready(Some(Err(Failure::Io { path: self.sourced.path.to_string(), message, source })))
    }
}

/// Reads the next bytes, of which `left` are expected; none at the end.
fn read(reader: &mut Reader, memory: &mut BytesMut, left: u64, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    // Behind the expected bytes, one more shows that the source is too long.
    let most = usize::try_from(left).unwrap_or(CHUNK).clamp(1, CHUNK);
    if memory.is_empty() {
        *memory = BytesMut::zeroed(most);
    }
    let room = most.min(memory.len());
    let mut buffer = ReadBuf::new(memory.get_mut(..room).unwrap_or_default());
    ready!(reader.as_mut().poll_read(cx, &mut buffer))?;
    let len = buffer.filled().len();
    Poll::Ready(Ok(memory.split_to(len).freeze()))
}

/// A file under a temporary name, which is removed on drop.
#[derive(Debug)]
pub(crate) struct Part(PathBuf);

impl Part {
    /// Creates a file in a folder, open for writing.
    pub(crate) async fn create(folder: &Path) -> io::Result<(Self, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".decthings-{}-{number}.part", std::process::id()));
            // A process with the same id that was killed may have left a file with this name.
            match File::options().write(true).create_new(true).open(&path).await {
                Ok(file) => return Ok((Self(path), file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Renames the file, in place of one that has the name.
    pub(crate) async fn rename(self, to: &Path) -> io::Result<()> {
        tokio::fs::rename(&self.0, to).await
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // The file is not there if it was renamed.
        let _ = fs::remove_file(&self.0);
    }
}
