//! The server that all contenders talk to: bare hyper and tungstenite, in this process.

use std::convert::Infallible;

use anyhow::Result;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::Message;

use crate::{entries, events, frames, models, transfers};

/// A server on a port of this machine, which ends with it.
pub struct Server {
    http: String,
    websocket: String,
    _runtime: Runtime,
}

impl Server {
    pub fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (http, websocket) = runtime.block_on(async {
            Ok::<_, std::io::Error>((TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?))
        })?;
        let addresses = (http.local_addr()?, websocket.local_addr()?);
        runtime.spawn(async move {
            while let Ok((socket, _)) = http.accept().await {
                let _ = socket.set_nodelay(true);
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(socket), service_fn(serve));
                tokio::spawn(connection);
            }
        });
        runtime.spawn(async move {
            while let Ok((socket, _)) = websocket.accept().await {
                let _ = socket.set_nodelay(true);
                tokio::spawn(tell(socket));
            }
        });
        let (http, websocket) = (format!("http://{}", addresses.0), format!("ws://{}", addresses.1));
        Ok(Self { http, websocket, _runtime: runtime })
    }

    /// Where calls go.
    pub fn http(&self) -> &str {
        &self.http
    }

    /// Where events come from.
    pub fn websocket(&self) -> &str {
        &self.websocket
    }
}

type Body = BoxBody<Bytes, Infallible>;

/// Reads the request to its end and throws it away, then responds as the method does.
async fn serve(request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
    let path = request.uri().path().to_owned();
    let mut body = request.into_body();
    let mut first = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if first.is_empty() {
            first = data;
        }
    }
    let pieces = match path.rsplit('/').next().unwrap_or_default() {
        "train" => vec![frames::response(r#"{"result":{"trainingSessionId":"session"}}"#)],
        "getModels" => vec![models::response().clone()],
        // The end of the range that is asked for says how many there are.
        "getEntries" => vec![entries::response(&first)],
        // The size stands in the model's id.
        "getModelState" => transfers::response(&first),
        _ => vec![frames::response(r#"{"error":{"code":"unknown"}}"#)],
    };
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let body: Body = match pieces.as_slice() {
        [one] => Full::new(one.clone()).boxed(),
        _ => {
            let frames = pieces.into_iter().map(|piece| Ok(Frame::data(piece)));
            BodyExt::boxed(StreamBody::new(stream::iter(frames)))
        }
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, "application/octet-stream".parse().expect("a constant"));
    headers.insert(CONTENT_LENGTH, length.into());
    Ok(response)
}

/// Responds the first message, then sends as many events as it asks for, and the end.
async fn tell(socket: TcpStream) {
    let Ok(mut socket) = tokio_tungstenite::accept_async(socket).await else { return };
    let Some(Ok(asked)) = socket.next().await else { return };
    let (response, count) = events::subscribed(&asked.into_data());
    let (event, end) = (events::event(count), events::end(count));
    let _ = socket.send(Message::Binary(response)).await;
    for _ in 0..count {
        if socket.feed(Message::Binary(event.clone())).await.is_err() {
            return;
        }
    }
    let _ = socket.send(Message::Binary(end)).await;
    // Whatever else is asked for gets no response; the client closes the socket.
    while let Some(Ok(_)) = socket.next().await {}
}
