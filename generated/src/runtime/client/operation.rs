//! The traits of requests, which generated code implements.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::Client;
use crate::runtime::event::EventSet;
use crate::runtime::method::{ErrorCode, Method, TransportKind};
use crate::runtime::wire::{FromWire, ToWire};

/// A request of a method, with its response and its errors.
pub trait Operation: ToWire + FromWire + Serialize + DeserializeOwned + Debug + Send + Sync + 'static {
    /// The response of a successful call.
    type Response: ToWire + FromWire + Serialize + DeserializeOwned + Debug + Send + 'static;
    /// The errors of the method.
    type Error: ErrorCode;
    /// The output of a successful call: the response, or a handle for the work that it started.
    type Output: FromResponse<Self>;
    /// The method.
    const METHOD: &'static Method;

    /// Whether the call travels on the WebSocket.
    fn uses_websocket(&self) -> bool {
        !matches!(Self::METHOD.transport, TransportKind::Http)
    }

    /// The id in the parameters that a successful call subscribes to or unsubscribes from.
    fn subscription_id(&self) -> Option<&str> {
        None
    }

    /// The id in the response that a successful call subscribes to.
    fn response_subscription_id(_: &Self::Response) -> Option<&str> {
        None
    }
}

/// The output of a successful call: the response, or a handle for the work that it started.
pub trait FromResponse<R: Operation>: Send + 'static {
    /// Makes the output from the request and its response.
    fn from_response(client: Client, request: R, response: R::Response) -> Self;
}

impl<R: Operation<Response = T>, T: Serialize + Send + 'static> FromResponse<R> for T {
    fn from_response(_: Client, _: R, response: T) -> Self {
        response
    }
}

/// A request that can subscribe to events.
pub trait Subscribable: Operation {
    /// The events.
    type Events: EventSet;
}
