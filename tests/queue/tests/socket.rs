//! The server on a socket, served with axum.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::USER_AGENT;
use axum::middleware::{self, Next};
use decthings::ApiError;
use queue::memory::Queues;
use queue::{AxumAdapter, Client};
use tokio::net::TcpListener;

const PATIENCE: Duration = Duration::from_secs(30);

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Serves queues to callers with this key until the runtime ends. The URL.
async fn serve(key: &'static str) -> Result<String> {
    let adapter = AxumAdapter::new(Queues::new().router()).check_key(move |given| match given {
        Some(given) if given.expose() == key => Ok(()),
        _ => Err(ApiError::new("bad_credentials")),
    });
    let only_this_client = middleware::from_fn(async |request: Request, next: Next| {
        let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        if agent == concat!("queue-rust/", env!("CARGO_PKG_VERSION")) {
            Ok(next.run(request).await)
        } else {
            Err(StatusCode::FORBIDDEN)
        }
    });
    let app = axum::Router::new().nest("/v1", adapter.into_router()).layer(only_this_client);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

#[tokio::test]
async fn calls_and_events_travel_over_a_socket() -> Result {
    let url = serve("k3y-of-the-queue").await?;
    let client = Client::builder().http_url(&url).api_key("k3y-of-the-queue").timeout(PATIENCE).build()?;
    let mut events = client.queue().watch("orders").subscribe().await?;
    let pushed = client.queue().push("orders", "bread").await?;
    assert!(tokio::time::timeout(PATIENCE, events.next()).await?.is_some());
    assert_eq!(client.queue().receive("orders", pushed.message_id).await?.body, "bread".into());
    let stranger = Client::builder().http_url(url).api_key("k3y-of-a-stranger").build()?;
    let error = stranger.queue().list("orders").await.unwrap_err();
    assert_eq!(error.code(), Some("bad_credentials"));
    Ok(())
}
