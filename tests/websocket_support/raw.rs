//! A server that does exactly what a test says.

use std::net::SocketAddr;

use bytes::Bytes;
use decthings::{Client, ClientBuilder, RetryPolicy};
use decthings_tests::codec::{join_response, split_request};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderMap;

use super::soon;

/// A server that does exactly what a test says.
pub struct Raw {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// One of its connections.
pub struct RawSocket {
    pub socket: WebSocketStream<TcpStream>,
    pub headers: HeaderMap,
}

/// A message of the client.
#[derive(Debug)]
pub struct Asked {
    pub id: u32,
    pub json: Value,
    pub blobs: Vec<Bytes>,
}

impl Asked {
    pub fn method(&self) -> &str {
        self.json["method"].as_str().unwrap()
    }
}

impl Raw {
    pub async fn new() -> Self {
        decthings_tests::keep_log();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    /// Makes one attempt, so that what a server does is seen as it is.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder().http_url(format!("http://{}/v0", self.address)).retry(RetryPolicy::off())
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub async fn accept_tcp(&self) -> TcpStream {
        soon(self.listener.accept()).await.unwrap().0
    }

    pub async fn accept(&self) -> RawSocket {
        let mut headers = HeaderMap::new();
        #[expect(clippy::result_large_err, reason = "the library wants it so")]
        let look = |request: &Request, response: Response| {
            assert_eq!(request.uri().path(), "/v0/ws");
            headers = request.headers().clone();
            Ok(response)
        };
        let stream = self.accept_tcp().await;
        let socket = soon(tokio_tungstenite::accept_hdr_async(stream, look)).await.unwrap();
        RawSocket { socket, headers }
    }

    /// Whether nobody connects within a short time.
    pub async fn is_left_alone(&self) -> bool {
        let short = std::time::Duration::from_millis(200);
        tokio::time::timeout(short, self.listener.accept()).await.is_err()
    }
}

impl RawSocket {
    /// The next message of the client; nothing when it closes the connection.
    pub async fn try_asked(&mut self) -> Option<Asked> {
        loop {
            match soon(self.socket.next()).await? {
                Ok(Message::Binary(message)) => return Some(parse(message)),
                Ok(Message::Close(_)) => {}
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(other) => panic!("{other:?}"),
                Err(_) => return None,
            }
        }
    }

    pub async fn asked(&mut self, method: &str) -> Asked {
        let asked = self.try_asked().await.expect("the client closed the connection");
        assert_eq!(asked.method(), method);
        asked
    }

    pub async fn is_closed(&mut self) -> bool {
        self.try_asked().await.is_none()
    }

    pub async fn send(&mut self, message: impl Into<Bytes>) {
        soon(self.socket.send(Message::Binary(message.into()))).await.unwrap();
    }

    pub async fn answer(&mut self, id: u32, result: Value) {
        self.send(answer(id, &json!({ "result": result }), &[])).await;
    }

    pub async fn refuse(&mut self, id: u32, code: &str) {
        self.send(answer(id, &json!({"error": {"code": code}}), &[])).await;
    }

    pub async fn echo(&mut self, asked: Asked) {
        self.send(echo_of(&asked)).await;
    }

    pub async fn data(&mut self, id: &str, text: &str) {
        self.send(data_of(id, text)).await;
    }

    pub async fn exit(&mut self, id: &str) {
        self.send(exit_of(id)).await;
    }
}

pub fn echo_of(asked: &Asked) -> Bytes {
    let result = json!({"result": {"text": asked.json["params"]["text"]}});
    answer(asked.id, &result, &[&asked.blobs[0]])
}

pub fn data_of(id: &str, text: &str) -> Bytes {
    event("Talk", &json!({"event": "data", "params": {"talkId": id}}), &[text.as_bytes()])
}

pub fn exit_of(id: &str) -> Bytes {
    event("Talk", &json!({"event": "exit", "params": {"talkId": id, "reason": "done"}}), &[])
}

pub fn answer(id: u32, json: &Value, blobs: &[&[u8]]) -> Bytes {
    let mut message = vec![0];
    message.extend(id.to_be_bytes());
    message.extend(join_response(&json.to_string(), blobs));
    message.into()
}

pub fn event(service: &str, json: &Value, blobs: &[&[u8]]) -> Bytes {
    let mut message = vec![1, u8::try_from(service.len()).unwrap()];
    message.extend(service.as_bytes());
    message.extend(join_response(&json.to_string(), blobs));
    message.into()
}

fn parse(message: Bytes) -> Asked {
    let (id, body) = message.split_first_chunk().unwrap();
    let (json, blobs) = split_request(body).unwrap();
    let blobs = blobs.into_iter().map(Bytes::from).collect();
    Asked { id: u32::from_be_bytes(*id), json: serde_json::from_slice(json).unwrap(), blobs }
}
