//! A server that follows a script on its own.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::http::{Request, discard_body, ok, read_body, read_head, write_padding};
use super::listener::Listener;
use super::websocket::{RequestMessage, WebSocket};
use crate::soon;

/// What the server does about a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Writes this, and waits for another request on the connection.
    Respond(Vec<u8>),
    /// Writes this and then so many `w`, without holding them in memory, and waits for another request.
    Padded(Vec<u8>, usize),
    /// Writes this, closes its side of the connection, and waits for the client to close the other.
    Close(Vec<u8>),
    /// Writes this, and keeps the connection open until the client leaves.
    Stall(Vec<u8>),
    /// Writes this, and resets the connection.
    Reset(Vec<u8>),
}

/// Where the server resets a connection before it has a whole request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// Before it reads anything.
    BeforeRequest,
    /// After the head of the request.
    AfterHead,
    /// In the middle of the body.
    MidBody,
}

/// How much has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Connections that were accepted.
    pub connections: usize,
    /// Connections that the client closed.
    pub closed: usize,
    /// Requests that arrived whole.
    pub requests: usize,
    /// Bytes of their bodies.
    pub body_bytes: usize,
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Responder = Arc<dyn Fn(&Request) -> BoxFuture<Reply> + Send + Sync>;
type Messages = Box<dyn FnMut(&RequestMessage) -> Vec<Vec<u8>> + Send>;
type Cuts = Box<dyn Fn(usize) -> Option<Cut> + Send + Sync>;

/// The script of a server.
pub struct ServerBuilder {
    responder: Responder,
    messages: Messages,
    cuts: Cuts,
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

    /// Decides where to reset the connection, by the number of the request. Called before anything is read.
    pub fn cut(mut self, cuts: impl Fn(usize) -> Option<Cut> + Send + Sync + 'static) -> Self {
        self.cuts = Box::new(cuts);
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
            cuts: self.cuts,
            keeps_bodies: self.keeps_bodies,
            attempts: AtomicUsize::new(0),
            paths: Mutex::default(),
            requests: Mutex::default(),
            request_messages: Mutex::default(),
            counts: watch::Sender::default(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Server { address, shared, task }
    }
}

struct Shared {
    responder: Mutex<Responder>,
    messages: Mutex<Messages>,
    cuts: Cuts,
    keeps_bodies: bool,
    /// How often the server began to wait for a request.
    attempts: AtomicUsize,
    /// The paths of all requests whose head arrived.
    paths: Mutex<Vec<String>>,
    requests: Mutex<Vec<Request>>,
    request_messages: Mutex<Vec<RequestMessage>>,
    counts: watch::Sender<Counts>,
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
            cuts: Box::new(|_| None),
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

async fn accept(listener: Listener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Some(stream) = listener.accept_any().await {
        shared.counts.send_modify(|counts| counts.connections += 1);
        connections.spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// Serves a connection until one side ends it.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    loop {
        let cut = (shared.cuts)(shared.attempts.fetch_add(1, Ordering::SeqCst));
        if cut == Some(Cut::BeforeRequest) {
            return reset(&stream);
        }
        let Some(mut request) = read_head(&mut stream).await else { break };
        if request.header("upgrade").first().is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
            return serve_websocket(WebSocket::upgrade(stream, request).await, &shared).await;
        }
        shared.paths.lock().unwrap().push(request.path().to_owned());
        let length = request.content_length();
        let read = match cut {
            Some(Cut::AfterHead) => return reset(&stream),
            Some(Cut::MidBody) => read_body(&mut stream, &mut request, length / 2).await,
            _ if shared.keeps_bodies => read_body(&mut stream, &mut request, length).await,
            _ => discard_body(&mut stream, &mut request).await,
        };
        if read.is_none() {
            break;
        }
        if cut.is_some() {
            return reset(&stream);
        }
        let responder = Arc::clone(&shared.responder.lock().unwrap());
        let reply = responder(&request);
        shared.requests.lock().unwrap().push(request);
        shared.counts.send_modify(|counts| {
            counts.requests += 1;
            counts.body_bytes += length;
        });
        let reply = tokio::select! {
            biased;
            reply = reply => reply,
            () = client_closes(&stream) => break,
        };
        match reply {
            Reply::Respond(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            Reply::Padded(bytes, count) => {
                if stream.write_all(&bytes).await.is_err() || write_padding(&mut stream, count).await.is_err() {
                    break;
                }
            }
            // The client may have enough before all is written.
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut [0]).await;
                break;
            }
            Reply::Stall(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.read(&mut [0]).await;
                break;
            }
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return reset(&stream);
            }
        }
    }
    shared.counts.send_modify(|counts| counts.closed += 1);
}

async fn serve_websocket(mut socket: WebSocket, shared: &Shared) {
    while let Some(request) = socket.receive().await {
        let messages = (shared.messages.lock().unwrap())(&request);
        shared.request_messages.lock().unwrap().push(request);
        for message in messages {
            if !socket.try_send(message).await {
                return;
            }
        }
    }
}

/// Ends once the client has closed the connection. Further requests don't count as that.
async fn client_closes(stream: &TcpStream) {
    if stream.peek(&mut [0]).await.is_ok_and(|read| read > 0) {
        std::future::pending::<()>().await;
    }
}

/// Makes the connection end with a reset when it is dropped, as closing without lingering does.
fn reset(stream: &TcpStream) {
    stream.set_zero_linger().expect("the connection is open");
}
