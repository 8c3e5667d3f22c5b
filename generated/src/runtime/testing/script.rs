//! Predefined responses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{error, fmt};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::StatusCode;

use crate::runtime::client::Operation;
use crate::runtime::error::{Error, Failure};
use crate::runtime::method::{ErrorCode, Method};
use crate::runtime::transport::{Transport, TransportError, TransportRequest, TransportResponse};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits};

type Response = Result<TransportResponse, TransportError>;

/// Predefined responses, one for each attempt of a call, in order. Clones share them.
///
/// Calls that would travel on the WebSocket get them, too. A call that the script does not expect fails, with the expected
/// method in the error.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    responses: VecDeque<(&'static Method, Response)>,
    calls: Vec<ScriptedCall>,
    unexpected: Vec<&'static Method>,
}

impl Script {
    /// A script without responses.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a result or an error of this method.
    pub fn respond<R: Operation>(self, result: Result<R::Response, R::Error>) -> Self {
        let frame = match result {
            Ok(result) => wire::write_result(&result),
            Err(error) => Ok(wire::write_error(&error.into_api())),
        };
        let response = frame.map(|frame| TransportResponse::new(StatusCode::OK, frame.to_bytes()));
        self.add(R::METHOD, response.map_err(TransportError::from))
    }

    /// Adds a response as it is, which may be malformed.
    pub fn respond_raw<R: Operation>(self, response: TransportResponse) -> Self {
        self.add(R::METHOD, Ok(response))
    }

    /// Adds a connection error.
    pub fn fail<R: Operation>(self, error: TransportError) -> Self {
        self.add(R::METHOD, Err(error))
    }

    /// The attempts of calls that were made, in order.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        self.lock().calls.clone()
    }

    /// Checks that all expected calls were made, and no others.
    ///
    /// # Errors
    ///
    /// A response is left, or there was an unexpected call.
    pub fn check(&self) -> Result<(), ScriptError> {
        let State { responses, unexpected, .. } = &*self.lock();
        if responses.is_empty() && unexpected.is_empty() {
            return Ok(());
        }
        let left = responses.iter().map(|(method, _)| *method).collect();
        Err(ScriptError { left, unexpected: unexpected.clone() })
    }

    fn add(self, method: &'static Method, response: Response) -> Self {
        self.lock().responses.push_back((method, response));
        self
    }

    /// Each change is complete before anything can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_same(one: &Method, other: &Method) -> bool {
    (one.service, one.name) == (other.service, other.name)
}

impl Transport for Script {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Response> {
        let mut state = self.lock();
        let method = request.method;
        state.calls.push(ScriptedCall { method, body: request.to_bytes() });
        let response = match state.responses.pop_front() {
            Some((expected, response)) if is_same(expected, method) => response,
            unexpected => {
                state.unexpected.push(method);
                let reason = match &unexpected {
                    Some((expected, _)) => format!("the script expects a call of {expected:?} next"),
                    None => "the script has no response left".to_owned(),
                };
                unexpected.into_iter().for_each(|expected| state.responses.push_front(expected));
                Err(Failure::invalid("", reason).into())
            }
        };
        Box::pin(std::future::ready(response))
    }

    fn handles_websocket_calls(&self, _: &Method) -> bool {
        true
    }
}

/// A call that a script responded to.
#[derive(Clone)]
pub struct ScriptedCall {
    method: &'static Method,
    body: Bytes,
}

impl ScriptedCall {
    /// The service's name on the wire.
    pub fn service(&self) -> &'static str {
        self.method.service
    }

    /// The method's name on the wire.
    pub fn method(&self) -> &'static str {
        self.method.name
    }

    /// Decodes the request that was sent.
    ///
    /// # Errors
    ///
    /// It is a request of another method.
    pub fn request<R: Operation>(&self) -> Result<R, Error> {
        let request = if is_same(self.method, R::METHOD) {
            IncomingFrame::read(&self.body).and_then(|frame| wire::read_request(frame, JsonLimits::default()))
        } else {
            Err(Failure::decode("", format!("the call is of {:?}", self.method), ""))
        };
        request.map_err(|failure| failure.at(R::METHOD))
    }
}

impl fmt::Debug for ScriptedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method.fmt(f)
    }
}

/// The differences between a script and the calls that were made.
#[derive(Clone)]
pub struct ScriptError {
    left: Vec<&'static Method>,
    unexpected: Vec<&'static Method>,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the calls do not match the script")?;
        if !self.left.is_empty() {
            write!(f, "; never called: {:?}", self.left)?;
        }
        if !self.unexpected.is_empty() {
            write!(f, "; unexpected calls: {:?}", self.unexpected)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScriptError {
    /// The `Display` text, which `unwrap` shows in a test.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for ScriptError {}
