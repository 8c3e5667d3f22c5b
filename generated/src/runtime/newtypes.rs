//! The types that code generated in other crates adds functions to: `Client`, `Call`, `Subscription` and `Router`.
//!
//! A crate may only add functions to types of its own. So each API outside this crate has its own, which these macros
//! declare around those of this crate.

/// Declares the `Client` of an API, its `ClientBuilder`, `Call` and `Subscription`. The argument is the prefix of the
/// environment variables, for their docs.
///
/// The client has to implement [`ApiClient`](crate::runtime::ApiClient).
#[macro_export]
macro_rules! client_types {
    ($environment:literal) => {
        /// A client of the API. Cheap to clone; clones share connections.
        ///
        /// Calls need a Tokio runtime with timers and I/O enabled.
        #[derive(Clone, Debug)]
        pub struct Client($crate::runtime::Client);

        /// The settings of a [`Client`].
        pub type ClientBuilder = $crate::runtime::ClientBuilder<Client>;

        impl Client {
            /// A builder with the default settings.
            pub fn builder() -> ClientBuilder {
                ClientBuilder::new()
            }

            #[doc = concat!("A client with the settings of the environment variables `", $environment, "_API_KEY`, `")]
            #[doc = concat!($environment, "_HTTP_URL` and `", $environment, "_WS_URL`, all of which are optional.")]
            ///
            /// # Errors
            ///
            /// A variable has an invalid value.
            pub fn from_env() -> Result<Self, $crate::runtime::BuildError> {
                ClientBuilder::from_env().build()
            }

            /// The URL of calls over HTTP. Unused with services in the same process.
            pub fn http_url(&self) -> &str {
                self.0.http_url()
            }

            /// The URL of the WebSocket. Unused with services in the same process.
            pub fn websocket_url(&self) -> &str {
                self.0.websocket_url()
            }

            /// Replaces the API key, or its provider, of this client and its clones. `None` removes it.
            ///
            /// # Errors
            ///
            /// The key has control characters, or would be sent to another machine without TLS. The old key stays.
            pub fn set_api_key(
                &self,
                key: impl Into<Option<$crate::runtime::ApiKey>>,
            ) -> Result<(), $crate::runtime::BuildError> {
                self.0.set_api_key(key)
            }
        }

        impl From<$crate::runtime::Client> for Client {
            fn from(client: $crate::runtime::Client) -> Self {
                Self(client)
            }
        }

        impl AsRef<$crate::runtime::Client> for Client {
            fn as_ref(&self) -> &$crate::runtime::Client {
                &self.0
            }
        }

        /// A call: complete it with its setters, then await it, or [`send`](Self::send) it.
        #[derive(Clone, Debug)]
        #[must_use = "a call does nothing until it is awaited or sent"]
        pub struct Call<R>($crate::runtime::Call<R>);

        impl<R: $crate::runtime::Operation> Call<R> {
            /// Makes a call from a request.
            pub fn new(client: &Client, request: R) -> Self {
                Self($crate::runtime::Call::new(&client.0, request))
            }

            /// The request.
            pub fn request(&self) -> &R {
                self.0.request()
            }

            /// Returns the request without sending it.
            pub fn into_request(self) -> R {
                self.0.into_request()
            }

            /// Changes the request.
            pub fn with(self, change: impl FnOnce(R) -> R) -> Self {
                Self(self.0.with(change))
            }

            /// The timeout of this call, with all its attempts, until the end of the response. Overrides the client's.
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.timeout(timeout))
            }

            /// The timeout of each attempt of this call. Overrides the client's.
            pub fn attempt_timeout(self, timeout: std::time::Duration) -> Self {
                Self(self.0.attempt_timeout(timeout))
            }

            /// The retry policy of this call. Overrides the client's.
            pub fn retry(self, policy: $crate::runtime::RetryPolicy) -> Self {
                Self(self.0.retry(policy))
            }

            /// Reads an HTTP response into a reusable buffer.
            pub fn buffer(self, buffer: &$crate::runtime::ResponseBuffer) -> Self {
                Self(self.0.buffer(buffer))
            }

            /// Writes the blobs of the response to files in this folder as they arrive, instead of reading them into memory.
            ///
            /// The blobs of the result are temporary files, which are removed with their last clone unless `save_as` renames
            /// them. A call that fails or is dropped leaves no files. The size of the blobs is not limited.
            ///
            /// This has no effect on tensors, on the WebSocket, and with custom transports or services in the same process.
            pub fn blobs_to_files(self, folder: impl Into<std::path::PathBuf>) -> Self {
                Self(self.0.blobs_to_files(folder))
            }

            /// Calls this function whenever a part of the request was sent or a part of the response has arrived. Each
            /// attempt counts from zero. Transports other than HTTP report only on completion.
            pub fn on_progress(
                self,
                progress: impl Fn($crate::runtime::TransferProgress) + Send + Sync + 'static,
            ) -> Self {
                Self(self.0.on_progress(progress))
            }

            /// Makes the call.
            ///
            /// # Errors
            ///
            /// The API rejected it, the request cannot be sent, the connection failed, the response took too long or is
            /// malformed.
            pub async fn send(self) -> Result<R::Output, $crate::runtime::Error<R::Error>> {
                self.0.send().await
            }
        }

        impl<R: $crate::runtime::Operation> IntoFuture for Call<R> {
            type Output = Result<R::Output, $crate::runtime::Error<R::Error>>;
            type IntoFuture = $crate::runtime::BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                self.0.into_future()
            }
        }

        impl<R: $crate::runtime::Paged> Call<R> {
            /// The pages of the list from `offset` on, with `limit` items each, or with the server's default. The first
            /// page is fetched when it is read.
            pub fn pages(self) -> $crate::runtime::Pages<R> {
                self.0.pages()
            }

            /// The items of all [`pages`](Self::pages), one by one.
            pub fn items(self) -> $crate::runtime::Items<R> {
                self.0.items()
            }

            /// The number of items on all pages.
            ///
            /// # Errors
            ///
            /// As those of [`send`](Self::send).
            pub async fn total(self) -> Result<u32, $crate::runtime::Error<R::Error>> {
                self.0.total().await
            }
        }

        impl<R: $crate::runtime::Subscribable> Call<R> {
            /// Makes the call on the WebSocket, and subscribes to the events of its session.
            ///
            /// Events that arrive before the response are delivered, too.
            ///
            /// # Errors
            ///
            /// As those of [`send`](Self::send).
            pub async fn subscribe(self) -> Result<Subscription<R::Events>, $crate::runtime::Error<R::Error>> {
                self.0.subscribe().await.map(Subscription::from)
            }
        }

        /// The events of a session: a stream, which ends after the session's last event.
        ///
        /// Unread updates wait in a bounded buffer. A slow reader misses events, whose number an update reports, but does
        /// not block other readers. After a connection error the client reconnects and resubscribes, and an update reports
        /// that events may be missing.
        ///
        /// Dropping it unsubscribes, without waiting for the server.
        #[derive(Debug)]
        #[must_use = "dropping a subscription unsubscribes"]
        pub struct Subscription<E> {
            // Dropped before the client, which owns the connection.
            events: $crate::runtime::Subscription<E>,
            client: Client,
        }

        impl<E: $crate::runtime::EventSet> Subscription<E> {
            /// The session's id.
            pub fn id(&self) -> &str {
                self.events.id()
            }

            /// The client that subscribed.
            pub fn client(&self) -> &Client {
                &self.client
            }

            /// The next update; `None` after the last one. Cancel safe.
            pub async fn next(&mut self) -> Option<$crate::runtime::Update<E>> {
                self.events.next().await
            }

            /// Unsubscribes, and waits for the server's response. Unread updates are lost.
            ///
            /// # Errors
            ///
            /// The server rejected the call, or did not respond in time. It is not an error if the session, the
            /// subscription or the connection has ended.
            pub async fn unsubscribe(self) -> Result<(), $crate::runtime::Error> {
                self.events.unsubscribe().await
            }
        }

        impl<E: $crate::runtime::EventSet> From<$crate::runtime::Subscription<E>> for Subscription<E> {
            fn from(events: $crate::runtime::Subscription<E>) -> Self {
                let client = Client(events.client().clone());
                Self { events, client }
            }
        }

        impl<E: $crate::runtime::EventSet> $crate::runtime::Stream for Subscription<E> {
            type Item = $crate::runtime::Update<E>;

            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                std::pin::Pin::new(&mut self.events).poll_next(context)
            }
        }

        $crate::blocking_calls!();
    };
}

