//! Transports as services of tower, and services of tower as transports.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::future::BoxFuture;
use tower_layer::Layer;
use tower_service::Service;

use super::error::TransportError;
use super::interface::Transport;
use super::request::TransportRequest;
use super::response::TransportResponse;

/// A [`Transport`] as a service of tower, which is always ready. Cheap to clone.
#[derive(Clone)]
pub struct TransportService(Arc<dyn Transport>);

impl TransportService {
    /// A service that sends requests through this transport.
    pub fn new(transport: impl Transport) -> Self {
        Self(Arc::new(transport))
    }
}

impl Service<TransportRequest> for TransportService {
    type Response = TransportResponse;
    type Error = TransportError;
    type Future = BoxFuture<'static, Result<TransportResponse, TransportError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: TransportRequest) -> Self::Future {
        let transport = self.0.clone();
        Box::pin(async move { transport.send(request).await })
    }
}

impl fmt::Debug for TransportService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportService").finish_non_exhaustive()
    }
}

/// A service of tower as a [`Transport`]. Each request is sent by a clone of the service, once that is ready.
///
/// An error of the service that is no [`TransportError`] is the source of one, which is [unsent](TransportError::unsent) if
/// the service did not become ready.
#[derive(Clone, Debug)]
pub struct ServiceTransport<S> {
    service: S,
    streams: bool,
}

impl<S> ServiceTransport<S> {
    /// A transport that gets the files and readers of a request in memory.
    pub fn new(service: S) -> Self {
        Self { service, streams: false }
    }

    /// A transport that gets files and readers as they are, for a service that sends
    /// [`TransportRequest::into_body`].
    pub fn streaming(service: S) -> Self {
        Self { service, streams: true }
    }
}

impl<S> Transport for ServiceTransport<S>
where
    S: Service<TransportRequest, Response = TransportResponse> + Clone + Send + Sync + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::Future: Send,
{
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let mut service = self.service.clone();
        Box::pin(async move {
            let ready = poll_fn(|context| service.poll_ready(context)).await;
            ready.map_err(|error| transport_error(error.into()).unsent())?;
            service.call(request).await.map_err(|error| transport_error(error.into()))
        })
    }

    fn streams(&self) -> bool {
        self.streams
    }
}

fn transport_error(error: Box<dyn Error + Send + Sync>) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(format!("the transport's service failed: {error}")).with_source(error),
    }
}

/// The layer as a function for [`ClientBuilder::transport_layer`](crate::ClientBuilder::transport_layer).
pub(crate) fn layered<L>(layer: L) -> impl Fn(Arc<dyn Transport>) -> ServiceTransport<L::Service>
where
    L: Layer<TransportService>,
{
    move |transport| {
        let streams = transport.streams();
        ServiceTransport { service: layer.layer(TransportService(transport)), streams }
    }
}
