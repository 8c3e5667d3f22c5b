//! One request, and its answer.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::ServiceError;
use super::connection::Subscriber;
use crate::runtime::error::Failure;
use crate::runtime::wire::{self, AnswerFrame, Outcome};
use crate::runtime::{ApiError, BoxFuture, IdSource, Method, Operation, RequestFrame, Route};

/// A request that has not been read yet.
#[derive(Clone, Debug)]
pub struct IncomingRequest(Source);

#[derive(Clone, Debug)]
enum Source {
    Http(Bytes),
    Socket(RequestFrame, Subscriber),
}

impl IncomingRequest {
    /// The body of an HTTP request. Whoever receives it limits its size.
    pub fn new(body: Bytes) -> Self {
        Self(Source::Http(body))
    }

    pub(super) fn on_socket(frame: RequestFrame, subscriber: Subscriber) -> Self {
        Self(Source::Socket(frame, subscriber))
    }

    /// The frame, and the connection that it came on if there is one.
    fn open(self) -> Result<(RequestFrame, Option<Subscriber>), Failure> {
        match self.0 {
            Source::Http(body) => Ok((RequestFrame::read(body)?, None)),
            Source::Socket(frame, subscriber) => Ok((frame, Some(subscriber))),
        }
    }
}

/// An answer in its frame: the body of an HTTP answer, of which the status is 200 and the type
/// `application/octet-stream` also when the API refuses the call.
#[derive(Clone, Debug)]
pub struct Answer {
    frame: AnswerFrame,
}

impl Answer {
    /// An error.
    pub fn error(error: &ApiError) -> Self {
        Self { frame: wire::encode_error(error) }
    }

    /// A result without properties.
    fn nothing() -> Self {
        Self { frame: wire::encode_empty() }
    }

    fn result<T: Serialize>(method: &Method, result: &T) -> Self {
        match wire::encode_result(method, result) {
            Ok(frame) => Self { frame },
            Err(failure) => Self::refuse("invalid_result", &failure),
        }
    }

    pub(super) fn refuse(code: &str, failure: &Failure) -> Self {
        Self::error(&ApiError::with_message(code, failure.explain()))
    }

    /// The body in pieces.
    pub fn segments(&self) -> &[Bytes] {
        self.frame.segments()
    }

    /// The body in pieces.
    pub fn into_segments(self) -> Vec<Bytes> {
        self.frame.into_segments()
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.frame.len()
    }

    /// Whether there are no bytes, which no answer is.
    pub fn is_empty(&self) -> bool {
        self.frame.is_empty()
    }

    /// The body in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        self.frame.to_bytes()
    }
}

/// Reads a request, has it answered, and frames the answer.
///
/// A request that cannot be read is answered with the code `invalid_request`. A method that ends a subscription is
/// answered by the connection alone, to which subscriptions belong; one that subscribes does so when it succeeds.
pub fn handle<'a, R, F, Fut>(request: IncomingRequest, service: F) -> BoxFuture<'a, Answer>
where
    R: Operation,
    F: FnOnce(R) -> Fut + Send + 'a,
    Fut: Future<Output = Result<R::Output, ServiceError<R::Error>>> + Send + 'a,
{
    let method = R::METHOD;
    Box::pin(async move {
        let (frame, subscriber) = match request.open() {
            Ok(opened) => opened,
            Err(failure) => return Answer::refuse("invalid_request", &failure),
        };
        let plan = Plan::new(method, &frame, subscriber);
        let request = match wire::decode_frame(method, frame) {
            Ok(request) => request,
            Err(failure) => return Answer::refuse("invalid_request", &failure),
        };
        if let Plan::Close(answer) = plan {
            return answer;
        }
        match service(request).await {
            Ok(result) => plan.done(method, Answer::result(method, &result)),
            Err(error) => Answer::error(&error.into_api()),
        }
    })
}

/// What an answer does to subscriptions.
enum Plan {
    Nothing,
    /// A success subscribes, to this id or to one of the result.
    Open(Subscriber, Result<String, &'static str>),
    /// That has been done.
    Close(Answer),
}

impl Plan {
    fn new(method: &'static Method, frame: &RequestFrame, subscriber: Option<Subscriber>) -> Self {
        if let Some(param) = method.closes {
            let id = wire::text_param(frame, param).unwrap_or_default();
            let there = subscriber.is_some_and(|subscriber| subscriber.unsubscribe(method.service, &id));
            return Self::Close(if there { Answer::nothing() } else { Answer::error(&not_subscribed(method)) });
        }
        let over_http = matches!(method.transport, Route::WebSocketUnless { param, equals }
            if wire::has_flag(frame, param, equals));
        match (subscriber, method.opens) {
            (Some(subscriber), Some(IdSource::Result(name))) if !over_http => Self::Open(subscriber, Err(name)),
            (Some(subscriber), Some(IdSource::Params(name))) if !over_http => match wire::text_param(frame, name) {
                Some(id) => Self::Open(subscriber, Ok(id)),
                None => Self::Nothing,
            },
            _ => Self::Nothing,
        }
    }

    fn done(self, method: &'static Method, answer: Answer) -> Answer {
        let Self::Open(subscriber, id) = self else { return answer };
        if let Ok(Outcome::Result(result)) = wire::outcome(method, answer.to_bytes()) {
            let id = id.or_else(|name| result.get(name).and_then(Value::as_str).map(str::to_owned).ok_or(name));
            if let Ok(id) = id {
                subscriber.subscribe(method.service, &id);
            }
        }
        answer
    }
}

/// What a connection without the subscription answers.
fn not_subscribed(method: &Method) -> ApiError {
    match method.transport {
        Route::OpenWebSocketElse { error } => ApiError::new(error),
        _ => ApiError::new("not_subscribed"),
    }
}
