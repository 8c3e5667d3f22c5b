//! A call that has not been made yet.

use std::time::Duration;

use super::error::Failure;
use super::events::EventSet as _;
use super::{BoxFuture, Client, Error, Given, IdSource, Operation, Subscribes, Subscription, wire};

/// A call: complete it with its setters, then await it, or [`send`](Self::send) it.
///
/// Nothing happens before.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is awaited or sent"]
pub struct Call<R> {
    client: Client,
    request: R,
    timeout: Option<Duration>,
}

impl<R: Operation> Call<R> {
    /// A call of a request that was made by hand.
    pub fn new(client: &Client, request: R) -> Self {
        Self { client: client.clone(), request, timeout: None }
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

    /// How long this call may take, from sending to the whole answer; instead of the default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
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
        let method = R::METHOD;
        let frame = wire::encode_request(method, &self.request).map_err(|failure| failure.at(method))?;
        let answer = self.client.exchange(method, frame, self.timeout).await;
        let answer = answer.map_err(|failure| failure.at(method))?;
        wire::decode_answer::<R>(answer)
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
        let method = R::METHOD;
        let frame = wire::encode_request(method, &self.request).map_err(|failure| failure.at(method))?;
        let opened = self.client.open(method, frame, self.timeout, R::Events::CHANNEL, R::ID).await;
        let opened = opened.map_err(|failure| failure.at(method))?;
        wire::decode_answer::<R>(opened.answer)?;
        match opened.lease {
            Some(lease) => Ok(Subscription::new(self.client, lease)),
            None => {
                let (IdSource::Params(name) | IdSource::Result(name)) = R::ID;
                Err(Failure::decode(format!("result.{name}"), "the id to subscribe to is missing", "").at(method))
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
