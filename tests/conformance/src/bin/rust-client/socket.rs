//! A WebSocket on loopback whose server is the adapter, and calls on it.

use decthings::api::debug::DebugEvent;
use decthings::runtime::TransportKind;
use decthings::{Client, Error, RetryPolicy, Subscription};
use decthings_conformance::hex;
use decthings_tests::server::{Listener, RequestMessage, WebSocket};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::http::operation;
use super::{Answer, NoAnswer, text};

/// A call whose response has not arrived.
pub type PendingCall = JoinHandle<Result<Value, Error>>;

/// A client, and the server's end of its WebSocket once there is one.
pub struct Socket {
    pub client: Client,
    listener: Listener,
    accepted: Option<WebSocket>,
    /// The number of calls on the connection, which is the id of the next one.
    calls: u32,
    /// What keeps the connection open, which some calls need.
    subscriptions: Vec<Subscription<DebugEvent>>,
}

impl Socket {
    pub async fn new(api_key: Option<&str>) -> Result<Self, NoAnswer> {
        let listener = Listener::bind().await;
        let builder = Client::builder().http_url(listener.url()).retry(RetryPolicy::off());
        let builder = match api_key {
            Some(key) => builder.api_key(key),
            None => builder,
        };
        Ok(Self { client: builder.build()?, listener, accepted: None, calls: 0, subscriptions: Vec::new() })
    }

    /// The next request of the client, which may have to connect first.
    pub async fn request(&mut self) -> Option<RequestMessage> {
        let request = self.server().await.receive().await;
        self.calls += 1;
        request
    }

    /// The server's end, once the client has connected.
    pub async fn server(&mut self) -> &mut WebSocket {
        if self.accepted.is_none() {
            self.accepted = Some(self.listener.accept().await);
        }
        self.accepted.as_mut().expect("the client has connected")
    }

    /// Makes a call with this id, and waits until its request has arrived.
    pub async fn call(
        &mut self,
        id: u32,
        (service, method): (&str, &str),
        params: Value,
    ) -> Result<(RequestMessage, PendingCall), NoAnswer> {
        let operation = operation(service, method)?;
        if operation.method().transport == TransportKind::Http {
            return Err(NoAnswer::Unsupported(format!("{operation:?} is a call over HTTP")));
        }
        while self.calls < id {
            let call = self.client.debug().subscribe_to_events(format!("before-{}", self.calls)).subscribe();
            let respond = async {
                let request = self.request().await.expect("a call sends a request");
                self.server().await.respond(request.id, json!({})).await;
            };
            let subscription = tokio::join!(call, respond).0?;
            self.subscriptions.push(subscription);
        }
        let mut call = tokio::spawn(operation.call(&self.client, params));
        tokio::select! {
            request = self.request() => Ok((request.expect("a call sends a request"), call)),
            outcome = &mut call => match outcome? {
                Err(error @ Error::Api { .. }) => Err(NoAnswer::Unsupported(format!("nothing was sent: {error}"))),
                Err(error) => Err(error.into()),
                Ok(_) => Err(NoAnswer::Rejected("nothing was sent".to_owned())),
            },
        }
    }
}

pub async fn write_call(case: &Value) -> Answer {
    let mut socket = Socket::new(case["apiKey"].as_str()).await?;
    let id = case["id"].as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or_default();
    let method = (text(case, "service"), text(case, "method"));
    let (request, call) = socket.call(id, method, case["params"].clone()).await?;
    call.abort();
    Ok(json!({ "hex": hex(&request.bytes) }))
}
