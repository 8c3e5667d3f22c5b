//! The services behind a router, and the router behind a socket.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use decthings::runtime::{
    ApiError, BoxFuture, IncomingRequest, Method, Operation, ResponseFrame, Routes, ServiceError, ServiceResult, handle,
};
use decthings::{Connection, EventHub, Router};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::talk::{Echo, Launch, Launched, Nothing, Subscribe, Unsubscribe, data, exit};

/// A service of which the sessions are called as those who launch them want.
pub struct Talk {
    pub hub: EventHub,
    pub calls: Mutex<Vec<&'static str>>,
}

impl Talk {
    pub fn new() -> (Arc<Self>, Router) {
        let talk = Arc::new(Self { hub: EventHub::new(), calls: Mutex::default() });
        let router = Router::new().events(talk.hub.clone()).route("Talk", talk.clone());
        (talk, router)
    }

    pub fn data(&self, id: &str, text: &str) {
        self.hub.publish(id, &data(id, text)).unwrap();
    }

    pub fn exit(&self, id: &str) {
        self.hub.publish(id, &exit(id)).unwrap();
    }

    fn note(&self, method: &'static Method) {
        self.calls.lock().unwrap().push(method.name);
    }

    async fn launch(&self, request: Launch) -> ServiceResult<Launch> {
        self.note(Launch::METHOD);
        match request.name.as_str() {
            "refused" => return Err(ServiceError::Other(ApiError::new("no_talk"))),
            "hasty" => {
                self.data("hasty", "early");
                self.exit("hasty");
            }
            _ => {}
        }
        Ok(Launched { talk_id: request.name })
    }

    async fn subscribe(&self, request: Subscribe) -> ServiceResult<Subscribe> {
        self.note(Subscribe::METHOD);
        if request.talk_id == "gone" { Err(ApiError::new("talk_not_found").into()) } else { Ok(Nothing {}) }
    }
}

impl Routes for Talk {
    fn dispatch<'a>(&'a self, method: &str, request: IncomingRequest) -> Option<BoxFuture<'a, ResponseFrame>> {
        Some(match method {
            "launch" => handle::<Launch, _, _>(request, |request| self.launch(request)),
            "subscribe" => handle::<Subscribe, _, _>(request, |request| self.subscribe(request)),
            "unsubscribe" => handle::<Unsubscribe, _, _>(request, |_| async { panic!("not the service's matter") }),
            "echo" => handle::<Echo, _, _>(request, |request| async { Ok(request) }),
            _ => return None,
        })
    }
}

/// A router behind a real socket.
pub struct Served {
    pub address: SocketAddr,
    /// How many sockets are open.
    pub open: Arc<AtomicUsize>,
}

impl Served {
    pub async fn new(router: Router) -> Self {
        decthings_tests::keep_log();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(AtomicUsize::new(0));
        let counter = open.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (router, counter) = (router.clone(), counter.clone());
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    serve(router.connect(), stream).await;
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, open }
    }

    pub fn url(&self) -> String {
        format!("ws://{}/v0/ws", self.address)
    }
}

async fn serve(connection: Connection, stream: TcpStream) -> Option<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await.ok()?;
    let mut events = connection.events();
    let (replies, mut ready) = mpsc::channel::<Option<Bytes>>(16);
    loop {
        tokio::select! {
            message = socket.next() => match message?.ok()? {
                Message::Binary(message) => {
                    let (reply, replies) = (connection.handle(message), replies.clone());
                    tokio::spawn(async move { replies.send(reply.await).await });
                }
                Message::Close(_) => {}
                _ => {}
            },
            reply = ready.recv() => socket.send(Message::Binary(reply??)).await.ok()?,
            event = events.next() => socket.send(Message::Binary(event?)).await.ok()?,
        }
    }
}
