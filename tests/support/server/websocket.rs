//! The server's end of a WebSocket.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_websockets::{CloseCode, Limits, Message, ServerBuilder, WebSocketStream};

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
    fn parse(bytes: Bytes) -> Option<Self> {
        let (id, (json, blobs)) = split_request_message(&bytes).ok()?;
        let json = serde_json::from_slice(json).ok()?;
        Some(Self { id, json, blobs, bytes })
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

    /// Whether a request is a handshake.
    pub(super) fn is_handshake(request: &Request) -> bool {
        // A proxy gets the whole URL.
        request.path().ends_with("/v0/ws")
            && request.header("upgrade").iter().any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
            && request.header("sec-websocket-version") == ["13"]
            && request.header("sec-websocket-key").len() == 1
    }

    /// Accepts a handshake that was read already.
    pub(super) async fn upgrade(mut stream: TcpStream, handshake: Request) -> Self {
        assert!(Self::is_handshake(&handshake), "the client sends another request than a handshake: {handshake:?}");
        let key = accept_key(handshake.header("sec-websocket-key").first().expect("a key"));
        let lines = ["Connection: Upgrade", "Upgrade: websocket", &format!("Sec-WebSocket-Accept: {key}")];
        // A client that is gone meanwhile is noticed by whoever reads.
        let _ = stream.write_all(&response("101 Switching Protocols", &lines, b"")).await;
        Self { stream: ServerBuilder::new().limits(Limits::unlimited()).serve(stream), handshake }
    }

    /// The next request, however long it takes; `None` once the client has closed the connection or sent another message.
    pub async fn receive(&mut self) -> Option<RequestMessage> {
        loop {
            let message = self.stream.next().await?.ok()?;
            if message.is_binary() {
                return RequestMessage::parse(message.into_payload().into());
            }
            if message.is_text() {
                return None;
            }
        }
    }

    /// The next request; `None` when the client closes the connection, or sends another message.
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
        soon(self.stream.send(Message::binary(message.into()))).await.is_ok()
    }

    /// Sends a message.
    pub async fn send(&mut self, message: impl Into<Bytes>) {
        assert!(self.try_send(message).await, "the client is gone");
    }

    /// Sends several messages in one write.
    pub async fn send_together(&mut self, messages: impl IntoIterator<Item = Vec<u8>>) {
        for message in messages {
            soon(self.stream.feed(Message::binary(message))).await.expect("the client is there");
        }
        soon(self.stream.flush()).await.expect("the client is there");
    }

    /// Sends bytes that are not a message, such as a part of a frame.
    pub async fn send_raw(&mut self, bytes: &[u8]) {
        let stream = self.stream.get_mut();
        stream.set_nodelay(true).expect("the connection is open");
        soon(stream.write_all(bytes)).await.expect("the client is there");
    }

    /// Sends a text message.
    pub async fn send_text(&mut self, text: String) {
        soon(self.stream.send(Message::text(text))).await.expect("the client is there");
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
        soon(self.stream.send(Message::close(None, ""))).await.expect("the client is there");
    }

    /// Closes the connection for this reason.
    pub async fn close_because(&mut self, reason: &str) {
        let message = Message::close(Some(CloseCode::POLICY_VIOLATION), reason);
        soon(self.stream.send(message)).await.expect("the client is there");
    }
}

/// The value of `Sec-WebSocket-Accept`.
fn accept_key(key: &str) -> String {
    let text = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    BASE64_STANDARD.encode(sha1_smol::Sha1::from(text).digest().bytes())
}
