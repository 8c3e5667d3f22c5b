//! Bytes to and from the other side, with or without TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes to and from the other side.
pub(super) struct Stream {
    inner: Inner,
    signs: u64,
    /// Whether the last write had to wait until the other side took something.
    full: bool,
}

enum Inner {
    Plain(TcpStream),
    #[cfg(feature = "rustls")]
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

impl Stream {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self { inner: Inner::Plain(stream), signs: 0, full: false }
    }

    #[cfg(feature = "rustls")]
    pub(super) fn tls(stream: tokio_rustls::client::TlsStream<TcpStream>) -> Self {
        Self { inner: Inner::Tls(Box::new(stream)), signs: 0, full: false }
    }

    /// Changes whenever bytes arrive, and when the other side takes bytes that it did not take before. So a long
    /// message, in whichever direction, is a sign of life before it is complete.
    pub(super) fn signs(&self) -> u64 {
        self.signs
    }

    fn sign(&mut self) {
        self.signs = self.signs.wrapping_add(1);
    }

    fn written<T>(&mut self, written: Poll<T>) -> Poll<T> {
        let was_full = std::mem::replace(&mut self.full, written.is_pending());
        if was_full && written.is_ready() {
            self.sign();
        }
        written
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            #[cfg(feature = "rustls")]
            Inner::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        if buffer.filled().len() != before {
            self.sign();
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(feature = "rustls")]
            Inner::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        self.written(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(context),
            #[cfg(feature = "rustls")]
            Inner::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            #[cfg(feature = "rustls")]
            Inner::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
