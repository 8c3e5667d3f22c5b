//! Blobs of files and readers.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::bytes::Blob;
use super::source::{Kind, Pull, Source, Sourced};
use super::temp_file::Part;
use crate::runtime::error::Failure;

impl Blob {
    /// The bytes of a file, which are read while they are sent, and never in memory as a whole when they travel over
    /// HTTP. Each attempt of a call reads the file anew.
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
    /// There is no such file, or it is a folder.
    pub fn from_file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
        }
        Ok(Self::elsewhere(Source { len: metadata.len(), kind: Kind::File(path.to_owned()) }))
    }

    /// That many bytes of a reader, which has to end behind them. They are read while they are sent, as those of a
    /// [file](Self::from_file), but only once: a call that has begun to send them is not tried again.
    pub fn from_reader(len: u64, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::elsewhere(Source::reader(len, reader))
    }

    /// The number of bytes, wherever they are.
    pub fn size(&self) -> u64 {
        match self.source() {
            Some(source) => source.len(),
            None => u64::try_from(self.as_bytes().len()).unwrap_or(u64::MAX),
        }
    }

    /// The bytes, read into memory unless they are there.
    ///
    /// # Errors
    ///
    /// They cannot be read, or are not as many as they should be.
    pub async fn load(&self) -> io::Result<Bytes> {
        match self.sourced() {
            Some(sourced) => sourced.load().await.map_err(io_error),
            None => Ok(self.clone().into_bytes()),
        }
    }

    /// Writes the bytes to a writer, of which only a piece is in memory at a time, and flushes it.
    ///
    /// # Errors
    ///
    /// They cannot be read, are not as many as they should be, or cannot be written.
    pub async fn write_to(&self, writer: &mut (impl AsyncWrite + Unpin + ?Sized)) -> io::Result<()> {
        match self.sourced() {
            Some(sourced) => {
                let mut pull = Pull::new(sourced);
                while let Some(piece) = std::future::poll_fn(|cx| pull.poll(cx)).await {
                    writer.write_all(&piece.map_err(io_error)?).await?;
                }
            }
            None => writer.write_all(self.as_bytes()).await?,
        }
        writer.flush().await
    }

    /// Makes a file of the bytes, in place of the one that has the name. It has the name only when it is complete.
    ///
    /// Bytes that came into a file are not copied, if this is the last clone and the name is in the same filesystem.
    ///
    /// # Errors
    ///
    /// They cannot be read, are not as many as they should be, or cannot be written.
    pub async fn save_as(self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let (bytes, mut source) = self.into_parts();
        // Another filesystem refuses a rename; then there is the part still to be copied.
        if let Some(Kind::Part(part)) = source.as_mut().and_then(Arc::get_mut).map(|source| &source.kind) {
            if tokio::fs::rename(part.path(), path).await.is_ok() {
                return Ok(());
            }
        }
        let blob = source.map_or_else(|| Self::from(bytes), Self::of_source);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (part, mut file) = Part::create(folder).await?;
        blob.write_to(&mut file).await?;
        drop::<File>(file);
        part.rename(path).await
    }

    fn sourced(&self) -> Option<Sourced> {
        self.source().map(|source| Sourced { source: source.clone(), path: "".into() })
    }
}

fn io_error(failure: Failure) -> io::Error {
    match failure {
        Failure::Io { message, source, .. } => io::Error::new(source.kind(), message),
        other => io::Error::other(other.explain()),
    }
}
