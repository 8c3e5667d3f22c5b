//! Conversions of errors of the WebSocket library.

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::runtime::text::{excerpt, excerpt_bytes};
use crate::runtime::transport::io_error::{cause, connect_cause};
use crate::runtime::transport::session::link::ConnectionError;

/// Converts an error of connecting or of the handshake.
pub(super) fn connect_error(target: &str, error: Error) -> ConnectionError {
    let response = match error {
        Error::Http(response) => response,
        Error::Io(error) => {
            return ConnectionError::new(format!("could not connect to {target}: {}", connect_cause(&error)));
        }
        error => {
            return ConnectionError::new(format!("could not connect to {target}: {error}; is it a WebSocket server?"));
        }
    };
    let status = response.status();
    let message = format!("{target} responded with HTTP status {} instead of a WebSocket", status.as_u16());
    let body = response.body().as_deref().unwrap_or_default();
    let is_failure = !status.is_success() && !status.is_informational();
    ConnectionError { message, status: is_failure.then(|| (status.as_u16(), excerpt_bytes(body))) }
}

/// Converts an error of an open connection.
pub(super) fn connection_error(target: &str, error: &Error) -> ConnectionError {
    ConnectionError::new(match error {
        Error::ConnectionClosed | Error::AlreadyClosed => format!("{target} closed the connection"),
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => format!(
            "{target} sent a message of {size} bytes, and the limit is {max_size}; \
             `ClientBuilder::max_message_bytes` changes it"
        ),
        Error::Io(error) => format!("the connection to {target} broke: {}", cause(error)),
        error => format!("the connection to {target} broke: {error}"),
    })
}

/// Why the server closed the connection.
pub(super) fn closed(target: &str, frame: Option<&CloseFrame>) -> ConnectionError {
    ConnectionError::new(match frame {
        Some(frame) if !frame.reason.is_empty() => {
            format!("{target} closed the connection: {} ({})", excerpt(&frame.reason), u16::from(frame.code))
        }
        Some(frame) => format!("{target} closed the connection ({})", u16::from(frame.code)),
        None => format!("{target} closed the connection"),
    })
}
