//! Files of a model without async code.

use std::io;
use std::io::{Read, Write};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{FilesError, FilesProgress, Found, ModelFiles};
use crate::blocking::wait;

/// All functions block the calling thread; see [`blocking`](crate::blocking). In async code they fail with
/// [`FilesError::Io`], and nothing is transferred.
impl ModelFiles {
    /// As [`find`](Self::find).
    ///
    /// # Errors
    ///
    /// As those of [`find`](Self::find).
    pub fn find_blocking(&self, path: &str) -> Result<Option<Found>, FilesError> {
        block_on(path, self.find(path))
    }

    /// As [`download`](Self::download).
    ///
    /// # Errors
    ///
    /// As those of [`download`](Self::download).
    pub fn download_blocking(&self, from: &str, to: impl AsRef<Path>) -> Result<FilesProgress, FilesError> {
        block_on(from, self.download(from, to))
    }

    /// As [`upload`](Self::upload).
    ///
    /// # Errors
    ///
    /// As those of [`upload`](Self::upload).
    pub fn upload_blocking(&self, from: impl AsRef<Path>, to: &str) -> Result<FilesProgress, FilesError> {
        block_on(to, self.upload(from, to))
    }

    /// As [`read`](Self::read), to a writer that blocks.
    ///
    /// # Errors
    ///
    /// As those of [`read`](Self::read).
    pub fn read_blocking(&self, path: &str, to: &mut (impl Write + Unpin + ?Sized)) -> Result<u64, FilesError> {
        block_on(path, self.read(path, &mut Blocking(to)))
    }

    /// As [`write`](Self::write), from a reader that blocks.
    ///
    /// # Errors
    ///
    /// As those of [`write`](Self::write).
    pub fn write_blocking(&self, path: &str, from: &mut (impl Read + Unpin + ?Sized)) -> Result<u64, FilesError> {
        block_on(path, self.write(path, &mut Blocking(from)))
    }
}

fn block_on<T>(path: &str, transfer: impl Future<Output = Result<T, FilesError>>) -> Result<T, FilesError> {
    wait(transfer).unwrap_or_else(|error| Err(FilesError::io(path, error.into())))
}

/// A reader or writer that blocks in a function that blocks anyway.
struct Blocking<'a, T: ?Sized>(&'a mut T);

impl<T: Read + ?Sized> AsyncRead for Blocking<'_, T> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = loop {
            match self.0.read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        buffer.advance(read.min(buffer.remaining()));
        Poll::Ready(Ok(()))
    }
}

impl<T: Write + ?Sized> AsyncWrite for Blocking<'_, T> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}
