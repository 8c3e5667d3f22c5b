//! From the names of a service and a method to what answers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::handle::IncomingRequest;
use super::hub::EventHub;
use crate::runtime::method::ApiError;
use crate::runtime::wire::ResponseFrame;

/// The methods of a service.
pub trait Routes: Send + Sync + 'static {
    /// The answer to a request; nothing if there is no such method.
    fn dispatch<'a>(&'a self, method: &str, request: IncomingRequest) -> Option<BoxFuture<'a, ResponseFrame>>;
}

/// Services by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Router {
    services: Arc<BTreeMap<&'static str, Arc<dyn Routes>>>,
    pub(super) hub: EventHub,
}

impl Router {
    /// No services.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a service, or replaces it.
    pub fn route(mut self, service: &'static str, routes: Arc<dyn Routes>) -> Self {
        Arc::make_mut(&mut self.services).insert(service, routes);
        self
    }

    /// Takes the events of this hub. A router that is not given one has its own, which nobody can publish to.
    pub fn events(mut self, hub: EventHub) -> Self {
        self.hub = hub;
        self
    }

    /// Answers a request, of which the body is that of `POST /{service}/{method}`.
    ///
    /// What cannot be answered is answered with an error: `unknown_service`, `unknown_method`, `invalid_request`.
    pub async fn handle(&self, service: &str, method: &str, body: Bytes) -> ResponseFrame {
        self.answer(service, method, IncomingRequest::new(body)).await
    }

    pub(super) async fn answer(&self, service: &str, method: &str, request: IncomingRequest) -> ResponseFrame {
        let Some(routes) = self.services.get(service) else {
            let message = format!("there is no service {service:?} here");
            return ResponseFrame::error(&ApiError::with_message("unknown_service", message));
        };
        match routes.dispatch(method, request) {
            Some(answer) => answer.await,
            None => {
                let message = format!("the service {service} has no method {method:?}");
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
