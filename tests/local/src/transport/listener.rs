//! Accepts connections and serves them.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use super::connections::Connection;
use super::shared::{CLOSE_TIMEOUT, Shared};

/// How long the head of a request may take to arrive, and how long a connection may wait for a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The largest head of a request, in bytes.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long a client may read nothing of what is sent to it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// Accepts connections until the server stops, then waits until they are closed.
pub(super) async fn listen(shared: Arc<Shared>, mut listener: TcpListener, routes: axum::Router) {
    let mut tasks = JoinSet::new();
    loop {
        let next = async {
            let (stream, _) = Listener::accept(&mut listener).await;
            (stream, shared.connections.admit().await)
        };
        let (stream, connection) = tokio::select! {
            biased;
            () = shared.stopping.wait() => break,
            next = next => next,
        };
        while tasks.try_join_next().is_some() {}
        tasks.spawn(serve(shared.clone(), stream, connection, routes.clone()));
    }
    drop(listener);
    while tasks.join_next().await.is_some() {}
}

/// Serves a connection: HTTP, and then a WebSocket if it becomes one.
async fn serve(shared: Arc<Shared>, stream: TcpStream, connection: Arc<Connection>, routes: axum::Router) {
    // Without it, only latency is worse.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIMEOUT));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_header_size(MAX_HEAD_BYTES);
    let service = TowerToHyperService::new(routes.layer(Extension(connection.clone())));
    {
        let mut serving = pin!(http.serve_connection(TokioIo::new(Box::pin(stream)), service).with_upgrades());
        tokio::select! {
            biased;
            () = connection.closed() => return,
            () = shared.stopping.wait() => {
                serving.as_mut().graceful_shutdown();
                let _ = timeout(CLOSE_TIMEOUT, serving).await;
            }
            // The client may break the connection, or the rules of HTTP.
            _ = &mut serving => {}
        }
    }
    let Some(serving) = connection.take_upgrade() else { return };
    tokio::select! {
        () = connection.closed() => {}
        () = serving => {}
    }
}
