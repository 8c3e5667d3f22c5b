//! Headers of requests: those of the client, and those of the user.

#[cfg(any(feature = "ws", feature = "axum"))]
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION,
};

use crate::runtime::error::BuildError;
use crate::runtime::method::ApiKey;
use crate::runtime::redact::Redactor;

/// Headers that only the transport may set, besides those of the WebSocket handshake.
const RESERVED: [&str; 5] = ["content-length", "transfer-encoding", "connection", "host", "upgrade"];

/// The minimum length of a header's value to redact: shorter ones may be ordinary words.
const MIN_SECRET: usize = 8;

#[derive(Clone, Default)]
pub(crate) struct Headers(HeaderMap);

impl Headers {
    /// The client's headers, and the user's, which replace the client's. A name that is given twice is sent twice.
    pub(crate) fn new(extra: &[(String, String)]) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(Self(headers).with(&Self::of_user(extra)?.0))
    }

    /// The user's headers only, for the handshake of a WebSocket.
    pub(crate) fn of_user(extra: &[(String, String)]) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        for (name, value) in extra {
            let invalid = |reason: &str| BuildError::Header { name: name.clone(), reason: reason.to_owned() };
            let header = HeaderName::try_from(name).map_err(|_| invalid("invalid header name"))?;
            if RESERVED.contains(&header.as_str()) || header.as_str().starts_with("sec-websocket-") {
                return Err(invalid("reserved for the client"));
            }
            let mut value = HeaderValue::try_from(value).map_err(|_| invalid("the value has control characters"))?;
            value.set_sensitive(true);
            headers.append(header, value);
        }
        Ok(Self(headers))
    }

    /// Replaces headers by others of the same name, and adds the rest.
    pub(crate) fn with(&self, others: &HeaderMap) -> Self {
        let mut headers = self.0.clone();
        // `extend` replaces the values of the headers that are there.
        headers.extend(others.clone());
        Self(headers)
    }

    /// Adds the API key, unless there is another authorization.
    pub(crate) fn authorized(mut self, bearer: Option<HeaderValue>) -> Self {
        if let Some(bearer) = bearer {
            self.0.entry(AUTHORIZATION).or_insert(bearer);
        }
        self
    }

    pub(crate) fn into_map(self) -> HeaderMap {
        self.0
    }

    /// Adds the values that may be secret to the text that is redacted.
    pub(crate) fn add_secrets(&self, redactor: &mut Redactor) {
        secrets(&self.0).for_each(|secret| redactor.add(&String::from_utf8_lossy(secret)));
    }
}

/// The values that may be secret, credentials without their scheme such as `Bearer`.
pub(crate) fn secrets(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.iter().filter_map(|(name, value)| {
        let bytes = value.as_bytes();
        if *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION {
            let scheme = bytes.iter().position(|byte| *byte == b' ');
            return Some(scheme.and_then(|end| bytes.get(end..)).unwrap_or(bytes).trim_ascii());
        }
        (value.is_sensitive() && bytes.len() >= MIN_SECRET).then_some(bytes)
    })
}

/// The `Authorization` header of a key; `None` if the key has control characters.
pub(crate) fn bearer(key: &ApiKey) -> Option<HeaderValue> {
    if key.expose().chars().any(char::is_control) {
        return None;
    }
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header `Sec-WebSocket-Accept` for a key, by which a server proves that it speaks the protocol: RFC 6455, section 1.3.
#[cfg(any(feature = "ws", feature = "axum"))]
pub(crate) fn websocket_accept(key: &[u8]) -> String {
    const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.encode(sha1_smol::Sha1::from([key, GUID].concat()).digest().bytes())
}
