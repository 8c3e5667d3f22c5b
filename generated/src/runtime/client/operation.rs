//! The request of a call, as generated code implements it.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::Client;
use crate::runtime::event::EventSet;
use crate::runtime::method::{ErrorCode, Method, TransportKind};
use crate::runtime::wire::{FromWire, ToWire};

/// A request: plain data that knows its method, its response and its errors.
pub trait Operation: ToWire + FromWire + Serialize + DeserializeOwned + Debug + Send + Sync + 'static {
    /// What a successful call results in.
    type Response: ToWire + FromWire + Serialize + DeserializeOwned + Debug + Send + 'static;
    /// The errors of the API.
    type Error: ErrorCode;
    /// What the caller gets: the response itself, or a handle on what the call has started.
    type Output: FromResponse<Self>;
    /// The method that is called.
    const METHOD: &'static Method;

    /// Whether the call travels on the WebSocket.
    fn uses_websocket(&self) -> bool {
        !matches!(Self::METHOD.transport, TransportKind::Http)
    }

    /// The id in the parameters that a successful call subscribes to, or whose subscription it ends.
    fn subscription_id(&self) -> Option<&str> {
        None
    }

    /// The id in the response that the call has subscribed to.
    fn response_subscription_id(_: &Self::Response) -> Option<&str> {
        None
    }
}

/// What a successful call gives: the response itself, or a handle on what the call has started.
pub trait FromResponse<R: Operation>: Send + 'static {
    /// Makes the output of the request and its response.
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
