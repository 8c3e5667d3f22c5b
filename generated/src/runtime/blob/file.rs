//! Blobs of files and readers.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::bytes::Blob;
use super::source::{Kind, Part, Pull, Source, Sourced};
use crate::runtime::error::Failure;

impl Blob {
    /// The bytes of a file, which are read while they are sent, and never in memory as a whole when they are sent over
    /// HTTP. Each attempt of a call reads the file from its start.
    ///
    /// The file has to keep its length until the call is made.
    ///
    /// ```no_run
    /// # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use decthings::Blob;
    /// use decthings::types::StateEntry;
    ///
    /// let weights = StateEntry::new("weights", Blob::from_file("weights.bin")?);
    /// client.model().upload_state("model-id", "trained elsewhere", [weights]).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such file, or it is a directory.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        Ok(Self::from_source(Source { len: metadata.len(), kind: Kind::File(path.to_owned()) }))
    }

    /// The bytes of a reader, which has to end after `len` of them. They are read while they are sent, as those of a
    /// [file](Self::from_file), but only once: a call that has begun to send them is not retried.
    pub fn from_reader(len: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_source(Source { len, kind: Kind::Reader(Mutex::new(Some(Box::pin(reader)))) })
    }

    /// The number of bytes, wherever they are.
    pub fn len(&self) -> u64 {
        match &self.source {
            Some(source) => source.len,
            None => u64::try_from(self.bytes.len()).unwrap_or(u64::MAX),
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, which are read into memory if they are not there yet.
    ///
    /// # Errors
    ///
    /// They cannot be read, or their number differs from [`len`](Self::len).
    pub async fn bytes(&self) -> io::Result<Bytes> {
        match self.sourced() {
            Some(sourced) => sourced.load().await.map_err(io_error),
            None => Ok(self.bytes.clone()),
        }
    }

    /// Writes the bytes to a writer, piece by piece, and flushes it.
    ///
    /// # Errors
    ///
    /// They cannot be read, their number differs from [`len`](Self::len), or they cannot be written.
    pub async fn write_to(&self, writer: &mut (impl AsyncWrite + Unpin + ?Sized)) -> io::Result<()> {
        match self.sourced() {
            Some(sourced) => {
                let mut pull = Pull::new(sourced);
                while let Some(piece) = std::future::poll_fn(|cx| pull.poll(cx)).await {
                    writer.write_all(&piece.map_err(io_error)?).await?;
                }
            }
            None => writer.write_all(&self.bytes).await?,
        }
        writer.flush().await
    }

    /// Saves the bytes as a file, in place of an existing one. Only a complete file gets the name.
    ///
    /// Bytes that were received into a file are not copied if this is the last clone and the path is in the same
    /// filesystem.
    ///
    /// # Errors
    ///
    /// They cannot be read, their number differs from [`len`](Self::len), or they cannot be written.
    pub async fn save_as(mut self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        // A rename to another filesystem fails; then the bytes are copied.
        if let Some(Kind::Part(part)) = self.source.as_mut().and_then(Arc::get_mut).map(|source| &source.kind)
            && tokio::fs::rename(part.path(), path).await.is_ok()
        {
            return Ok(());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (part, mut file) = Part::create(folder).await?;
        self.write_to(&mut file).await?;
        drop::<File>(file);
        part.rename(path).await
    }

    fn sourced(&self) -> Option<Sourced> {
        self.source.clone().map(|source| Sourced { source, path: "".into() })
    }
}

fn io_error(failure: Failure) -> io::Error {
    match failure {
        Failure::Io { message, source, .. } => io::Error::new(source.kind(), message),
        other => io::Error::other(other.explain()),
    }
}
