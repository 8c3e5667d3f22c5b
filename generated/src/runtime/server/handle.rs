//! Reads one request, and writes its response.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::hub::Subscriber;
use crate::runtime::client::Operation;
use crate::runtime::error::Failure;
use crate::runtime::method::{ApiError, ErrorCode, InvalidRequest, Method, TransportKind};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits, ResponseFrame};

/// A request that has not been decoded yet.
#[derive(Clone, Debug)]
pub struct IncomingRequest {
    source: Source,
    limits: JsonLimits,
}

#[derive(Clone, Debug)]
enum Source {
    Http(Bytes),
    Socket(IncomingFrame, Subscriber),
}

impl IncomingRequest {
    /// A request from the body of an HTTP request. The caller has to limit its size.
    pub fn new(body: Bytes) -> Self {
        Self { source: Source::Http(body), limits: JsonLimits::default() }
    }

    pub(super) fn on_socket(frame: IncomingFrame, subscriber: Subscriber) -> Self {
        Self { source: Source::Socket(frame, subscriber), limits: JsonLimits::default() }
    }

    /// Sets the limits on its JSON.
    pub(super) fn limited(self, limits: JsonLimits) -> Self {
        Self { limits, ..self }
    }

    fn read<R: Operation>(self) -> Result<(R, Option<Subscriber>), Failure> {
        let (frame, subscriber) = match self.source {
            Source::Http(body) => (IncomingFrame::read(&body)?, None),
            Source::Socket(frame, subscriber) => (frame, Some(subscriber)),
        };
        Ok((wire::read_request(frame, self.limits)?, subscriber))
    }
}

impl ResponseFrame {
    /// An error.
    pub fn error(error: &ApiError) -> Self {
        wire::write_error(error)
    }

    pub(super) fn failure(code: &str, failure: &Failure) -> Self {
        Self::error(&ApiError::with_message(code, failure.explain()))
    }
}

/// Decodes a request, calls the service, and encodes the response.
///
/// The response to a malformed request is the error of the method for it, or else `invalid_request`. Subscriptions belong
/// to the connection: a method that unsubscribes does not reach the service, and one that subscribes does so when it
/// succeeds. Without an [`EventHub`](super::EventHub), it does not reach the service either, and fails with
/// `not_implemented`.
pub fn handle<'a, R, F, Fut>(request: IncomingRequest, service: F) -> BoxFuture<'a, ResponseFrame>
where
    R: Operation,
    F: FnOnce(R) -> Fut + Send + 'a,
    Fut: Future<Output = Result<R::Response, ServiceError<R::Error>>> + Send + 'a,
{
    let method = R::METHOD;
    Box::pin(async move {
        let (request, subscriber) = match request.read::<R>() {
            Ok(read) => read,
            Err(failure) => return invalid_request(R::Error::INVALID_REQUEST, &failure),
        };
        let id = request.subscription_id().map(str::to_owned);
        if method.closes.is_some() {
            return unsubscribe(method, subscriber, &id.unwrap_or_default());
        }
        let opens = method.opens.is_some() && request.uses_websocket();
        if opens && subscriber.as_ref().is_some_and(|subscriber| !subscriber.can_subscribe()) {
            let message = format!("{method:?} subscribes to events, and the router has none: add `Router::events`");
            return ResponseFrame::error(&ApiError::with_message("not_implemented", message));
        }
        let response = match service(request).await {
            Ok(response) => response,
            Err(error) => return ResponseFrame::error(&error.into_api()),
        };
        match wire::write_result(&response) {
            Ok(frame) => {
                let id = R::response_subscription_id(&response).or(id.as_deref());
                if let (Some(subscriber), Some(id), true) = (subscriber, id, opens) {
                    subscriber.subscribe(method.service, id);
                }
                frame
            }
            Err(failure) => ResponseFrame::failure("invalid_result", &failure),
        }
    })
}

fn invalid_request(error: Option<InvalidRequest>, failure: &Failure) -> ResponseFrame {
    let Some(InvalidRequest { code, parameter, reason }) = error else {
        return ResponseFrame::failure("invalid_request", failure);
    };
    let (path, message) = failure.path_and_message();
    // serde reports a missing field at the object that should have it.
    let path = match message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        Some(name) => wire::join_paths(path, name),
        None => path.to_owned(),
    };
    let fields = BTreeMap::from([(parameter, path), (reason, message)]);
    ResponseFrame::error(&ApiError::with_fields(code, &fields))
}

fn unsubscribe(method: &Method, subscriber: Option<Subscriber>, id: &str) -> ResponseFrame {
    if subscriber.is_some_and(|subscriber| subscriber.unsubscribe(method.service, id)) {
        return wire::write_empty_result();
    }
    ResponseFrame::error(&ApiError::new(match method.transport {
        TransportKind::OpenWebSocketElse { error } => error,
        _ => "not_subscribed",
    }))
}

/// The result of a service's method.
pub type ServiceResult<R> = Result<<R as Operation>::Response, ServiceError<<R as Operation>::Error>>;

/// The result of a method that a service does not implement.
pub fn not_implemented<R: Operation>(_: R) -> std::future::Ready<ServiceResult<R>> {
    std::future::ready(Err(ServiceError::not_implemented(R::METHOD)))
}

/// Why a service rejects a call: one of the method's own errors, or another one.
#[derive(Clone, Debug, PartialEq)]
pub enum ServiceError<E> {
    /// An error of the method.
    Api(E),
    /// Another error.
    Other(ApiError),
}

impl<E> ServiceError<E> {
    /// The error of a method that a service does not implement, with the code `not_implemented`.
    pub fn not_implemented(method: &'static Method) -> Self {
        let message = format!("{}.{} is not implemented here", method.service, method.name);
        Self::Other(ApiError::with_message("not_implemented", message))
    }
}

impl<E: ErrorCode> ServiceError<E> {
    /// The code with its fields.
    pub fn into_api(self) -> ApiError {
        match self {
            Self::Api(error) => error.into_api(),
            Self::Other(error) => error,
        }
    }
}

impl<E> From<E> for ServiceError<E> {
    fn from(error: E) -> Self {
        Self::Api(error)
    }
}
