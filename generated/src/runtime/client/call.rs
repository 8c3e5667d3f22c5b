//! Calls of one method.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_core::future::BoxFuture;

use super::attempts::{CallOptions, UntypedCall};
use super::handle::Client;
use super::operation::{FromResponse as _, Operation};
use super::retry::RetryPolicy;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::{Channel, ErrorCode as _, TransportKind};
use crate::runtime::redact::Redactor;
use crate::runtime::transport::{Lease, ProgressCallback, ReadOutcome, ResponseBuffer, Slot, TransferProgress};
use crate::runtime::wire;
use crate::runtime::wire::{JsonLimits, RawResponse, ResponseError};

/// A call: complete it with its setters, then await it, or [`send`](Self::send) it.
///
/// A call has the setters of its request, for the optional parameters of its method. The docs of each method list them.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct Call<R> {
    pub(crate) client: Client,
    request: R,
    options: CallOptions,
}

impl<R: Operation> Call<R> {
    /// Makes a call from a request.
    pub fn new(client: &Client, request: R) -> Self {
        Self { client: client.clone(), request, options: CallOptions::default() }
    }

    /// The request.
    pub fn request(&self) -> &R {
        &self.request
    }

    /// Returns the request without sending it.
    pub fn into_request(self) -> R {
        self.request
    }

    /// Changes the request.
    pub fn with(mut self, change: impl FnOnce(R) -> R) -> Self {
        self.request = change(self.request);
        self
    }

    /// The timeout of this call, with all its attempts, until the end of the response. Overrides the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// The timeout of each attempt of this call. Overrides the client's.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// The retry policy of this call. Overrides the client's.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Reads an HTTP response into a reusable buffer; see [`ResponseBuffer`].
    pub fn buffer(mut self, buffer: &ResponseBuffer) -> Self {
        self.options.buffer = Some(buffer.clone());
        self
    }

    /// Writes the blobs of the response to files in this folder as they arrive, instead of reading them into memory.
    ///
    /// The [`Blob`](crate::Blob)s of the result are temporary files, which are removed with their last clone unless
    /// [`save_as`](crate::Blob::save_as) renames them. A call that fails or is dropped leaves no files. The folder is
    /// created if it does not exist.
    /// The size of the blobs is not limited.
    ///
    /// This has no effect on tensors, on the WebSocket, and with custom transports or services in the same process.
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
        self.options.blob_folder = Some(folder.into());
        self
    }

    /// Calls this function whenever a part of the request was sent or a part of the response has arrived. Each attempt
    /// counts from zero. Transports other than HTTP report only on completion.
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

    pub(crate) async fn response(&self) -> Result<R::Response, Error<R::Error>> {
        let (response, ..) = self.make(None).await?;
        Ok(response)
    }

    /// Makes the call, and subscribes to the events if there are any to subscribe to.
    pub(crate) async fn make(
        &self,
        subscribes: Option<&'static Channel>,
    ) -> Result<(R::Response, Option<Lease>, CallInfo), Error<R::Error>> {
        let slot = Arc::new(ResponseSlot::<R>(Mutex::new(None)));
        let call = self.untyped(subscribes, &slot);
        let (lease, info) = self.client.0.call(R::METHOD, call).await.map_err(|(failure, info)| failure.at(info))?;
        match slot.replace(None) {
            Some(Ok(response)) => Ok((response, lease, info)),
            Some(Err(error)) => Err(error.at(info)),
            None => Err(Failure::decode("", "the response was not read", "").at(info)),
        }
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

/// Receives the response of each attempt; the last one counts.
struct ResponseSlot<R: Operation>(Mutex<Option<SlotContent<R>>>);

type SlotContent<R> = Result<<R as Operation>::Response, ResponseError<<R as Operation>::Error>>;

impl<R: Operation> ResponseSlot<R> {
    fn replace(&self, content: Option<SlotContent<R>>) -> Option<SlotContent<R>> {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), content)
    }
}

impl<R: Operation> Slot for ResponseSlot<R> {
    fn read(&self, response: RawResponse, limits: JsonLimits) -> ReadOutcome {
        let content = match wire::read_response::<R::Response, R::Error>(response, limits) {
            Err(ResponseError::Malformed(failure)) => return ReadOutcome::Malformed(failure),
            content => content,
        };
        let outcome = match &content {
            Err(ResponseError::Api { error, .. }) => {
                ReadOutcome::Api { code: error.code().to_owned(), is_retryable: error.is_retryable() }
            }
            content => {
                let id = content.as_ref().ok().and_then(R::response_subscription_id);
                ReadOutcome::Result { subscription_id: id.map(str::to_owned) }
            }
        };
        self.replace(Some(content));
        outcome
    }

    fn redact(&self, redactor: &Redactor) -> Option<String> {
        let mut content = self.replace(None)?;
        let mut code = None;
        if let Err(ResponseError::Api { .. }) = &content {
            content = content.map_err(|error| error.redacted(redactor));
        }
        if let Err(ResponseError::Api { error, .. }) = &content {
            code = Some(error.code().to_owned());
        }
        self.replace(Some(content));
        code
    }
}

impl<R: Operation> IntoFuture for Call<R> {
    type Output = Result<R::Output, Error<R::Error>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
