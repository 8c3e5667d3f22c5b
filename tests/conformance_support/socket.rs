//! The same over a WebSocket: a server that records messages and answers what it is told.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

/// A message as it arrived.
#[derive(Debug)]
pub struct Told {
    pub id: u32,
    pub json: Value,
    pub blobs: Vec<Vec<u8>>,
}

/// Messages that answer a message.
type Script = Box<dyn FnMut(&Told) -> Vec<Vec<u8>> + Send>;

/// A server of one client; it ends with the test's runtime.
pub struct SocketServer {
    url: String,
    told: Arc<Mutex<Vec<Told>>>,
}

impl SocketServer {
    /// Starts a server that answers every message by the script.
    pub async fn start(script: impl FnMut(&Told) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        decthings_tests::keep_log();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v0", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(serve(listener, Arc::clone(&told), Box::new(script)));
        Self { url, told }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was told last.
    pub fn last(&self) -> Option<Told> {
        self.told.lock().unwrap().pop()
    }
}

async fn serve(listener: TcpListener, told: Arc<Mutex<Vec<Told>>>, mut script: Script) {
    // A client that connects again finds the same script.
    while let Ok((stream, _)) = listener.accept().await {
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { continue };
        while let Some(Ok(message)) = socket.next().await {
            let Message::Binary(message) = message else { continue };
            let message = read(&message);
            let answers = script(&message);
            told.lock().unwrap().push(message);
            for answer in answers {
                if socket.send(Message::Binary(answer.into())).await.is_err() {
                    break;
                }
            }
        }
    }
}

fn read(message: &[u8]) -> Told {
    let id = u32::from_be_bytes(message[..4].try_into().unwrap());
    let (json, blobs) = super::split_request(&message[4..]);
    Told { id, json, blobs }
}

/// A message that answers another one.
pub fn answer(id: u32, json: &Value) -> Vec<u8> {
    let mut message = vec![0];
    message.extend(id.to_be_bytes());
    message.extend(decthings_tests::codec::join_response::<&[u8]>(&json.to_string(), &[]));
    message
}
