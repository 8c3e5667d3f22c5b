//! Serves an own implementation of a service with axum, over HTTP and the WebSocket, and calls it.

mod common;

use std::sync::Arc;

use decthings::api::spawned::{
    ExitEvent, SpawnCommandRequest, SpawnCommandResult, SpawnedEvent, SpawnedService, StdoutEvent,
};
use decthings::runtime::ServiceResult;
use decthings::{ApiError, AxumAdapter, Client, EventHub, Router, ServiceError, Update};
use tokio::sync::oneshot;

const KEY: &str = "an-example-key";

/// Runs no program: its commands print their arguments, and end.
struct Echo(EventHub);

impl SpawnedService for Echo {
    async fn spawn_command(&self, request: SpawnCommandRequest) -> ServiceResult<SpawnCommandRequest> {
        let id = request.args.join(" ");
        for event in [SpawnedEvent::Stdout(StdoutEvent::new(&id, id.as_str())), SpawnedEvent::Exit(ExitEvent::new(&id))]
        {
            let published = self.0.publish(&id, &event);
            published.map_err(|_| ServiceError::Other(ApiError::new("unknown")))?;
        }
        Ok(SpawnCommandResult::new(id))
    }
}

#[tokio::main]
async fn main() -> common::Result {
    let hub = EventHub::new();
    let router = Router::new().events(hub.clone()).spawned(Arc::new(Echo(hub)));
    let (stop, stopped) = oneshot::channel::<()>();
    let adapter = AxumAdapter::new(router)
        .check_key(|key| match key {
            Some(key) if key.expose() == KEY => Ok(()),
            _ => Err(ApiError::new("bad_credentials")),
        })
        .max_body_bytes(16 << 20)
        .with_graceful_shutdown(async move { drop(stopped.await) });

    // `POST /v0/{service}/{method}`, and the WebSocket at `/v0/ws`. Other routes and layers of axum can be added.
    let app = axum::Router::new().nest("/v0", adapter.into_router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v0", listener.local_addr()?);
    println!("serving {url}");
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    let client = Client::builder().http_url(&url).api_key(KEY).build()?;
    let mut command =
        client.spawned().spawn_command(common::launcher(), "echo", ["hello", "world"]).subscribe().await?;
    while let Some(update) = command.next().await {
        match update {
            Update::Event(SpawnedEvent::Stdout(printed)) => {
                println!("{}", String::from_utf8_lossy(printed.data.as_bytes()?))
            }
            update => println!("{update:?}"),
        }
    }

    let stranger = Client::builder().http_url(&url).build()?;
    let rejected = stranger.spawned().get_spawned_commands().await;
    println!("without a key: {}", rejected.err().map(|error| error.to_string()).unwrap_or_default());

    drop(stop);
    serving.abort();
    Ok(())
}
