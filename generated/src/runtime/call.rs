//! A call that has not been made yet.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::error::Failure;
use super::events::EventSet as _;
use super::exchange::{Carried, Failed, Job, is_retryable};
use super::files::OnTransfer;
use super::options::CallOptions;
use super::{
    AnswerBuffer, BoxFuture, Channel, Client, Error, Given, IdSource, Operation, RetryPolicy, Route, Subscribes,
    Subscription, Transferred, wire,
};

/// A call: complete it with its setters, then await it, or [`send`](Self::send) it.
///
/// Nothing happens before.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct Call<R> {
    client: Client,
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

    /// Reads the answer into memory that is used again; see [`AnswerBuffer`].
    ///
    /// An answer on the WebSocket, or of a service in the same process, has memory of its own all the same.
    pub fn buffer(mut self, buffer: &AnswerBuffer) -> Self {
        self.options.buffer = Some(buffer.clone());
        self
    }

    /// Has the bytes of the answer written to files of this folder as they arrive, so that they are never in memory as
    /// a whole.
    ///
    /// The [`Blob`](super::Blob)s of the result then are files under temporary names. [`save_as`](super::Blob::save_as)
    /// gives them names; those that have none are removed with the last clone. Nothing is left behind when the call
    /// fails or is dropped. Only the JSON is held to
    /// [`max_answer_bytes`](super::ClientBuilder::max_answer_bytes).
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
    pub fn on_progress(mut self, progress: impl Fn(Transferred) + Send + Sync + 'static) -> Self {
        self.options.progress = Some(OnTransfer(Arc::new(progress)));
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The API refused it, the request cannot be sent, the connection failed, the answer took too long or makes no
    /// sense: see [`Error`].
    pub async fn send(self) -> Result<R::Answer, Error<R::Error>> {
        let result = self.exchange().await?;
        Ok(R::Answer::given(self.client, self.request, result))
    }

    /// Makes the call, for the result alone.
    pub(crate) async fn exchange(&self) -> Result<R::Output, Error<R::Error>> {
        let carried = self.client.exchange(self.job(None)?).await;
        let Carried { answer, files, info, .. } = carried.map_err(Failed::typed)?;
        wire::decode_answer::<R>(answer, files, info)
    }

    fn job(&self, subscribes: Option<(&'static Channel, IdSource)>) -> Result<Job, Error<R::Error>> {
        let method = R::METHOD;
        let frame = wire::encode_request(method, &self.request).map_err(|failure| failure.at(method))?;
        let options = self.options.clone();
        Ok(Job { method, frame, options, subscribes, is_retryable: is_retryable::<R::Error> })
    }
}

impl<R: Subscribes> Call<R> {
    /// Makes the call on the WebSocket, and subscribes to the events of what it starts or names.
    ///
    /// Events that come before the answer are delivered as well. Those of a call that was only sent are dropped.
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send).
    pub async fn subscribe(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        let job = self.job(Some((R::Events::CHANNEL, R::ID)))?;
        if let Route::WebSocketUnless { param, equals } = job.method.transport {
            if wire::has_flag(&job.frame, param, equals) {
                let failure = Failure::invalid(param, format!("with {equals}, the call does not subscribe"));
                return Err(failure.at(job.method));
            }
        }
        let Carried { answer, files, lease, info } = self.client.exchange(job).await.map_err(Failed::typed)?;
        wire::decode_answer::<R>(answer, files, info.clone())?;
        match lease {
            Some(lease) => Ok(Subscription::new(self.client, lease)),
            None => {
                let (IdSource::Params(name) | IdSource::Result(name)) = R::ID;
                Err(Failure::decode(format!("result.{name}"), "the id to subscribe to is missing", "").at(info))
            }
        }
    }
}

impl<R: Operation> IntoFuture for Call<R> {
    type Output = Result<R::Answer, Error<R::Error>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
