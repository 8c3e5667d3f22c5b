//! The byte stream of a WebSocket.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use reqwest::Upgraded;
use tokio::io::{AsyncBufRead as _, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use super::fragments::Fragmenter;

/// The size of the read buffer.
const BUFFER: usize = 32 << 10;

/// A byte stream whose incoming frames are cut into fragments. It counts signs of life from the server, so that a long
/// message is one before it is complete.
pub(super) struct Stream {
    inner: BufReader<Upgraded>,
    fragmenter: Fragmenter,
    /// Changes when bytes arrive, and when the server accepts bytes after a pending write.
    pub(super) activity: u64,
    write_pending: bool,
}

impl Stream {
    /// Reading fails at the beginning of a message of more than `max_message_bytes`.
    pub(super) fn new(inner: Upgraded, max_message_bytes: usize) -> Self {
        let inner = BufReader::with_capacity(BUFFER, inner);
        Self { inner, fragmenter: Fragmenter::new(max_message_bytes), activity: 0, write_pending: false }
    }

    fn written(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let was_pending = std::mem::replace(&mut self.write_pending, written.is_pending());
        if was_pending && written.is_ready() {
            self.activity = self.activity.wrapping_add(1);
        }
        written
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { inner, fragmenter, activity, .. } = self.get_mut();
        let before = buffer.filled().len();
        // What the last call had no room for.
        fragmenter.transfer(&mut [].as_slice(), buffer)?;
        while buffer.filled().len() == before {
            let bytes = ready!(Pin::new(&mut *inner).poll_fill_buf(cx))?;
            if bytes.is_empty() {
                let end = io::Error::new(io::ErrorKind::UnexpectedEof, "it ended within a message");
                return Poll::Ready(if fragmenter.is_between_frames() { Ok(()) } else { Err(end) });
            }
            let mut rest = bytes;
            let transferred = fragmenter.transfer(&mut rest, buffer);
            let count = bytes.len().saturating_sub(rest.len());
            Pin::new(&mut *inner).consume(count);
            *activity = activity.wrapping_add(1);
            transferred?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bytes);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
