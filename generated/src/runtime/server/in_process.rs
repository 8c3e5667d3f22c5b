//! Calls to services of the same process: the same frames, no socket.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream as _;
use futures_core::future::BoxFuture;
use http::StatusCode;
use tokio::task::JoinSet;

use super::connection::Connection;
use super::outbox::Outgoing;
use super::router::Router;
use crate::runtime::client::ClientBuilder;
use crate::runtime::transport::{
    ConnectionError, Connector, Incoming, Link, Transport, TransportError, TransportRequest, TransportResponse,
};

#[derive(Debug)]
struct InProcess(Router);

impl Transport for InProcess {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let body = request.to_bytes();
            let answer = self.0.handle(request.method.service, request.method.name, body).await;
            Ok(TransportResponse::new(StatusCode::OK, answer.to_bytes()))
        })
    }
}

impl ClientBuilder {
    /// Calls go to services in this process: through the same encoding, but no socket. Addresses, keys and headers
    /// do not matter then.
    pub fn service(self, router: Router) -> Self {
        self.in_process(Arc::new(InProcess(router.clone())), Arc::new(InProcessConnector(router)))
    }
}

/// Makes connections to services of the same process.
#[derive(Debug)]
struct InProcessConnector(Router);

impl Connector for InProcessConnector {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        let connection = self.0.connect();
        let events = connection.events();
        let link: Box<dyn Link> = Box::new(InProcessLink { connection, events, calls: JoinSet::new(), activity: 0 });
        Box::pin(std::future::ready(Ok(link)))
    }

    fn target(&self) -> &str {
        "the services in this process"
    }
}

struct InProcessLink {
    connection: Connection,
    events: Outgoing,
    calls: JoinSet<Option<Bytes>>,
    activity: u64,
}

impl Link for InProcessLink {
    fn send(&mut self, message: Bytes) {
        self.calls.spawn(self.connection.handle(message));
    }

    fn ping(&mut self) {
        self.activity = self.activity.wrapping_add(1);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        match self.calls.poll_join_next(context) {
            Poll::Ready(Some(Ok(Some(message)))) => return Poll::Ready(Incoming::Message(message)),
            Poll::Ready(Some(Err(error))) if error.is_panic() => {
                return Poll::Ready(Incoming::Disconnected(ConnectionError::new("a service in this process panicked")));
            }
            Poll::Ready(Some(_)) => {
                return Poll::Ready(Incoming::Disconnected(ConnectionError::new(
                    "a service in this process gave no answer",
                )));
            }
            Poll::Ready(None) | Poll::Pending => {}
        }
        match std::pin::Pin::new(&mut self.events).poll_next(context) {
            Poll::Ready(Some(message)) => Poll::Ready(Incoming::Message(message)),
            Poll::Ready(None) => {
                let message = "more events of a service in this process waited than may";
                Poll::Ready(Incoming::Disconnected(ConnectionError::new(message)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn activity(&self) -> u64 {
        self.activity
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}
