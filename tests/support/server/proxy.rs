//! A proxy between a client and a server, whose connections have faults.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::listener::Listener;

/// The bytes that are read at a time.
const PIECE: usize = 16 << 10;

/// The side that bytes go to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Direction {
    /// From the client.
    ToServer,
    /// From the server.
    ToClient,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FaultKind {
    /// Both sides are reset.
    Reset,
    /// This direction ends as if it had been closed, and the rest is lost.
    Truncate,
    /// This direction stops, and stays open.
    Stall,
    /// The rest comes one byte at a time. No byte is lost.
    Drip,
    /// The byte comes twice.
    Duplicate,
}

/// A fault of a connection, at a byte of one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// The direction.
    pub direction: Direction,
    /// The byte, counted from 0. The fault happens when it arrives.
    pub at: usize,
    /// The kind.
    pub kind: FaultKind,
}

/// How much a proxy has done.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relayed {
    /// Connections that were accepted.
    pub connections: usize,
    /// Bytes that were sent to the server.
    pub to_server: usize,
    /// Bytes that were sent to the client.
    pub to_client: usize,
}

/// A running proxy. It ends with its connections when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    relayed: Arc<Mutex<Relayed>>,
    disconnect: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy of a server. The faults are those of the connections with these numbers.
    pub async fn start(server: SocketAddr, mut fault: impl FnMut(usize) -> Option<Fault> + Send + 'static) -> Self {
        let listener = Listener::bind().await;
        let address = listener.address();
        let relayed = Arc::new(Mutex::new(Relayed::default()));
        let disconnect = Arc::new(Notify::new());
        let (counts, disconnected) = (Arc::clone(&relayed), Arc::clone(&disconnect));
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let client = tokio::select! {
                    // Connections that are accepted later stay.
                    biased;
                    () = disconnected.notified() => {
                        connections.abort_all();
                        continue;
                    }
                    client = listener.accept_any() => client,
                };
                let Some(client) = client else { break };
                let number = {
                    let mut counts = counts.lock().unwrap();
                    counts.connections += 1;
                    counts.connections - 1
                };
                connections.spawn(relay(client, server, fault(number), Arc::clone(&counts)));
            }
        });
        Self { address, relayed, disconnect, task }
    }

    /// Closes all connections.
    pub fn disconnect(&self) {
        self.disconnect.notify_one();
    }

    /// The base URL of the API over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// How much it has done.
    pub fn relayed(&self) -> Relayed {
        *self.relayed.lock().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How a direction ended.
enum End {
    /// The sender closed it, which was passed on, or it stalled.
    Closed,
    /// The whole connection has to be reset.
    Reset,
}

async fn relay(mut client: TcpStream, server: SocketAddr, fault: Option<Fault>, counts: Arc<Mutex<Relayed>>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    client.set_nodelay(true).expect("the connection is open");
    server.set_nodelay(true).expect("the connection is open");
    let at = |direction| fault.filter(|fault| fault.direction == direction).map(|fault| (fault.at, fault.kind));
    let is_reset = {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let up = pump(from_client, to_server, at(Direction::ToServer), |sent| counts.lock().unwrap().to_server += sent);
        let down =
            pump(from_server, to_client, at(Direction::ToClient), |sent| counts.lock().unwrap().to_client += sent);
        tokio::pin!(up, down);
        // When a direction is closed, the other one may still have something to say.
        let (first, is_up) = tokio::select! {
            end = &mut up => (end, true),
            end = &mut down => (end, false),
        };
        let second = match first {
            End::Reset => End::Reset,
            End::Closed if is_up => down.await,
            End::Closed => up.await,
        };
        matches!(second, End::Reset)
    };
    if is_reset {
        // Without lingering, dropping them resets them.
        let _ = (client.set_zero_linger(), server.set_zero_linger());
    }
}

/// Passes bytes on until the fault, or until the sender closes its side.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut fault: Option<(usize, FaultKind)>,
    mut count: impl FnMut(usize),
) -> End {
    let (mut piece, mut passed, mut drips) = (vec![0; PIECE], 0, false);
    loop {
        let read = match from.read(&mut piece).await {
            Ok(0) => {
                let _ = to.shutdown().await;
                return End::Closed;
            }
            Ok(read) => read,
            Err(_) => return End::Reset,
        };
        let mut bytes = &piece[..read];
        if let Some((at, kind)) = fault.filter(|(at, _)| *at < passed + read) {
            fault = None;
            let (before, rest) = bytes.split_at(at - passed);
            if to.write_all(before).await.is_err() {
                return End::Reset;
            }
            count(before.len());
            passed = at;
            bytes = rest;
            match kind {
                FaultKind::Reset => return End::Reset,
                FaultKind::Truncate => {
                    let _ = to.shutdown().await;
                    return drain(from).await;
                }
                FaultKind::Stall => return drain(from).await,
                FaultKind::Drip => drips = true,
                FaultKind::Duplicate => {
                    if to.write_all(&rest[..1]).await.is_err() {
                        return End::Reset;
                    }
                }
            }
        }
        for part in bytes.chunks(if drips { 1 } else { PIECE }) {
            if to.write_all(part).await.is_err() {
                return End::Reset;
            }
            if drips {
                tokio::task::yield_now().await;
            }
        }
        count(bytes.len());
        passed += bytes.len();
    }
}

/// Reads and drops what the sender has left, until it closes its side.
async fn drain(mut from: ReadHalf<'_>) -> End {
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await {
            Ok(0) => return End::Closed,
            Ok(_) => {}
            Err(_) => return End::Reset,
        }
    }
}
