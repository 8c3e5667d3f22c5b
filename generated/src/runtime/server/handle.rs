//! One request, and its response.

use bytes::Bytes;
use futures_core::future::BoxFuture;

use super::service_error::ServiceError;
use super::subscriber::Subscriber;
use crate::runtime::client::Operation;
use crate::runtime::error::Failure;
use crate::runtime::method::{ApiError, Method, TransportKind};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, ResponseFrame};

/// A request that has not been read yet.
#[derive(Clone, Debug)]
pub struct IncomingRequest(Source);

#[derive(Clone, Debug)]
enum Source {
    Http(Bytes),
    Socket(IncomingFrame, Subscriber),
}

impl IncomingRequest {
    /// The body of an HTTP request. Whoever receives it limits its size.
    pub fn new(body: Bytes) -> Self {
        Self(Source::Http(body))
    }

    pub(super) fn on_socket(frame: IncomingFrame, subscriber: Subscriber) -> Self {
        Self(Source::Socket(frame, subscriber))
    }

    /// The frame, and the connection that it came on if there is one.
    fn open(self) -> Result<(IncomingFrame, Option<Subscriber>), Failure> {
        match self.0 {
            Source::Http(body) => Ok((IncomingFrame::read(&body)?, None)),
            Source::Socket(frame, subscriber) => Ok((frame, Some(subscriber))),
        }
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

/// Reads a request, has it answered, and frames the response.
///
/// A request that cannot be read is answered with the code `invalid_request`. A method that ends a subscription is
/// answered by the connection alone, to which subscriptions belong; one that subscribes does so when it succeeds.
pub fn handle<'a, R, F, Fut>(request: IncomingRequest, service: F) -> BoxFuture<'a, ResponseFrame>
where
    R: Operation,
    F: FnOnce(R) -> Fut + Send + 'a,
    Fut: Future<Output = Result<R::Response, ServiceError<R::Error>>> + Send + 'a,
{
    let method = R::METHOD;
    Box::pin(async move {
        let read = request.open().and_then(|(frame, subscriber)| Ok((wire::read_request::<R>(frame)?, subscriber)));
        let (request, subscriber) = match read {
            Ok(read) => read,
            Err(failure) => return ResponseFrame::failure("invalid_request", &failure),
        };
        let id = request.subscription_id().map(str::to_owned);
        if method.closes.is_some() {
            return unsubscribe(method, subscriber, &id.unwrap_or_default());
        }
        let opens = method.opens.is_some() && request.uses_websocket();
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

/// Ends a subscription of the connection.
fn unsubscribe(method: &Method, subscriber: Option<Subscriber>, id: &str) -> ResponseFrame {
    if subscriber.is_some_and(|subscriber| subscriber.unsubscribe(method.service, id)) {
        return wire::write_empty_result();
    }
    ResponseFrame::error(&ApiError::new(match method.transport {
        TransportKind::OpenWebSocketElse { error } => error,
        _ => "not_subscribed",
    }))
}
