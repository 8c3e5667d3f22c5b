//! From an HTTP request to a WebSocket.

use std::sync::{Arc, PoisonError};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::serve::Shared;
use super::{answer, socket};

/// Makes a WebSocket of the connection. Keys come with the messages, so anybody may have one.
pub(super) async fn upgrade(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let Some(accept) = accept(request.headers()) else {
        let mut response = answer::text(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket\n".to_owned());
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return response;
    };
    let limit = shared.local.config.limits.sockets;
    let mut sockets = shared.sockets.lock().unwrap_or_else(PoisonError::into_inner);
    while sockets.try_join_next().is_some() {}
    if sockets.len() >= limit || shared.stopping.get().is_some() {
        let message = format!("there are {limit} WebSockets already, or the server is stopping\n");
        return answer::text(StatusCode::SERVICE_UNAVAILABLE, message);
    }
    let own = shared.clone();
    sockets.spawn(async move {
        let upgraded = tokio::select! {
            biased;
            upgraded = hyper::upgrade::on(request) => upgraded,
            () = own.stopping.wait() => return,
        };
        // Nothing to tell anybody if the client has gone.
        let Ok(upgraded) = upgraded else { return };
        let limit = Some(own.local.config.limits.body_bytes);
        let config = WebSocketConfig::default().max_message_size(limit).max_frame_size(limit);
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        socket::serve(&own, stream).await;
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

/// The server's half of the handshake; nothing if the client's is no WebSocket's.
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
