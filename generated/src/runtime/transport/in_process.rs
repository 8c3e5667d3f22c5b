//! Calls to services of the same process: the same frames, no socket.

use bytes::Bytes;

use super::{Transport, WireCall};
use crate::runtime::error::Failure;
use crate::runtime::{BoxFuture, Router};

#[derive(Debug)]
pub(crate) struct InProcess(pub(crate) Router);

impl Transport for InProcess {
    fn carry(&self, call: WireCall) -> BoxFuture<'_, Result<Bytes, Failure>> {
        Box::pin(async move {
            let body = call.frame.to_bytes();
            let answer = self.0.handle(call.method.service, call.method.name, body).await;
            Ok(answer.to_bytes())
        })
    }
}
