//! Calls to services of the same process: the same frames, no socket.

use http::StatusCode;

use super::{Transport, TransportError, TransportRequest, TransportResponse};
use crate::runtime::{BoxFuture, Router};

#[derive(Debug)]
pub(crate) struct InProcess(pub(crate) Router);

impl Transport for InProcess {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let body = request.to_bytes();
            let answer = self.0.handle(request.method.service, request.method.name, body).await;
            Ok(TransportResponse::new(StatusCode::OK, answer.to_bytes()))
        })
    }
}
