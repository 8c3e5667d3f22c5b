//! Records calls to a file, and replays them.

use std::fs::{self, File};
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_core::future::BoxFuture;
use http::StatusCode;

use super::double::{Double, Response};
use super::recorded_call::{RecordedCall, RecordedFrame, masked, secrets};
use crate::runtime::client::ClientBuilder;
use crate::runtime::error::Failure;
use crate::runtime::method::{Method, TransportKind};
use crate::runtime::transport::{Transport, TransportError, TransportRequest, TransportResponse};
use crate::runtime::wire::IncomingFrame;

/// Records calls to a file, as one line of JSON each, which a [`Cassette`] replays.
///
/// Headers are not recorded. The API key and the values of other sensitive headers are replaced by asterisks. Other
/// secrets in parameters and results are recorded: check the file before you share it.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<File>>);

impl Recorder {
    /// Creates the file, or truncates it. Give the recorder to [`ClientBuilder::record`].
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        File::create(path).map(|file| Self(Arc::new(Mutex::new(file))))
    }

    fn write(&self, call: &RecordedCall) -> io::Result<()> {
        let mut line = serde_json::to_vec(call)?;
        line.push(b'\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

impl<C> ClientBuilder<C> {
    /// Records the calls over HTTP.
    pub fn record(self, recorder: Recorder) -> Self {
        self.transport_layer(move |transport| Recording { recorder: recorder.clone(), transport })
    }

    /// Replays recorded calls, without a network. URLs, API keys and headers have no effect.
    pub fn replay(self, cassette: &Cassette) -> Self {
        self.double(cassette.clone())
    }
}

/// A transport that is recorded.
struct Recording {
    recorder: Recorder,
    transport: Arc<dyn Transport>,
}

impl Transport for Recording {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let secrets = secrets(&request.headers);
            let (method, request_body) = (request.method, masked(request.to_bytes(), &secrets));
            let response = self.transport.send(request).await?;
            let call = RecordedCall {
                service: method.service.to_owned(),
                method: method.name.to_owned(),
                request: RecordedFrame::of_request(request_body),
                status: response.status.as_u16(),
                response: RecordedFrame::of_response(masked(response.body.clone(), &secrets)),
            };
            let failed = |error| TransportError::new("the call cannot be recorded").with_source(error);
            self.recorder.write(&call).map_err(failed)?;
            Ok(response)
        })
    }
}

/// Replays the calls that a [`Recorder`] wrote to a file: each once, for an identical request. A request that was not
/// recorded fails, with the expected and the actual request in the error. So do the calls and subscriptions on the WebSocket,
/// which are not recorded.
#[derive(Clone, Debug)]
pub struct Cassette(Arc<Mutex<Vec<RecordedCall>>>);

impl Cassette {
    /// Reads a file. Give the cassette to [`ClientBuilder::replay`].
    ///
    /// # Errors
    ///
    /// The file cannot be read, or one of its lines is not a recorded call.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let calls = text.lines().enumerate().map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                let message = format!("line {} is not a recorded call: {error}", index.saturating_add(1));
                io::Error::new(io::ErrorKind::InvalidData, message)
            })
        });
        Ok(Self(Arc::new(Mutex::new(calls.collect::<io::Result<_>>()?))))
    }

    /// The number of recorded calls that have not been replayed.
    pub fn left(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn find(&self, method: &'static Method, request: IncomingFrame) -> Result<TransportResponse, Failure> {
        let frame = RecordedFrame::of_parts(&request.json, &request.blobs);
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_method = |call: &RecordedCall| call.service == method.service && call.method == method.name;
        if let Some(at) = calls.iter().position(|call| is_method(call) && call.request == frame) {
            let call = calls.remove(at);
            let status = StatusCode::from_u16(call.status)
                .map_err(|_| Failure::invalid("", format!("invalid status in the cassette: {}", call.status)))?;
            return Ok(TransportResponse::new(status, call.response.to_response()?));
        }
        let expected = match calls.iter().find(|call| is_method(call)).or(calls.first()) {
            Some(RecordedCall { service, method, request, .. }) => {
                format!("the cassette expects {service}.{method} with {request}")
            }
            None => "the cassette has no calls left".to_owned(),
        };
        let note =
            if method.transport == TransportKind::Http { "" } else { "; calls on the WebSocket are not recorded" };
        Err(Failure::invalid("", format!("unexpected call of {method:?} with {frame}; {expected}{note}")))
    }
}

impl Double for Cassette {
    const TARGET: &'static str = "the cassette";

    fn respond(&self, method: &'static Method, request: IncomingFrame) -> Option<Response> {
        Some(self.find(method, request).map_err(TransportError::from))
    }
}
