//! From errors of the HTTP library to messages that say what to do.

use std::error::Error;
use std::io;

use crate::runtime::error::Failure;

/// What the client was doing.
#[derive(Clone, Copy)]
pub(super) enum Doing {
    Sending,
    Reading,
}

/// The failure that an error of the HTTP library is. `base` is where the service is, and has no secrets.
pub(super) fn failure(error: reqwest::Error, base: &str, doing: Doing) -> Failure {
    // The address is in the message already.
    let error = error.without_url();
    let cause = cause(&error);
    let unsent = error.is_connect() || error.is_builder();
    let message = match doing {
        _ if error.is_builder() => format!("could not make a request to {base}: {cause}"),
        _ if error.is_connect() && error.is_timeout() => {
            format!("could not connect to {base} in time; is it reachable?")
        }
        _ if error.is_connect() => format!("could not connect to {base}: {cause}{}", advice(&error)),
        Doing::Sending => format!("the connection to {base} broke before the answer came: {cause}"),
        Doing::Reading => format!("the connection to {base} broke within the answer: {cause}"),
    };
    Failure::Transport { message, unsent, source: Some(Box::new(error)) }
}

/// The innermost error, which is the one that tells something.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "connection reset".to_owned(),
        _ => innermost.to_string(),
    }
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut kind = None;
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        kind = io.map(io::Error::kind).or(kind);
        next = match io.and_then(io::Error::get_ref) {
            // What an I/O error holds is not its source: that would be the source of what it holds.
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    kind
}

fn advice(error: &reqwest::Error) -> &'static str {
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => "; is a server running there?",
        Some(io::ErrorKind::InvalidData) => "; does the server speak TLS, with a certificate that this system trusts?",
        Some(io::ErrorKind::TimedOut) => "; is it reachable?",
        _ => "",
    }
}
