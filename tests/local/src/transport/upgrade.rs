//! From an HTTP request to a WebSocket.

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use decthings::ApiError;

use super::connections::Connection;
use super::shared::Shared;

/// Upgrades a connection to a WebSocket. The first message with a valid key takes a place among the WebSockets, and makes
/// the connection active.
pub(super) async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Arc<Connection>>,
    request: Request,
) -> Response<Body> {
    let (keys, place) = (shared.clone(), OnceLock::new());
    // The connection owns what serves it.
    let own = Arc::downgrade(&connection);
    let adapter = shared.adapter.clone().check_key(move |key| {
        keys.check(key)?;
        if place.get().is_none() {
            let permit = keys.sockets.clone().try_acquire_owned();
            let permit = permit.map_err(|_| ApiError::new("too_many_requests"))?;
            let _ = place.set((permit, own.upgrade().map(|connection| connection.activate())));
        }
        Ok(())
    });
    let (response, serving) = adapter.upgrade(request);
    if let Some(serving) = serving {
        connection.upgrade(serving);
    }
    response
}
