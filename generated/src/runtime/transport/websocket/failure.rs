//! From errors of the WebSocket library to messages that say what to do.

use std::io;

use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, http};

use crate::runtime::text::{excerpt, excerpt_bytes};
use crate::runtime::transport::session::link::ConnectionError;

/// Why there is no connection to begin with.
pub(super) fn unreachable(target: &str, error: &io::Error) -> ConnectionError {
    let (cause, advice) = match error.kind() {
        io::ErrorKind::ConnectionRefused => ("connection refused".to_owned(), "; is a server running there?"),
        io::ErrorKind::TimedOut => (error.to_string(), "; is it reachable?"),
        io::ErrorKind::InvalidData => {
            (error.to_string(), "; does the server speak TLS, with a certificate that this system trusts?")
        }
        _ => (cause(error), ""),
    };
    ConnectionError::new(format!("could not connect to {target}: {cause}{advice}"))
}

/// Why the server does not speak WebSocket.
pub(super) fn refused(target: &str, error: Error) -> ConnectionError {
    match error {
        Error::Http(response) => refused_with(target, &response),
        Error::Io(error) => unreachable(target, &error),
        error => ConnectionError::new(format!("could not connect to {target}: {error}; is a WebSocket there?")),
    }
}

fn refused_with(target: &str, response: &http::Response<Option<Vec<u8>>>) -> ConnectionError {
    let status = response.status();
    let message = format!("{target} answered with HTTP status {} instead of a WebSocket", status.as_u16());
    let body = response.body().as_deref().unwrap_or_default();
    let failed = !status.is_success() && !status.is_informational();
    ConnectionError { message, status: failed.then(|| (status.as_u16(), excerpt_bytes(body))) }
}

/// Why a connection broke.
pub(super) fn broken(target: &str, error: &Error) -> ConnectionError {
    let message = match error {
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionReset => {
            format!("{target} reset the connection")
        }
        Error::Io(error) => format!("the connection to {target} broke: {}", cause(error)),
        Error::ConnectionClosed | Error::AlreadyClosed => format!("{target} closed the connection"),
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => format!(
            "{target} sent a message of {size} bytes, and it may have {max_size}; \
             `ClientBuilder::max_message_bytes` allows for more"
        ),
        error => format!("the connection to {target} broke: {error}"),
    };
    ConnectionError::new(message)
}

/// Why the server ended the connection.
pub(super) fn closed(target: &str, frame: Option<&CloseFrame>) -> ConnectionError {
    let message = match frame {
        Some(frame) if !frame.reason.is_empty() => {
            format!("{target} closed the connection: {} ({})", excerpt(&frame.reason), u16::from(frame.code))
        }
        Some(frame) => format!("{target} closed the connection ({})", u16::from(frame.code)),
        None => format!("{target} closed the connection"),
    };
    ConnectionError::new(message)
}

/// The innermost error, which is the one that tells something.
fn cause(error: &io::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
