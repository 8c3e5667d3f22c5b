//! Who may call.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use decthings::ApiKey;

/// Whether the headers of a request have one of the keys.
pub(super) fn in_headers(keys: &[String], headers: &HeaderMap) -> bool {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| allowed(keys, given))
}

/// Whether a message on a WebSocket has one of the keys.
pub(super) fn in_message(keys: &[String], key: Option<&ApiKey>) -> bool {
    key.is_some_and(|key| allowed(keys, key.expose().as_bytes()))
}

fn allowed(keys: &[String], given: &[u8]) -> bool {
    keys.iter().fold(false, |allowed, key| allowed | same(key.as_bytes(), given))
}

/// Compares in a time that does not tell where the difference is.
fn same(key: &[u8], given: &[u8]) -> bool {
    let difference = key.iter().zip(given).fold(0u8, |difference, (a, b)| difference | (a ^ b));
    !key.is_empty() && key.len() == given.len() && difference == 0
}
