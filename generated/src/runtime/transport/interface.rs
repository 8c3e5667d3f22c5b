//! The transport trait, which users can implement.

use futures_core::future::BoxFuture;

use super::error::TransportError;
use super::request::TransportRequest;
use super::response::TransportResponse;

/// Sends the requests of calls over HTTP: an HTTP client, or a layer around another transport.
///
/// A transport makes one attempt. The client retries, and drops the future when the attempt times out.
///
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport) replaces the client's transport, and
/// [`transport_layer`](crate::ClientBuilder::transport_layer) wraps it:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use decthings::Client;
/// use decthings::runtime::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
///
/// /// Counts requests.
/// struct Counter<T>(T, Arc<AtomicUsize>);
///
/// impl<T: Transport> Transport for Counter<T> {
///     fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
///         self.1.fetch_add(1, Ordering::Relaxed);
///         self.0.send(request)
///     }
///
///     fn streams(&self) -> bool {
///         self.0.streams()
///     }
/// }
///
/// let requests = Arc::new(AtomicUsize::new(0));
/// let counter = requests.clone();
/// let client = Client::builder().transport_layer(move |http| Counter(http, counter.clone())).build()?;
/// # let _ = client;
/// # Ok::<(), decthings::BuildError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transport",
    note = "a `Script` is given to `ClientBuilder::script`, a `Cassette` to `ClientBuilder::replay`"
)]
pub trait Transport: Send + Sync + 'static {
    /// Sends a request, and returns the response, whatever its status.
    ///
    /// # Errors
    ///
    /// No response was received. If the error is [unsent](TransportError::unsent), any method can be retried.
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;

    /// Whether the transport streams request bodies, with [`TransportRequest::into_body`].
    ///
    /// By default, it does not, and the client loads files and readers into memory before it sends the request.
    fn streams(&self) -> bool {
        false
    }
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        (**self).send(request)
    }

    fn streams(&self) -> bool {
        (**self).streams()
    }
}
