//! Writes down what passes.

use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_core::future::BoxFuture;

use super::track::{Parts, Track, masked, secrets};
use crate::runtime::client::ClientBuilder;
use crate::runtime::method::Method;
use crate::runtime::transport::{Transport, TransportError, TransportRequest, TransportResponse};

/// Writes the calls that pass to a file, a line of JSON each, which a [`Cassette`](super::Cassette) plays back.
///
/// Headers are not written, and the API key and the values of other sensitive headers are starred out of the rest.
/// What else is secret in parameters and results is written: look at the file before you share it.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<File>>);

impl Recorder {
    /// Writes to this file, which is begun anew. Give it to [`ClientBuilder::record`](crate::ClientBuilder::record).
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        File::create(path).map(|file| Self(Arc::new(Mutex::new(file))))
    }

    fn write(&self, track: &Track) -> io::Result<()> {
        let mut line = serde_json::to_vec(track)?;
        line.push(b'\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line)
    }
}

impl ClientBuilder {
    /// Writes down the calls that do not travel on the WebSocket.
    pub fn record(self, recorder: Recorder) -> Self {
        self.wrap_transport(move |transport| Arc::new(Recording { recorder: recorder.clone(), transport }))
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
            let (method, asked) = (request.method, masked(request.to_bytes(), &secrets));
            let response = self.transport.send(request).await?;
            let track = Track {
                service: method.service.to_owned(),
                method: method.name.to_owned(),
                request: Parts::of_request(asked),
                status: response.status.as_u16(),
                answer: Parts::of_answer(masked(response.body.clone(), &secrets)),
            };
            let lost = |error| TransportError::new("the call cannot be recorded").with_source(error);
            self.recorder.write(&track).map_err(lost)?;
            Ok(response)
        })
    }

    fn replaces_socket(&self, method: &Method) -> bool {
        self.transport.replaces_socket(method)
    }
}
