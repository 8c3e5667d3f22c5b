//! Descriptions of I/O errors, which libraries wrap in errors of their own.

use std::error::Error;
use std::io;

/// The cause of an error, which is the innermost error as a rule.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => return "connection refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => return "connection reset".to_owned(),
        _ => {}
    }
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The cause of an error while connecting, and advice: that for its kind, or else `advice`.
pub(super) fn connect_cause(error: &(dyn Error + 'static), advice: &str) -> String {
    let advice = match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => "; is a server running there?",
        Some(io::ErrorKind::InvalidData) => "; does the server speak TLS, with a certificate that this system trusts?",
        Some(io::ErrorKind::TimedOut) => "; is it reachable?",
        _ => advice,
    };
    format!("{}{advice}", cause(error))
}

fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let mut kind = None;
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        kind = io.map(io::Error::kind).or(kind);
        next = match io.and_then(io::Error::get_ref) {
            // `io::Error::source` skips the error that it wraps.
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    kind
}
