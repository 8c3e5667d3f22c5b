//! A server on loopback that takes next to no memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The size of everything that the server keeps in memory.
const PIECE: usize = 64 << 10;

/// What the server answers to everything.
struct Script {
    json: &'static [u8],
    /// The length of a blob that follows the JSON, all `w`.
    blob: usize,
    /// How much of it is sent before the connection is closed.
    sent: usize,
    received: AtomicUsize,
}

/// A server that counts what it receives, and ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers with JSON, and with a blob if it is to have bytes.
    pub async fn start(json: &'static [u8], blob: usize) -> Self {
        Self::announcing(json, blob, blob).await
    }

    /// The same, but the connection is closed when so much of the blob is sent.
    pub async fn announcing(json: &'static [u8], blob: usize, sent: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script { json, blob, sent, received: AtomicUsize::new(0) });
        let task = tokio::spawn(accept(listener, Arc::clone(&script)));
        Self { address, script, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// How many bytes of bodies have been received.
    pub fn received(&self) -> usize {
        self.script.received.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>) {
    // One connection at a time is enough.
    while let Ok((socket, _)) = listener.accept().await {
        serve(socket, &script).await;
    }
}

async fn serve(mut socket: TcpStream, script: &Script) {
    while let Some(length) = read_head(&mut socket).await {
        let mut piece = vec![0; PIECE];
        let mut left = length;
        while left > 0 {
            let most = left.min(PIECE);
            match socket.read(&mut piece[..most]).await {
                Ok(read @ 1..) => left -= read,
                _ => return,
            }
        }
        script.received.fetch_add(length, Ordering::SeqCst);
        if answer(&mut socket, script).await.is_err() || script.sent < script.blob {
            return;
        }
    }
}

async fn answer(socket: &mut TcpStream, script: &Script) -> std::io::Result<()> {
    let mut frame = vec![u8::try_from(script.json.len()).unwrap()];
    frame.extend(script.json);
    if script.blob > 0 {
        frame.push(254);
        frame.extend(u32::try_from(script.blob).unwrap().to_be_bytes());
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", frame.len() + script.blob);
    socket.write_all(&[head.as_bytes(), &frame].concat()).await?;
    let piece = vec![b'w'; PIECE];
    let mut left = script.sent;
    while left > 0 {
        let most = left.min(PIECE);
        left -= socket.write(&piece[..most]).await?;
    }
    Ok(())
}

/// Reads up to the body; its length.
async fn read_head(socket: &mut TcpStream) -> Option<usize> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    Some(length.map_or(0, |length| length.trim().parse().unwrap()))
}
