//! The connections of a server that follows a script.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::http::{Request, discard_body, read_body, read_head, write_padding};
use super::listener::Listener;
use super::websocket::{RequestMessage, WebSocket};

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

pub(super) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
pub(super) type Responder = Arc<dyn Fn(&Request) -> BoxFuture<Reply> + Send + Sync>;
pub(super) type Messages = Box<dyn FnMut(&RequestMessage) -> Vec<Vec<u8>> + Send>;

/// The script of a running server, and what has happened so far.
pub(super) struct Shared {
    pub(super) responder: Mutex<Responder>,
    pub(super) messages: Mutex<Messages>,
    pub(super) keeps_bodies: bool,
    /// The paths of all requests whose head arrived.
    pub(super) paths: Mutex<Vec<String>>,
    pub(super) requests: Mutex<Vec<Request>>,
    pub(super) request_messages: Mutex<Vec<RequestMessage>>,
    pub(super) counts: watch::Sender<Counts>,
}

/// Serves connections until the task is aborted.
pub(super) async fn accept(listener: Listener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Some(stream) = listener.accept_any().await {
        shared.counts.send_modify(|counts| counts.connections += 1);
        connections.spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// Serves a connection until one side ends it.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    loop {
        let Some(mut request) = read_head(&mut stream).await else { break };
        if WebSocket::is_handshake(&request) {
            return serve_websocket(WebSocket::upgrade(stream, request).await, &shared).await;
        }
        shared.paths.lock().unwrap().push(request.path().to_owned());
        let Some(length) = request.content_length() else { break };
        let read = match shared.keeps_bodies {
            true => read_body(&mut stream, &mut request, length).await,
            false => discard_body(&mut stream, &mut request, length).await,
        };
        if read.is_none() {
            break;
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
