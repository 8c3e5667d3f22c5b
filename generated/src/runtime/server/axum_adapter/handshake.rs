//! From an HTTP request to a WebSocket, by RFC 6455.

use ::axum::body::Body;
use ::axum::extract::Request;
use ::axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use ::axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::upgrade::OnUpgrade;

use super::response;
use crate::runtime::transport::websocket_accept;

/// The response to a request, and the connection after it if the request is a handshake. This needs no key, since each
/// message has one.
pub(super) fn respond(request: Request) -> (Response<Body>, Option<OnUpgrade>) {
    let Some(accept) = accept(request.headers()) else {
        let mut response = response::text(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket endpoint\n".to_owned());
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return (response, None);
    };
    let upgrade = hyper::upgrade::on(request);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    (response, Some(upgrade))
}

/// The header `Sec-WebSocket-Accept`; `None` if the request is not a handshake.
fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    let has = |name, wanted: &str| {
        let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted))
    };
    if !(has(CONNECTION, "upgrade") && has(UPGRADE, "websocket") && has(SEC_WEBSOCKET_VERSION, "13")) {
        return None;
    }
    HeaderValue::from_str(&websocket_accept(headers.get(SEC_WEBSOCKET_KEY)?.as_bytes())).ok()
}
