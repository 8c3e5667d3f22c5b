//! Doubles of the service, in place of HTTP and of the WebSocket.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use crate::runtime::client::ClientBuilder;
use crate::runtime::error::Failure;
use crate::runtime::method::Method;
use crate::runtime::transport::{
    ConnectionError, Connector, Incoming, Link, Transport, TransportError, TransportRequest, TransportResponse,
};
use crate::runtime::wire;
use crate::runtime::wire::{IncomingFrame, JsonLimits};

/// Responds to calls without a network.
pub(super) trait Double: Clone + Send + Sync + 'static {
    /// The name for messages.
    const TARGET: &'static str;

    /// The response to an attempt of a call; `None` if there never is one.
    fn respond(&self, method: &'static Method, request: IncomingFrame) -> Option<Response>;

    /// The next event on the WebSocket, or its end.
    fn poll_event(&self, _: &mut Context<'_>) -> Poll<Incoming> {
        Poll::Pending
    }
}

pub(super) type Response = Result<TransportResponse, TransportError>;

impl<C> ClientBuilder<C> {
    pub(super) fn double(mut self, double: impl Double) -> Self {
        let service = Arc::new(Service(double));
        self.in_process = Some((service.clone(), service));
        self
    }
}

struct Service<D>(D);

impl<D: Double> Transport for Service<D> {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Response> {
        let response = match IncomingFrame::read(&request.to_bytes()) {
            Ok(frame) => self.0.respond(request.method, frame),
            Err(failure) => Some(Err(failure.into())),
        };
        match response {
            Some(response) => Box::pin(std::future::ready(response)),
            None => Box::pin(std::future::pending()),
        }
    }
}

impl<D: Double> Connector for Service<D> {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        let link = DoubleLink { double: self.0.clone(), responses: VecDeque::new(), activity: 0 };
        Box::pin(std::future::ready(Ok(Box::new(link) as Box<dyn Link>)))
    }

    fn target(&self) -> &str {
        D::TARGET
    }
}

struct DoubleLink<D> {
    double: D,
    responses: VecDeque<Incoming>,
    activity: u64,
}

impl<D: Double> DoubleLink<D> {
    /// The body of the response to a message, without its id.
    fn respond(&self, method: &'static Method, message: &Bytes) -> Option<Result<Bytes, Failure>> {
        let request = match wire::read_socket_request(message, JsonLimits::default()) {
            Ok(request) => request.frame,
            Err(failure) => return Some(Err(failure)),
        };
        let response = self.double.respond(method, request)?;
        Some(response.map_err(|error| error.0).and_then(|response| Ok(response.accept()?.body)))
    }
}

impl<D: Double> Link for DoubleLink<D> {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn send(&mut self, method: &'static Method, message: Bytes) {
        let Some((id, message)) = wire::split_id(&message) else { return };
        self.responses.extend(self.respond(method, &message).map(|response| match response {
            Ok(body) => Incoming::Message(wire::response_message(id, &[body])),
            Err(failure) => Incoming::Failed(id, failure),
        }));
    }

    fn ping(&mut self) {
        self.activity = self.activity.wrapping_add(1);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        match self.responses.pop_front() {
            Some(response) => Poll::Ready(response),
            None => self.double.poll_event(context),
        }
    }

    fn activity(&self) -> u64 {
        self.activity
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}
