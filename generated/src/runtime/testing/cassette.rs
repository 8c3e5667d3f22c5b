//! Plays back what a recorder wrote.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use futures_core::future::BoxFuture;
use http::StatusCode;

use super::track::{Parts, Track, masked, secrets};
use crate::runtime::error::Failure;
use crate::runtime::method::Method;
use crate::runtime::text::excerpt;
use crate::runtime::transport::{Transport, TransportError, TransportRequest, TransportResponse};

/// Plays back the calls that a [`Recorder`](super::Recorder) wrote to a file: each once, to the same request. A request
/// that was not recorded fails, and says what was expected and what came.
#[derive(Clone, Debug)]
pub struct Cassette(Arc<Mutex<Vec<Track>>>);

impl Cassette {
    /// Reads a file. Give the cassette to [`ClientBuilder::transport`](crate::ClientBuilder::transport).
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line of it is no recorded call.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let mut tracks = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let track = serde_json::from_str(line).map_err(|error| {
                let message = format!("line {} is no recorded call: {error}", index.saturating_add(1));
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
            tracks.push(track);
        }
        Ok(Self(Arc::new(Mutex::new(tracks))))
    }

    /// How many recorded calls have not been made.
    pub fn left(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn play(&self, request: &TransportRequest) -> Result<TransportResponse, Failure> {
        let method = request.method;
        let asked = Parts::of_request(masked(request.to_bytes(), &secrets(&request.headers)));
        let mut tracks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_method = |track: &Track| track.service == method.service && track.method == method.name;
        if let Some(at) = tracks.iter().position(|track| is_method(track) && track.request == asked) {
            let track = tracks.remove(at);
            let status = StatusCode::from_u16(track.status)
                .map_err(|_| Failure::invalid("", format!("the cassette has the status {}", track.status)))?;
            return Ok(TransportResponse::new(status, track.answer.to_answer()?));
        }
        let came = format!("{method:?} came with {}", told(&asked));
        Err(Failure::invalid(
            "",
            match tracks.iter().find(|track| is_method(track)).or(tracks.first()) {
                Some(track) => {
                    let Track { service, method, request, .. } = track;
                    format!("{came}; the cassette expects {service}.{method} with {}", told(request))
                }
                None => format!("{came}; the cassette has no call left"),
            },
        ))
    }
}

/// `{"modelId":"m"} and the blobs AQID, BA==`
fn told(parts: &Parts) -> String {
    let json = excerpt(&parts.json.to_string());
    if parts.blobs.is_empty() {
        return json;
    }
    let blobs: Vec<String> = parts.blobs.iter().map(|blob| excerpt(blob)).collect();
    format!("{json} and the blobs {}", excerpt(&blobs.join(", ")))
}

impl Transport for Cassette {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(std::future::ready(self.play(&request).map_err(TransportError::from)))
    }

    fn replaces_socket(&self, _: &Method) -> bool {
        true
    }
}
