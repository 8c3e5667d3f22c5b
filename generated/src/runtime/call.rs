//! A call that has not been made yet.

use std::time::Duration;

use super::error::Failure;
use super::events::EventSet as _;
use super::exchange::{Carried, Failed, Job, is_retryable};
use super::options::CallOptions;
use super::{
    AnswerBuffer, BoxFuture, Channel, Client, Error, IdSource, Operation, RetryPolicy, Route, Subscribes, Subscription,
    wire,
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

    /// Makes the call.
    ///
    /// # Errors
    ///
    /// The API refused it, the request cannot be sent, the connection failed, the answer took too long or makes no
    /// sense: see [`Error`].
    pub async fn send(self) -> Result<R::Output, Error<R::Error>> {
        let (client, job) = self.job(None)?;
        let Carried { answer, info, .. } = client.exchange(job).await.map_err(Failed::typed)?;
        wire::decode_answer::<R>(answer, info)
    }

    fn job(self, subscribes: Option<(&'static Channel, IdSource)>) -> Result<(Client, Job), Error<R::Error>> {
        let Self { client, request, options } = self;
        let method = R::METHOD;
        let frame = wire::encode_request(method, &request).map_err(|failure| failure.at(method))?;
        Ok((client, Job { method, frame, options, subscribes, is_retryable: is_retryable::<R::Error> }))
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
        let (client, job) = self.job(Some((R::Events::CHANNEL, R::ID)))?;
        if let Route::WebSocketUnless { param, equals } = job.method.transport {
            if wire::has_flag(&job.frame, param, equals) {
                let failure = Failure::invalid(param, format!("with {equals}, the call does not subscribe"));
                return Err(failure.at(job.method));
            }
        }
        let Carried { answer, lease, info } = client.exchange(job).await.map_err(Failed::typed)?;
        wire::decode_answer::<R>(answer, info.clone())?;
        match lease {
            Some(lease) => Ok(Subscription::new(client, lease)),
            None => {
                let (IdSource::Params(name) | IdSource::Result(name)) = R::ID;
                Err(Failure::decode(format!("result.{name}"), "the id to subscribe to is missing", "").at(info))
            }
        }
    }
}

impl<R: Operation> IntoFuture for Call<R> {
    type Output = Result<R::Output, Error<R::Error>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
