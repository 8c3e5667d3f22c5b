//! A server that follows a script on its own.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connection::{Counts, Messages, Reply, Responder, Shared, accept};
use super::http::{Request, ok};
use super::listener::Listener;
use super::websocket::RequestMessage;
use crate::soon;

/// The script of a server.
pub struct ServerBuilder {
    responder: Responder,
    messages: Messages,
    keeps_bodies: bool,
}

impl ServerBuilder {
    /// Decides on each request over HTTP.
    pub fn reply(self, reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        self.reply_async(move |request| std::future::ready(reply(request)))
    }

    /// Decides on each request over HTTP in its own time. The future is dropped when the client leaves meanwhile.
    pub fn reply_async<F>(mut self, reply: impl Fn(&Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        self.responder = Arc::new(move |request| Box::pin(reply(request)));
        self
    }

    /// Sends messages in response to each message on a WebSocket.
    pub fn messages(mut self, messages: impl FnMut(&RequestMessage) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        self.messages = Box::new(messages);
        self
    }

    /// Counts the bytes of bodies, and drops them.
    pub fn discard_bodies(mut self) -> Self {
        self.keeps_bodies = false;
        self
    }

    /// Starts the server.
    pub async fn start(self) -> Server {
        let listener = Listener::bind().await;
        let address = listener.address();
        let shared = Arc::new(Shared {
            responder: Mutex::new(self.responder),
            messages: Mutex::new(self.messages),
            keeps_bodies: self.keeps_bodies,
            paths: Mutex::default(),
            requests: Mutex::default(),
            request_messages: Mutex::default(),
            counts: watch::Sender::default(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Server { address, shared, task }
    }
}

/// A running server. It ends with its connections when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server that responds with an empty frame, until the script says otherwise.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            responder: Arc::new(|_| Box::pin(std::future::ready(Reply::Respond(ok(b""))))),
            messages: Box::new(|_| Vec::new()),
            keeps_bodies: true,
        }
    }

    /// Decides on each request over HTTP.
    pub async fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::builder().reply(reply).start().await
    }

    /// Does the same about every request over HTTP.
    pub async fn always(reply: Reply) -> Self {
        Self::start(move |_| reply.clone()).await
    }

    /// Takes the next reply for each request, and repeats the last one for ever.
    pub async fn in_turn(replies: Vec<Reply>) -> Self {
        let turns = Mutex::new(0..replies.len());
        Self::start(move |_| {
            let turn = turns.lock().unwrap().next().unwrap_or(replies.len() - 1);
            replies[turn].clone()
        })
        .await
    }

    /// Sends messages in response to each message on a WebSocket.
    pub async fn messages(messages: impl FnMut(&RequestMessage) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        Self::builder().messages(messages).start().await
    }

    /// Does this about every request over HTTP from now on, and forgets the requests so far.
    pub fn reset_to(&self, reply: Reply) {
        *self.shared.responder.lock().unwrap() = Arc::new(move |_| Box::pin(std::future::ready(reply.clone())));
        self.shared.requests.lock().unwrap().clear();
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of the API over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// How much has happened so far.
    pub fn counts(&self) -> Counts {
        *self.shared.counts.borrow()
    }

    /// Waits until this has happened.
    pub async fn until(&self, happened: impl FnMut(&Counts) -> bool) {
        soon(self.shared.counts.subscribe().wait_for(happened)).await.expect("the server runs");
    }

    /// The requests that arrived whole, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The only request that there was.
    pub fn only_request(&self) -> Request {
        let mut requests = std::mem::take(&mut *self.shared.requests.lock().unwrap());
        assert_eq!(requests.len(), 1);
        requests.remove(0)
    }

    /// How many requests arrived at least in part, by the last segment of their path.
    pub fn started_requests(&self, method: &str) -> usize {
        let paths = self.shared.paths.lock().unwrap();
        paths.iter().filter(|path| path.rsplit('/').next() == Some(method)).count()
    }

    /// The last message on a WebSocket, once.
    pub fn take_message(&self) -> Option<RequestMessage> {
        self.shared.request_messages.lock().unwrap().pop()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
