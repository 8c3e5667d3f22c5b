//! Headers of every request: ours, and the user's over them.

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::runtime::{ApiKey, BuildError};

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
    pub(crate) fn new(key: Option<&ApiKey>, extra: &[(String, String)]) -> Result<Self, BuildError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(key) = key {
            headers.insert(AUTHORIZATION, bearer(key)?);
        }
        let theirs = theirs(extra)?;
        for name in theirs.keys() {
            headers.remove(name);
        }
        headers.extend(theirs);
        Ok(Self(headers))
    }

    /// The user's alone, for connecting a WebSocket.
    #[cfg(feature = "ws")]
    pub(crate) fn of_user(extra: &[(String, String)]) -> Result<Self, BuildError> {
        theirs(extra).map(Self)
    }

    pub(crate) fn map(&self) -> HeaderMap {
        self.0.clone()
    }

    /// A text of the server's without the credentials, which some servers repeat when they refuse them.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in self.0.get_all(AUTHORIZATION) {
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

fn bearer(key: &ApiKey) -> Result<HeaderValue, BuildError> {
    let invalid = |_| BuildError::ApiKey { reason: "has control characters".to_owned() };
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(invalid)?;
    value.set_sensitive(true);
    Ok(value)
}
