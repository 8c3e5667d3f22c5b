//! Headers of every request: ours, and the user's over them.

use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::runtime::error::BuildError;
use crate::runtime::method::ApiKey;

/// What the transport itself decides.
const RESERVED: [&str; 9] = [
    "content-length",
    "transfer-encoding",
    "connection",
    "host",
    "upgrade",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
];

/// What is shorter is no secret, but may be a word.
const SECRET: usize = 8;

/// Headers that are sent with every request.
#[derive(Clone, Debug)]
pub(crate) struct Headers(HeaderMap);

impl Headers {
    /// Our own headers, and the user's: a name that the user gives replaces ours; given twice, it is sent twice.
    pub(crate) fn new(extra: &[(String, String)]) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Ok(Self(headers).with(&theirs(extra)?))
    }

    /// No headers at all.
    #[cfg(feature = "server")]
    pub(crate) fn none() -> Self {
        Self(HeaderMap::new())
    }

    /// With these over them.
    pub(crate) fn with(&self, others: &HeaderMap) -> Self {
        let mut headers = self.0.clone();
        if !others.is_empty() {
            for name in others.keys() {
                headers.remove(name);
            }
            headers.extend(others.clone());
        }
        Self(headers)
    }

    /// With the key, unless another authorization has been given.
    pub(crate) fn authorized(mut self, bearer: Option<HeaderValue>) -> Self {
        if let (Some(bearer), false) = (bearer, self.0.contains_key(AUTHORIZATION)) {
            self.0.insert(AUTHORIZATION, bearer);
        }
        self
    }

    /// The user's alone, for connecting a WebSocket.
    #[cfg(feature = "ws")]
    pub(crate) fn of_user(extra: &[(String, String)]) -> Result<Self, BuildError> {
        theirs(extra).map(Self)
    }

    pub(crate) fn into_map(self) -> HeaderMap {
        self.0
    }

    /// The credentials among them.
    pub(crate) fn credentials(&self) -> SentCredentials {
        SentCredentials(self.0.get_all(AUTHORIZATION).iter().cloned().collect())
    }
}

/// The credentials of a request.
#[derive(Clone, Debug)]
pub(crate) struct SentCredentials(Vec<HeaderValue>);

impl SentCredentials {
    /// A text of the server's without the credentials, which some servers repeat when they refuse them.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.0 {
            // Behind the scheme, as in `Bearer …`.
            let secret = value.to_str().unwrap_or_default().rsplit(' ').next().unwrap_or_default();
            if secret.len() >= SECRET {
                text = text.replace(secret, "***");
            }
        }
        text
    }
}

fn theirs(extra: &[(String, String)]) -> Result<HeaderMap, BuildError> {
    let mut theirs = HeaderMap::new();
    for (name, value) in extra {
        let invalid = |reason: &str| BuildError::Header { name: name.clone(), reason: reason.to_owned() };
        let header = HeaderName::try_from(name).map_err(|_| invalid("not a header's name"))?;
        if RESERVED.contains(&header.as_str()) {
            return Err(invalid("the client sets this one itself"));
        }
        let mut value = HeaderValue::try_from(value).map_err(|_| invalid("the value has control characters"))?;
        value.set_sensitive(true);
        theirs.append(header, value);
    }
    Ok(theirs)
}

/// The header of a key; nothing if it cannot stand in one.
pub(crate) fn bearer(key: &ApiKey) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).ok()?;
    value.set_sensitive(true);
    Some(value)
}
