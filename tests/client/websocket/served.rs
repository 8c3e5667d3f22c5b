//! The service `Talk` behind a router, and routers behind a WebSocket.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use decthings::runtime::{
    ApiError, BoxFuture, IncomingRequest, Method, Operation, ResponseFrame, Routes, ServiceError, ServiceResult, handle,
};
use decthings::{Connection, EventHub, Router};
use decthings_tests::server::{Listener, WebSocket};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::talk::{Echo, Launch, Launched, Nothing, Subscribe, Unsubscribe, data, exit};

/// A service whose sessions have the ids that their callers choose.
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
            "rejected" => return Err(ServiceError::Other(ApiError::new("no_talk"))),
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
            "unsubscribe" => {
                handle::<Unsubscribe, _, _>(request, |_| async { panic!("the router handles this method") })
            }
            "echo" => handle::<Echo, _, _>(request, |request| async { Ok(request) }),
            _ => return None,
        })
    }
}

/// A router behind a real socket.
pub struct Served {
    pub url: String,
    /// How many sockets are open.
    pub open: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Served {
    pub async fn new(router: Router) -> Self {
        let listener = Listener::bind().await;
        let url = listener.websocket_url();
        let open = Arc::new(AtomicUsize::new(0));
        let counter = open.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Some(stream) = listener.accept_any().await {
                let (router, counter) = (router.clone(), counter.clone());
                counter.fetch_add(1, Ordering::SeqCst);
                connections.spawn(async move {
                    serve(router.connect(), WebSocket::accept(stream).await).await;
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { url, open, task }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(connection: Connection, mut socket: WebSocket) -> Option<()> {
    let mut events = connection.events();
    let (responses, mut ready) = mpsc::channel::<Option<Bytes>>(16);
    loop {
        let message = tokio::select! {
            request = socket.receive() => {
                let (response, responses) = (connection.handle(request?.bytes), responses.clone());
                tokio::spawn(async move { responses.send(response.await).await });
                continue;
            }
            response = ready.recv() => response??,
            event = events.next() => event?,
        };
        if !socket.try_send(message).await {
            return None;
        }
    }
}
