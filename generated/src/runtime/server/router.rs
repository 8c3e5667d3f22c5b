//! Finds the service and the method of a request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::handle::IncomingRequest;
use super::hub::EventHub;
use crate::runtime::method::ApiError;
use crate::runtime::text::excerpt;
use crate::runtime::wire::{JsonLimits, ResponseFrame};

/// The methods of a service.
pub trait Routes: Send + Sync + 'static {
    /// The response to a request; `None` if there is no such method.
    fn dispatch<'a>(&'a self, method: &str, request: IncomingRequest) -> Option<BoxFuture<'a, ResponseFrame>>;
}

/// Services by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Router {
    services: Arc<BTreeMap<&'static str, Arc<dyn Routes>>>,
    pub(super) hub: Option<EventHub>,
    pub(super) json_limits: JsonLimits,
}

impl Router {
    /// A router without services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a service, or replaces it.
    pub fn route(mut self, service: &'static str, routes: Arc<dyn Routes>) -> Self {
        Arc::make_mut(&mut self.services).insert(service, routes);
        self
    }

    /// Delivers the events of this hub. Without it, calls that subscribe to events fail with `not_implemented`.
    pub fn events(mut self, hub: EventHub) -> Self {
        self.hub = Some(hub);
        self
    }

    /// Sets the maximum number of bytes of the JSON of a request, which does not include blobs; 64 MiB by default. The
    /// response to larger JSON is the error `invalid_request`.
    pub fn max_json_bytes(mut self, bytes: usize) -> Self {
        self.json_limits.bytes = bytes;
        self
    }

    /// The response to a request, whose body is that of `POST /{service}/{method}`.
    ///
    /// The response to an invalid request is an error: `unknown_service`, `unknown_method`, or that of the method for
    /// requests that it cannot read, which is `invalid_request` if the API has none.
    pub async fn handle(&self, service: &str, method: &str, body: Bytes) -> ResponseFrame {
        self.dispatch(service, method, IncomingRequest::new(body)).await
    }

    pub(super) async fn dispatch(&self, service: &str, method: &str, request: IncomingRequest) -> ResponseFrame {
        let Some(routes) = self.services.get(service) else {
            let message = format!("unknown service {:?}", excerpt(service));
            return ResponseFrame::error(&ApiError::with_message("unknown_service", message));
        };
        match routes.dispatch(method, request.limited(self.json_limits)) {
            Some(response) => response.await,
            None => {
                let message = format!("unknown method {:?} of the service {service}", excerpt(method));
                ResponseFrame::error(&ApiError::with_message("unknown_method", message))
            }
        }
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.services.keys()).finish()
    }
}
