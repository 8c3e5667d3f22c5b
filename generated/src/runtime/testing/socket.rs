//! The server's end of WebSockets, in memory.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::runtime::client::ClientBuilder;
use crate::runtime::error::Failure;
use crate::runtime::method::Method;
use crate::runtime::transport::{
    ConnectionError, Connector, Incoming, Link, Transport, TransportError, TransportRequest, TransportResponse,
};

const TARGET: &str = "the listener in this process";

/// Accepts the WebSockets of clients in this process, for tests that decide about each message and lose connections.
///
/// ```
/// use decthings::testing::SocketListener;
/// use decthings::{Client, Router};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut listener = SocketListener::new();
/// let client = Client::builder().websocket_listener(&listener).build()?;
/// let call = tokio::spawn(client.terminal().subscribe_to_events("session").subscribe());
///
/// let mut socket = listener.accept().await;
/// let request = socket.receive().await.expect("a request");
/// // A router handles messages; this one has no services.
/// let response = Router::new().connect().handle(request).await.expect("a response");
/// socket.send(response);
///
/// assert_eq!(call.await?.unwrap_err().code(), Some("unknown_service"));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct SocketListener {
    connects: mpsc::UnboundedReceiver<Connect>,
    connector: Arc<MemoryConnector>,
}

type Connect = oneshot::Sender<Result<MemoryLink, ConnectionError>>;

impl SocketListener {
    /// A listener without connections.
    #[expect(clippy::new_without_default, reason = "a default listener is of no use")]
    pub fn new() -> Self {
        let (sender, connects) = mpsc::unbounded_channel();
        Self { connects, connector: Arc::new(MemoryConnector(sender)) }
    }

    /// Waits for a client to connect. Cancel safe.
    pub async fn accept(&mut self) -> Socket {
        loop {
            let state = Arc::new(Mutex::default());
            if self.complete(Ok(MemoryLink { state: Arc::clone(&state), activity: 0 })).await {
                return Socket(state);
            }
        }
    }

    /// Waits for a client to connect, and refuses the connection. Cancel safe.
    pub async fn refuse(&mut self) {
        while !self.complete(Err(ConnectionError::new(format!("{TARGET} refused the connection")))).await {}
    }

    /// Returns whether the client still waited.
    async fn complete(&mut self, result: Result<MemoryLink, ConnectionError>) -> bool {
        match self.connects.recv().await {
            Some(connect) => connect.send(result).is_ok(),
            // The listener has a sender itself.
            None => std::future::pending().await,
        }
    }
}

impl<C> ClientBuilder<C> {
    /// Connects the WebSocket to a listener in this process. Calls over HTTP need another
    /// [`transport`](Self::transport). URLs, API keys and headers have no effect.
    pub fn websocket_listener(mut self, listener: &SocketListener) -> Self {
        self.in_process = Some((listener.connector.clone(), listener.connector.clone()));
        self
    }
}

#[derive(Debug)]
struct MemoryConnector(mpsc::UnboundedSender<Connect>);

impl Connector for MemoryConnector {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        let (connect, connected) = oneshot::channel();
        let _ = self.0.send(connect);
        Box::pin(async {
            match connected.await {
                Ok(result) => result.map(|link| -> Box<dyn Link> { Box::new(link) }),
                Err(_) => Err(ConnectionError::new(format!("{TARGET} was dropped"))),
            }
        })
    }

    fn target(&self) -> &str {
        TARGET
    }
}

impl Transport for MemoryConnector {
    fn send(&self, _: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        let reason = format!("{TARGET} accepts WebSockets only; set a transport for calls over HTTP");
        Box::pin(std::future::ready(Err(Failure::invalid("", reason).into())))
    }
}

/// The server's end of a client's WebSocket. Dropping it breaks the connection.
pub struct Socket(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The client's message that the server has not received.
    request: Option<Bytes>,
    /// The server's messages that the client has not received.
    messages: VecDeque<Bytes>,
    closed: bool,
    client: Option<Waker>,
    server: Option<Waker>,
}

impl Socket {
    /// The client's next message; `None` after it has closed the connection. Until it is received, the client queues
    /// further calls. Cancel safe.
    pub async fn receive(&mut self) -> Option<Bytes> {
        poll_fn(|context| {
            let mut state = lock(&self.0);
            let request = state.request.take();
            if request.is_none() && !state.closed {
                state.server = Some(context.waker().clone());
                return Poll::Pending;
            }
            wake(&mut state.client);
            Poll::Ready(request)
        })
        .await
    }

    /// Sends a message to the client: a response or an event, which may be malformed.
    pub fn send(&self, message: impl Into<Bytes>) {
        let mut state = lock(&self.0);
        state.messages.push_back(message.into());
        wake(&mut state.client);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.closed = true;
        wake(&mut state.client);
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("is_closed", &lock(&self.0).closed).finish_non_exhaustive()
    }
}

/// The client's end.
struct MemoryLink {
    state: Arc<Mutex<State>>,
    activity: u64,
}

impl Link for MemoryLink {
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<()> {
        // `poll` registers the waker.
        if lock(&self.state).request.is_none() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn send(&mut self, _: &'static Method, message: Bytes) {
        let mut state = lock(&self.state);
        state.request = Some(message);
        wake(&mut state.server);
    }

    fn ping(&mut self) {
        self.activity = self.activity.wrapping_add(1);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        let mut state = lock(&self.state);
        if let Some(message) = state.messages.pop_front() {
            return Poll::Ready(Incoming::Message(message));
        }
        if state.closed {
            let error = ConnectionError::new(format!("{TARGET} closed the connection"));
            return Poll::Ready(Incoming::Disconnected(error));
        }
        state.client = Some(context.waker().clone());
        Poll::Pending
    }

    fn activity(&self) -> u64 {
        self.activity
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}

impl Drop for MemoryLink {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.closed = true;
        wake(&mut state.server);
    }
}

/// A panic cannot leave the state inconsistent: nothing panics within a change.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(waker: &mut Option<Waker>) {
    waker.take().into_iter().for_each(Waker::wake);
}
