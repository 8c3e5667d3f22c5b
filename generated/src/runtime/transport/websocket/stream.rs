//! The byte stream of a WebSocket, with or without TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A byte stream that counts signs of life from the server, so that a long message is one before it is complete.
pub(super) struct Stream {
    inner: Box<dyn Io>,
    /// Changes when bytes arrive, and when the server accepts bytes after a pending write.
    pub(super) activity: u64,
    write_pending: bool,
}

impl Stream {
    pub(super) fn new(inner: impl Io + 'static) -> Self {
        Self { inner: Box::new(inner), activity: 0, write_pending: false }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if buffer.filled().len() != before {
            self.activity = self.activity.wrapping_add(1);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        let was_pending = std::mem::replace(&mut self.write_pending, written.is_pending());
        if was_pending && written.is_ready() {
            self.activity = self.activity.wrapping_add(1);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
