//! What carries requests: a trait, so that users can bring their own.

use futures_core::future::BoxFuture;

use super::error::TransportError;
use super::request::TransportRequest;
use super::response::TransportResponse;
use crate::runtime::method::Method;

/// Carries requests to the service and answers back: an HTTP stack of one's own, a proxy, a recorder or a test double.
///
/// It makes one attempt. Deadlines and retries are the client's matter, which drops the future when it takes too long.
///
/// ```
/// use decthings::runtime::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
///
/// /// Counts what passes.
/// struct Counter<T>(T, std::sync::atomic::AtomicUsize);
///
/// impl<T: Transport> Transport for Counter<T> {
///     fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.send(request)
///     }
/// }
/// ```
pub trait Transport: Send + Sync + 'static {
    /// Sends a request, and gives the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// There is no answer. An error that says that nothing was sent lets any method be tried again.
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>>;

    /// Whether it reads bodies piece by piece, with [`TransportRequest::into_body`].
    ///
    /// If it does not, as is the case unless this is overridden, bytes of files and readers are in memory before they
    /// are given to it.
    fn streams(&self) -> bool {
        false
    }

    /// Whether this call is carried, too, although it would travel on the WebSocket.
    ///
    /// It is not, unless this is overridden, as test doubles do. A [`Subscription`](super::Subscription) needs the
    /// WebSocket in any case.
    fn replaces_socket(&self, _method: &Method) -> bool {
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

    fn replaces_socket(&self, method: &Method) -> bool {
        (**self).replaces_socket(method)
    }
}
