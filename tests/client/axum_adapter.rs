//! Routers behind axum: keys, limits, events, and shutdown.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use decthings::runtime::Call;
use decthings::{ApiError, AxumAdapter, Client, ClientBuilder, Error, RetryPolicy, Update};
use decthings_tests::{KEY, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::websocket::served::Talk;
use crate::websocket::support::next;
use crate::websocket::talk::{Launch, data, echo, exit, launch, subscribe};

struct Served {
    url: String,
    task: JoinHandle<()>,
}

impl Served {
    async fn new(adapter: AxumAdapter) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v0", listener.local_addr().unwrap());
        let app = axum::Router::new().nest("/v0", adapter.into_router());
        Self { url, task: tokio::spawn(async { axum::serve(listener, app).await.unwrap() }) }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder().http_url(&self.url).retry(RetryPolicy::off()).reconnect_for(Duration::ZERO)
    }

    fn client(&self) -> Client {
        self.builder().api_key(KEY).build().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A call over HTTP.
fn over_http(client: &Client, name: &str) -> Call<Launch> {
    launch(client, name).with(|request| Launch { subscribe_to_events: Some(false), ..request })
}

fn with_key(adapter: AxumAdapter) -> AxumAdapter {
    adapter.check_key(|key| match key {
        Some(key) if key.expose() == KEY => Ok(()),
        _ => Err(ApiError::new("bad_credentials")),
    })
}

#[tokio::test]
async fn calls_and_events_are_served_with_and_without_keys() {
    let (talk, router) = Talk::new();
    for adapter in [AxumAdapter::new(router.clone()), with_key(AxumAdapter::new(router.clone()))] {
        let served = Served::new(adapter).await;
        let client = served.client();
        assert_eq!(soon(over_http(&client, "t").send()).await.unwrap().talk_id, "t");
        let mut subscription = soon(launch(&client, "t").subscribe()).await.unwrap();
        assert_eq!(soon(echo(&client, "meanwhile").send()).await.unwrap().text, "meanwhile");
        talk.data("t", "x");
        talk.exit("t");
        assert_eq!(next(&mut subscription).await, Update::Event(data("t", "x")));
        assert_eq!(next(&mut subscription).await, Update::Event(exit("t")));
    }
}

#[tokio::test]
async fn wrong_keys_reach_no_service() {
    let (talk, router) = Talk::new();
    let served = Served::new(with_key(AxumAdapter::new(router))).await;
    for builder in [served.builder(), served.builder().api_key("k3y-another")] {
        let client = builder.build().unwrap();
        assert_eq!(soon(over_http(&client, "t").send()).await.unwrap_err().code(), Some("bad_credentials"));
        assert_eq!(soon(launch(&client, "t").subscribe()).await.unwrap_err().code(), Some("bad_credentials"));
    }
    assert!(talk.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn bodies_and_messages_are_limited() {
    let (_, router) = Talk::new();
    let served = Served::new(AxumAdapter::new(router).max_body_bytes(1000)).await;
    let client = served.client();
    let long = "x".repeat(1000);
    let error = soon(over_http(&client, &long).send()).await.unwrap_err();
    assert!(matches!(error, Error::Http { status: 413, .. }), "{error}");
    let error = soon(echo(&client, &long).send()).await.unwrap_err();
    assert!(error.to_string().ends_with("(1009)"), "{error}");
    assert_eq!(soon(echo(&client, "short").send()).await.unwrap().text, "short");
}

#[tokio::test]
async fn calls_are_admitted_by_their_size() {
    let (_, router) = Talk::new();
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let seen = sizes.clone();
    let served = Served::new(AxumAdapter::new(router).admit(move |bytes| {
        seen.lock().unwrap().push(bytes);
        (bytes < 500).then_some(())
    }))
    .await;
    let client = served.client();
    let long = "x".repeat(500);
    assert_eq!(soon(over_http(&client, "t").send()).await.unwrap().talk_id, "t");
    assert_eq!(soon(over_http(&client, &long).send()).await.unwrap_err().code(), Some("too_many_requests"));
    assert_eq!(soon(echo(&client, "t").send()).await.unwrap().text, "t");
    assert_eq!(soon(echo(&client, &long).send()).await.unwrap_err().code(), Some("too_many_requests"));
    assert_eq!(sizes.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn concurrent_calls_of_a_socket_are_limited() {
    let (_, router) = Talk::new();
    let served = Served::new(AxumAdapter::new(router).max_socket_calls(0)).await;
    let client = served.client();
    assert_eq!(soon(echo(&client, "t").send()).await.unwrap_err().code(), Some("too_many_requests"));
    assert_eq!(soon(over_http(&client, "t").send()).await.unwrap().talk_id, "t");
}

#[tokio::test]
async fn sockets_are_closed_when_the_server_stops() {
    let (_, router) = Talk::new();
    let (stop, stopped) = oneshot::channel::<()>();
    let adapter = AxumAdapter::new(router).with_graceful_shutdown(async { drop(stopped.await) });
    let served = Served::new(adapter).await;
    let mut subscription = soon(subscribe(&served.client(), "t").subscribe()).await.unwrap();
    drop(stop);
    let mut last = None;
    while let Some(update) = soon(subscription.next()).await {
        last = Some(update);
    }
    let Some(Update::Ended(reason)) = last else { panic!("{last:?}") };
    assert!(reason.to_string().contains("the server is stopping"), "{reason}");
}

#[tokio::test]
async fn a_request_without_a_handshake_is_told_to_upgrade() {
    let (_, router) = Talk::new();
    let served = Served::new(AxumAdapter::new(router)).await;
    let address = served.url.trim_start_matches("http://").trim_end_matches("/v0");
    let mut stream = soon(TcpStream::connect(address)).await.unwrap();
    let request = format!("GET /v0/ws HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    soon(stream.write_all(request.as_bytes())).await.unwrap();
    let mut response = String::new();
    soon(stream.read_to_string(&mut response)).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 426 "), "{response}");
    assert!(response.to_lowercase().contains("upgrade: websocket\r\n"), "{response}");
}