/// Declares the blocking functions of calls.
#[cfg(feature = "blocking")]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_calls {
    () => {
        impl<R: $crate::runtime::Operation> Call<R> {
            /// Makes the call, and blocks this thread until the response.
            ///
            /// # Errors
            ///
            /// As those of [`send`](Self::send). In async code it fails: await the call instead.
            pub fn send_blocking(self) -> Result<R::Output, $crate::runtime::Error<R::Error>> {
                self.0.send_blocking()
            }
        }

        impl<R: $crate::runtime::Subscribable> Call<R> {
            /// Subscribes as [`subscribe`](Self::subscribe) does, and blocks this thread until the response.
            ///
            /// # Errors
            ///
            /// As those of [`send_blocking`](Self::send_blocking).
            pub fn subscribe_blocking(self) -> Result<Subscription<R::Events>, $crate::runtime::Error<R::Error>> {
                self.0.subscribe_blocking().map(Subscription::from)
            }
        }

        impl<R: $crate::runtime::Paged> Call<R> {
            /// The [`items`](Self::items) of all pages as an iterator, which blocks this thread.
            ///
            /// # Errors
            ///
            /// In async code it fails: read the stream instead. The iterator yields the errors of calls.
            pub fn items_blocking(
                self,
            ) -> Result<$crate::runtime::blocking::Iter<$crate::runtime::Items<R>>, $crate::runtime::Error<R::Error>>
            {
                self.0.items_blocking()
            }

            /// The [`pages`](Self::pages) as an iterator, which blocks this thread.
            ///
            /// # Errors
            ///
            /// As those of [`items_blocking`](Self::items_blocking).
            pub fn pages_blocking(
                self,
            ) -> Result<$crate::runtime::blocking::Iter<$crate::runtime::Pages<R>>, $crate::runtime::Error<R::Error>>
            {
                self.0.pages_blocking()
            }

            /// The number of items on all pages. Blocks this thread.
            ///
            /// # Errors
            ///
            /// As those of [`send_blocking`](Self::send_blocking).
            pub fn total_blocking(self) -> Result<u32, $crate::runtime::Error<R::Error>> {
                self.0.total_blocking()
            }
        }

        impl<E: $crate::runtime::EventSet> Subscription<E> {
            /// The next update; `None` after the last one. Blocks this thread.
            ///
            /// # Errors
            ///
            /// In async code it fails: await [`next`](Self::next) instead.
            pub fn next_blocking(
                &mut self,
            ) -> Result<Option<$crate::runtime::Update<E>>, $crate::runtime::blocking::BlockingError> {
                self.events.next_blocking()
            }

            /// Unsubscribes, and blocks this thread until the response.
            ///
            /// # Errors
            ///
            /// As those of [`unsubscribe`](Self::unsubscribe). In async code it fails, and the server is not waited for.
            pub fn unsubscribe_blocking(self) -> Result<(), $crate::runtime::Error> {
                self.events.unsubscribe_blocking()
            }
        }
    };
}

