//! A server on loopback that does what it is told, also what no server should.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::soon;

/// What the server does about a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Writes this, and waits for another request on the connection.
    Answer(Vec<u8>),
    /// Writes this, closes its side of the connection, and waits for the client to close the other.
    Close(Vec<u8>),
    /// Writes this, and keeps the connection until the client leaves.
    Hang(Vec<u8>),
    /// Cuts the connection without a word.
    Reset,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// Such as `/v0/Model/train`.
    pub fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The values of a header, in order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }
}

/// How much has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    pub connections: usize,
    pub requests: usize,
    /// Connections that the client left.
    pub left: usize,
}

struct Shared {
    act: Box<dyn Fn(&Request) -> Act + Send + Sync>,
    requests: Mutex<Vec<Request>>,
    seen: watch::Sender<Seen>,
}

/// The server. It ends, with its connections, when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> Self {
        decthings_tests::keep_log();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, seen) = (Mutex::default(), watch::Sender::default());
        let shared = Arc::new(Shared { act: Box::new(act), requests, seen });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    /// Does the same about every request.
    pub async fn always(act: Act) -> Self {
        Self::start(move |_| act.clone()).await
    }

    /// Does one thing after the other, and the last for ever.
    pub async fn in_turn(acts: Vec<Act>) -> Self {
        let turns = Mutex::new(0..acts.len());
        Self::start(move |_| {
            let turn = turns.lock().unwrap().next().unwrap_or(acts.len() - 1);
            acts[turn].clone()
        })
        .await
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    pub fn seen(&self) -> Seen {
        *self.shared.seen.borrow()
    }

    /// Waits until this has happened.
    pub async fn until(&self, happened: impl FnMut(&Seen) -> bool) {
        soon(self.shared.seen.subscribe().wait_for(happened)).await.unwrap();
    }

    /// What was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The only request that there was.
    pub fn only_request(&self) -> Request {
        let mut requests = std::mem::take(&mut *self.shared.requests.lock().unwrap());
        assert_eq!(requests.len(), 1);
        requests.remove(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        shared.seen.send_modify(|seen| seen.connections += 1);
        connections.spawn(serve(socket, Arc::clone(&shared)));
    }
}

async fn serve(mut socket: TcpStream, shared: Arc<Shared>) {
    while let Some(request) = read(&mut socket).await {
        let act = (shared.act)(&request);
        shared.requests.lock().unwrap().push(request);
        shared.seen.send_modify(|seen| seen.requests += 1);
        match act {
            Act::Answer(bytes) => {
                if socket.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            // The client may have enough before all is written.
            Act::Close(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.shutdown().await;
                let _ = socket.read(&mut [0]).await;
                break;
            }
            Act::Hang(bytes) => {
                let _ = socket.write_all(&bytes).await;
                let _ = socket.read(&mut [0]).await;
                break;
            }
            // Closing without lingering is what sends a reset.
            Act::Reset => return socket.set_zero_linger().unwrap(),
        }
    }
    shared.seen.send_modify(|seen| seen.left += 1);
}

/// What a client that wants TLS begins with.
const TLS: u8 = 22;

/// Reads a request; nothing when the client is gone, or wants TLS.
async fn read(socket: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::with_capacity(1 << 16);
    let head = loop {
        if socket.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if bytes[0] == TLS {
            let _ = socket.write_all(&sized("400 Bad Request", b"this is not TLS")).await;
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let mut body = bytes.split_off(head);
    let mut request = Request { head: String::from_utf8(bytes).unwrap(), body: Vec::new() };
    let length: usize = request.header("content-length").first().map_or(0, |length| length.parse().unwrap());
    body.reserve(length);
    while body.len() < length {
        if socket.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    request.body = body;
    Some(request)
}

/// An HTTP answer with these lines in its head.
pub fn http(status: &str, lines: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    lines.iter().for_each(|line| head.push_str(&format!("{line}\r\n")));
    [head.as_bytes(), b"\r\n", body].concat()
}

/// An HTTP answer that announces its length.
pub fn sized(status: &str, body: &[u8]) -> Vec<u8> {
    http(status, &[&format!("Content-Length: {}", body.len())], body)
}

/// An HTTP answer as it should be, with this frame.
pub fn ok(frame: &[u8]) -> Vec<u8> {
    sized("200 OK", frame)
}

/// An HTTP answer in chunks of at most that many bytes.
pub fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in body.chunks(size) {
        chunks.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunks.extend(chunk);
        chunks.extend(b"\r\n");
    }
    chunks.extend(b"0\r\n\r\n");
    http("200 OK", &["Transfer-Encoding: chunked"], &chunks)
}

/// The frame of an answer.
pub fn frame(json: &str, blobs: &[&[u8]]) -> Vec<u8> {
    decthings_tests::codec::join_response(json, blobs)
}

/// An address on loopback where nobody listens: it was free a moment ago.
pub async fn deserted() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// Long enough for loopback to answer, short enough to wait for.
pub const MOMENT: Duration = Duration::from_millis(150);
