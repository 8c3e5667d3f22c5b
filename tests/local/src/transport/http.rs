//! Calls over HTTP.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Response, StatusCode};

use super::connections::Connection;
use super::response;
use super::shared::Shared;

/// Serves `POST /v0/{service}/{method}`.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Arc<Connection>>,
    Path((service, method)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    let active = shared.has_valid_key(request.headers()).then(|| connection.activate());
    let response = tokio::select! {
        biased;
        response = shared.adapter.call(&service, &method, request) => response,
        () = shared.stopping.wait() => {
            response::text(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n".to_owned())
        }
    };
    response::until_sent(response, active)
}