/// Declares nothing: the cargo feature `blocking` is off.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_calls {
    () => {};
}

/// Declares the calls by name of a `Client`, which the module `dynamic` beside it looks up.
#[cfg(feature = "dynamic")]
#[macro_export]
macro_rules! dynamic_calls {
    () => {
        impl Client {
            /// Calls a method by the names on the wire. `null` means no parameters.
            ///
            /// # Errors
            ///
            /// There is no such method, or its cargo feature is off; otherwise as those of a typed call.
            pub async fn call_json(
                &self,
                service: &str,
                method: &str,
                params: $crate::runtime::Value,
            ) -> Result<$crate::runtime::Value, $crate::runtime::Error> {
                dynamic::operation(service, method)?.call(&self.0, params).await
            }
        }
    };
}

/// Declares the `Router` of an API, which serves its services.
#[cfg(feature = "server")]
#[macro_export]
macro_rules! router_type {
    () => {
        /// Services by name. Cheap to clone.
        #[derive(Clone, Debug, Default)]
        pub struct Router($crate::runtime::Router);

        impl Router {
            /// A router without services.
            pub fn new() -> Self {
                Self::default()
            }

            /// Adds a service, or replaces it.
            pub fn route(self, service: &'static str, routes: std::sync::Arc<dyn $crate::runtime::Routes>) -> Self {
                Self(self.0.route(service, routes))
            }

            /// Delivers the events of this hub. Without it, connections receive no events.
            pub fn events(self, hub: $crate::runtime::EventHub) -> Self {
                Self(self.0.events(hub))
            }

            /// Sets the maximum number of bytes of the JSON of a request, which does not include blobs; 64 MiB by default.
            /// The response to larger JSON is the error `invalid_request`.
            pub fn max_json_bytes(self, bytes: usize) -> Self {
                Self(self.0.max_json_bytes(bytes))
            }

            /// The response to a request, whose body is that of `POST /{service}/{method}`.
            ///
            /// The response to an invalid request is an error: `unknown_service`, `unknown_method`, or that of the method for
            /// requests that it cannot read, which is `invalid_request` if the API has none.
            pub async fn handle(
                &self,
                service: &str,
                method: &str,
                body: $crate::runtime::Bytes,
            ) -> $crate::runtime::ResponseFrame {
                self.0.handle(service, method, body).await
            }

            /// The connection of a client that has connected to the WebSocket.
            pub fn connect(&self) -> $crate::runtime::Connection {
                self.0.connect()
            }
        }

        impl From<Router> for $crate::runtime::Router {
            fn from(router: Router) -> Self {
                router.0
            }
        }
    };
}
