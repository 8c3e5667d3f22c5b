//! The server's end of a WebSocket.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

use super::http::{Request, read_head, response};
use crate::codec::{response_message, split_request_message};
use crate::soon;

/// A WebSocket with a client at its other end.
pub struct WebSocket {
    stream: WebSocketStream<TcpStream>,
    /// The request of the handshake.
    pub handshake: Request,
}

/// A message of the client: a request with an id.
#[derive(Clone, Debug)]
pub struct RequestMessage {
    /// The id, which the response repeats.
    pub id: u32,
    /// The JSON, with the service, the method and the parameters.
    pub json: Value,
    /// The blobs.
    pub blobs: Vec<Vec<u8>>,
    /// The whole message.
    pub bytes: Bytes,
}

impl RequestMessage {
    fn parse(bytes: Bytes) -> Self {
        let (id, (json, blobs)) = split_request_message(&bytes).expect("the client sends well-formed messages");
        let json = serde_json::from_slice(json).expect("the client sends JSON");
        Self { id, json, blobs, bytes }
    }

    /// The method that is called.
    pub fn method(&self) -> &str {
        self.json["method"].as_str().expect("a request names its method")
    }
}

impl WebSocket {
    /// Accepts the handshake of a new connection.
    pub async fn accept(mut stream: TcpStream) -> Self {
        let request = read_head(&mut stream).await.expect("a handshake");
        Self::upgrade(stream, request).await
    }

    /// Accepts a handshake that was read already.
    pub(super) async fn upgrade(mut stream: TcpStream, handshake: Request) -> Self {
        assert_eq!(handshake.path(), "/v0/ws");
        assert_eq!(handshake.header("sec-websocket-version"), ["13"]);
        let key = derive_accept_key(handshake.header("sec-websocket-key").first().expect("a key").as_bytes());
        let lines = ["Connection: Upgrade", "Upgrade: websocket", &format!("Sec-WebSocket-Accept: {key}")];
        // A client that is gone meanwhile is noticed by whoever reads.
        let _ = stream.write_all(&response("101 Switching Protocols", &lines, b"")).await;
        Self { stream: WebSocketStream::from_raw_socket(stream, Role::Server, None).await, handshake }
    }

    /// The next request, however long it takes; `None` once the client has closed the connection.
    pub async fn receive(&mut self) -> Option<RequestMessage> {
        loop {
            match self.stream.next().await?.ok()? {
                Message::Binary(bytes) => return Some(RequestMessage::parse(bytes)),
                Message::Close(_) | Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("a client sends binary messages only: {other:?}"),
            }
        }
    }

    /// The next request; `None` when the client closes the connection.
    pub async fn next_request(&mut self) -> Option<RequestMessage> {
        soon(self.receive()).await
    }

    /// The next request, which has to be of this method.
    pub async fn request(&mut self, method: &str) -> RequestMessage {
        let request = self.next_request().await.expect("the client closed the connection");
        assert_eq!(request.method(), method);
        request
    }

    /// Whether the client closes the connection without another request.
    pub async fn is_closed(&mut self) -> bool {
        self.next_request().await.is_none()
    }

    /// Sends a message; whether it was sent.
    pub async fn try_send(&mut self, message: impl Into<Bytes>) -> bool {
        soon(self.stream.send(Message::Binary(message.into()))).await.is_ok()
    }

    /// Sends a message.
    pub async fn send(&mut self, message: impl Into<Bytes>) {
        assert!(self.try_send(message).await, "the client is gone");
    }

    /// Sends several messages in one write.
    pub async fn send_together(&mut self, messages: impl IntoIterator<Item = Vec<u8>>) {
        for message in messages {
            soon(self.stream.feed(Message::Binary(message.into()))).await.expect("the client is there");
        }
        soon(self.stream.flush()).await.expect("the client is there");
    }

    /// Sends a text message.
    pub async fn send_text(&mut self, text: String) {
        soon(self.stream.send(text.into())).await.expect("the client is there");
    }

    /// Responds to a request with a result.
    pub async fn respond(&mut self, id: u32, result: Value) {
        self.send(response_message(id, json!({ "result": result }), &[])).await;
    }

    /// Responds to a request with an error.
    pub async fn reject(&mut self, id: u32, code: &str) {
        self.send(response_message(id, json!({ "error": { "code": code } }), &[])).await;
    }

    /// Begins the closing handshake.
    pub async fn close(&mut self) {
        soon(self.stream.close(None)).await.expect("the client is there");
    }

    /// Closes the connection for this reason.
    pub async fn close_because(&mut self, reason: &str) {
        let frame = CloseFrame { code: CloseCode::Policy, reason: reason.into() };
        soon(self.stream.close(Some(frame))).await.expect("the client is there");
    }
}
