//! The transport trait, which users can implement.

use futures_core::future::BoxFuture;

use super::error::TransportError;
use super::request::TransportRequest;
use super::response::TransportResponse;
use crate::runtime::method::Method;

/// Sends requests to the service: an HTTP client, a proxy, a recorder or a test double.
///
/// A transport makes one attempt. The client retries, and drops the future when the attempt times out.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use decthings::runtime::{BoxFuture, Transport, TransportError, TransportRequest, TransportResponse};
///
/// /// Counts requests.
/// struct Counter<T>(T, AtomicUsize);
///
/// impl<T: Transport> Transport for Counter<T> {
///     fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
///         self.1.fetch_add(1, Ordering::Relaxed);
///         self.0.send(request)
///     }
/// }
/// ```
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

    /// Whether the transport also sends the calls of a method that would use the WebSocket.
    ///
    /// By default, it does not; test doubles do. A [`Subscription`](crate::Subscription) always uses the WebSocket.
    fn handles_websocket_calls(&self, _method: &Method) -> bool {
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

    fn handles_websocket_calls(&self, method: &Method) -> bool {
        (**self).handles_websocket_calls(method)
    }
}
