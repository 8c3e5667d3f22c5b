//! Answers that are given in order.

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
use crate::runtime::wire::IncomingFrame;

type Carried = Result<TransportResponse, TransportError>;

/// Answers that are given in order, one a call, also to calls that would travel on the WebSocket. Clones share them.
///
/// Each attempt of a call takes one. A call that the script does not expect fails, and says what is expected.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<(&'static Method, Carried)>,
    calls: Vec<ScriptedCall>,
    unexpected: Vec<&'static Method>,
}

impl Script {
    /// No answers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next answer is this, to a call of this method.
    pub fn answer<R: Operation>(self, answer: Result<R::Response, R::Error>) -> Self {
        let frame = match answer {
            Ok(result) => wire::write_result(&result),
            Err(error) => Ok(wire::write_error(&error.into_api())),
        };
        let carried = frame.map(|frame| TransportResponse::new(StatusCode::OK, frame.to_bytes()));
        self.add(R::METHOD, carried.map_err(TransportError::from))
    }

    /// The next answer is this one, whatever it holds.
    pub fn respond<R: Operation>(self, response: TransportResponse) -> Self {
        self.add(R::METHOD, Ok(response))
    }

    /// There is no next answer: the connection breaks.
    pub fn fail<R: Operation>(self, error: TransportError) -> Self {
        self.add(R::METHOD, Err(error))
    }

    /// What was called, in order; every attempt counts.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        self.lock().calls.clone()
    }

    /// Looks whether everything happened that the script says, and nothing else.
    ///
    /// # Errors
    ///
    /// An answer is left, or there was a call that the script did not expect.
    pub fn check(&self) -> Result<(), ScriptError> {
        let state = self.lock();
        let left: Vec<&'static Method> = state.answers.iter().map(|(method, _)| *method).collect();
        if left.is_empty() && state.unexpected.is_empty() {
            return Ok(());
        }
        Err(ScriptError { left, unexpected: state.unexpected.clone() })
    }

    fn add(self, method: &'static Method, carried: Carried) -> Self {
        self.lock().answers.push_back((method, carried));
        self
    }

    fn carry(&self, request: TransportRequest) -> Carried {
        let mut state = self.lock();
        let method = request.method;
        state.calls.push(ScriptedCall { method, body: request.to_bytes() });
        let reason = match state.answers.front() {
            Some((expected, _)) if is_same(expected, method) => {
                return state.answers.pop_front().map_or_else(|| Err(TransportError::new("")), |(_, carried)| carried);
            }
            Some((expected, _)) => format!("the script expects a call of {expected:?} next"),
            None => "the script has no answer left".to_owned(),
        };
        state.unexpected.push(method);
        Err(Failure::invalid("", reason).into())
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
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Carried> {
        Box::pin(std::future::ready(self.carry(request)))
    }

    fn replaces_socket(&self, _: &Method) -> bool {
        true
    }
}

/// A call that a script was asked to answer.
#[derive(Clone)]
pub struct ScriptedCall {
    method: &'static Method,
    body: Bytes,
}

impl ScriptedCall {
    /// The service, as the wire spells it.
    pub fn service(&self) -> &'static str {
        self.method.service
    }

    /// The method, as the wire spells it.
    pub fn method(&self) -> &'static str {
        self.method.name
    }

    /// The request, read from what was sent.
    ///
    /// # Errors
    ///
    /// It is a request of another method.
    pub fn request<R: Operation>(&self) -> Result<R, Error> {
        if !is_same(self.method, R::METHOD) {
            let message = format!("it is a call of {:?}", self.method);
            return Err(Failure::decode("", message, "").at(R::METHOD));
        }
        let request = IncomingFrame::read(&self.body).and_then(wire::read_request);
        request.map_err(|failure| failure.at(R::METHOD))
    }
}

impl fmt::Debug for ScriptedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method.fmt(f)
    }
}

/// What did not happen as a script says.
#[derive(Clone)]
pub struct ScriptError {
    left: Vec<&'static Method>,
    unexpected: Vec<&'static Method>,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it did not go as scripted")?;
        if !self.left.is_empty() {
            write!(f, "; never called: {:?}", self.left)?;
        }
        if !self.unexpected.is_empty() {
            write!(f, "; called without an answer: {:?}", self.unexpected)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScriptError {
    /// It is seen where a test unwraps it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl error::Error for ScriptError {}
