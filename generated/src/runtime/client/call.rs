//! A call that has not been made yet.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;

use super::attempts::{CallFailure, CallOptions, UntypedCall};
use super::handle::Client;
use super::operation::{FromResponse as _, Operation};
use super::response_slot::ResponseSlot;
use super::retry::RetryPolicy;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::{Channel, TransportKind};
use crate::runtime::transport::{Lease, ProgressCallback, ResponseBuffer, TransferProgress};
use crate::runtime::wire;

/// A call: complete it with its setters, then await it, or [`send`](Self::send) it.
///
/// Nothing happens before.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct Call<R> {
    pub(crate) client: Client,
    request: R,
    options: CallOptions,
}

impl<R: Operation> Call<R> {
    /// A call of a request that was made by hand.
    pub fn new(client: &Client, request: R) -> Self {
        Self { client: client.clone(), request, options: CallOptions::default() }
    }

    /// What is going to be sent.
    pub fn request(&self) -> &R {
        &self.request
    }

    /// The request alone; nothing is sent.
    pub fn into_request(self) -> R {
        self.request
    }

    /// Changes the request.
    pub fn with(mut self, change: impl FnOnce(R) -> R) -> Self {
        self.request = change(self.request);
        self
    }

    /// How long this call may take, with all its attempts, from sending to the whole answer; instead of the default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long each attempt of this call may take; instead of the default. The time of the whole call holds, too.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// How often this call is tried; instead of the default.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Reads the answer into memory that is used again; see [`ResponseBuffer`].
    ///
    /// An answer on the WebSocket, or of a service in the same process, has memory of its own all the same.
    pub fn buffer(mut self, buffer: &ResponseBuffer) -> Self {
        self.options.buffer = Some(buffer.clone());
        self
    }

    /// Has the bytes of the answer written to files of this folder as they arrive, so that they are never in memory as
    /// a whole.
    ///
    /// The [`Blob`](super::Blob)s of the result then are files under temporary names. [`save_as`](super::Blob::save_as)
    /// gives them names; those that have none are removed with the last clone. Nothing is left behind when the call
    /// fails or is dropped. Only the JSON is held to
    /// [`max_response_bytes`](super::ClientBuilder::max_response_bytes).
    ///
    /// Tensors are in memory all the same, and so is what comes on the WebSocket, through a transport of one's own, or
    /// from a service in the same process.
    ///
    /// ```no_run
    /// # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let state = client.model().get_model_state("model-id").blobs_to_files("states").await?;
    /// for (number, part) in state.data.into_iter().enumerate() {
    ///     part.data.save_as(format!("states/{number}.bin")).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn blobs_to_files(mut self, folder: impl Into<PathBuf>) -> Self {
        self.options.folder = Some(folder.into());
        self
    }

    /// Calls this whenever a piece of the request was sent or a piece of the answer has arrived. Each attempt counts
    /// from zero. What travels in another way than over HTTP is told at its end.
    pub fn on_progress(mut self, progress: impl Fn(TransferProgress) + Send + Sync + 'static) -> Self {
        self.options.progress = Some(ProgressCallback(Arc::new(progress)));
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The API rejected it, the request cannot be sent, the connection failed, the response took too long or is
    /// malformed: see [`Error`].
    pub async fn send(self) -> Result<R::Output, Error<R::Error>> {
        let response = self.response().await?;
        Ok(R::Output::from_response(self.client, self.request, response))
    }

    /// Makes the call, for the response alone.
    pub(crate) async fn response(&self) -> Result<R::Response, Error<R::Error>> {
        let (response, ..) = self.make(None).await?;
        Ok(response)
    }

    /// Makes the call, with the subscription that it opens.
    pub(crate) async fn make(
        &self,
        subscribes: Option<&'static Channel>,
    ) -> Result<(R::Response, Option<Lease>, CallInfo), Error<R::Error>> {
        let slot = Arc::new(ResponseSlot::<R>::new());
        let call = self.untyped(subscribes, &slot);
        let (lease, info) = self.client.call(R::METHOD, call).await.map_err(CallFailure::typed)?;
        Ok((slot.take(&info)?, lease, info))
    }

    fn untyped(
        &self,
        subscribes: Option<&'static Channel>,
        slot: &Arc<ResponseSlot<R>>,
    ) -> Result<UntypedCall, Failure> {
        let uses_websocket = self.request.uses_websocket();
        if let (Some(_), false, TransportKind::WebSocketUnless { param, equals }) =
            (subscribes, uses_websocket, R::METHOD.transport)
        {
            return Err(Failure::invalid(param, format!("with {equals}, the call does not subscribe")));
        }
        Ok(UntypedCall {
            method: R::METHOD,
            frame: wire::write_request(&self.request)?,
            options: self.options.clone(),
            uses_websocket,
            subscription_id: self.request.subscription_id().map(str::to_owned),
            subscribes,
            slot: slot.clone(),
        })
    }
}

impl<R: Operation> IntoFuture for Call<R> {
    type Output = Result<R::Output, Error<R::Error>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
