//! Calls to services in the same process, with the same frames but without a socket.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream as _;
use futures_core::future::BoxFuture;
use http::StatusCode;
use tokio::task::JoinSet;

use super::connection::Connection;
use super::outbox::Outgoing;
use super::router::Router;
use crate::runtime::client::ClientBuilder;
use crate::runtime::method::Method;
use crate::runtime::transport::{
    ConnectionError, Connector, Incoming, Link, Transport, TransportError, TransportRequest, TransportResponse,
};

/// The maximum number of calls on a connection that services handle at a time.
const MAX_CALLS: usize = 1024;

#[derive(Debug)]
struct InProcess(Router);

impl Transport for InProcess {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            let body = request.to_bytes();
            let response = self.0.handle(request.method.service, request.method.name, body).await;
            Ok(TransportResponse::new(StatusCode::OK, response.to_bytes()))
        })
    }
}

impl Connector for InProcess {
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

impl<C> ClientBuilder<C> {
    /// Sends calls to services in this process, with the same encoding but without a socket. URLs, API keys and headers
    /// have no effect. A [`transport`](Self::transport) replaces them for calls over HTTP.
    pub fn service(mut self, router: impl Into<Router>) -> Self {
        let services = Arc::new(InProcess(router.into()));
        self.in_process = Some((services.clone(), services));
        self
    }
}

struct InProcessLink {
    connection: Connection,
    events: Outgoing,
    calls: JoinSet<Option<Bytes>>,
    activity: u64,
}

impl Link for InProcessLink {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<()> {
        // `poll` wakes the task when a call completes.
        if self.calls.len() < MAX_CALLS { Poll::Ready(()) } else { Poll::Pending }
    }

    fn send(&mut self, _: &'static Method, message: Bytes) {
        self.calls.spawn(self.connection.handle(message));
    }

    fn ping(&mut self) {
        self.activity = self.activity.wrapping_add(1);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        let problem = match self.calls.poll_join_next(context) {
            Poll::Ready(Some(Ok(Some(message)))) => return Poll::Ready(Incoming::Message(message)),
            Poll::Ready(Some(Err(error))) if error.is_panic() => "a service in this process panicked",
            Poll::Ready(Some(_)) => "no response from a service in this process",
            Poll::Ready(None) | Poll::Pending => match ready!(Pin::new(&mut self.events).poll_next(context)) {
                Some(message) => return Poll::Ready(Incoming::Message(message)),
                None => "too many unread events of the services in this process",
            },
        };
        Poll::Ready(Incoming::Disconnected(ConnectionError::new(problem)))
    }

    fn activity(&self) -> u64 {
        self.activity
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}
