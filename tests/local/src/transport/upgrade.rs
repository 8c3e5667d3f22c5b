//! From an HTTP request to a WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::shared::Shared;
use super::{response, websocket};
use crate::util;

/// Upgrades a connection to a WebSocket. This needs no key, since each message has one.
pub(super) async fn upgrade(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let Some(accept) = accept(request.headers()) else {
        let mut response = response::text(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket endpoint\n".to_owned());
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return response;
    };
    let limit = shared.limits().sockets;
    let mut sockets = util::lock(&shared.sockets);
    while sockets.try_join_next().is_some() {}
    if sockets.len() >= limit || shared.stopping.is_set() {
        let message = format!("the limit of {limit} WebSockets is reached, or the server is stopping\n");
        return response::text(StatusCode::SERVICE_UNAVAILABLE, message);
    }
    let own = shared.clone();
    sockets.spawn(async move {
        let upgraded = tokio::select! {
            biased;
            upgraded = hyper::upgrade::on(request) => upgraded,
            () = own.stopping.wait() => return,
        };
        // The client may have gone.
        let Ok(upgraded) = upgraded else { return };
        let limit = Some(own.limits().body_bytes);
        let config = WebSocketConfig::default().max_message_size(limit).max_frame_size(limit);
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        websocket::serve(&own, stream).await;
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// The header `Sec-WebSocket-Accept`; nothing if the request is not a WebSocket handshake.
fn accept(headers: &HeaderMap) -> Option<HeaderValue> {
    let has = |name, wanted: &str| {
        let value = headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted))
    };
    if !(has(CONNECTION, "upgrade") && has(UPGRADE, "websocket") && has(SEC_WEBSOCKET_VERSION, "13")) {
        return None;
    }
    HeaderValue::from_str(&derive_accept_key(headers.get(SEC_WEBSOCKET_KEY)?.as_bytes())).ok()
}
