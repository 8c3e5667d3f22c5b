//! Calls as HTTP requests.

use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use reqwest::header::CONTENT_ENCODING;
use reqwest::{Response, Url};
use tokio::sync::Semaphore;

use super::blob_files::read_to_files;
use super::request_body::request_body;
use super::response_body::{ResponseBody, connection_failure};

use crate::runtime::error::{BuildError, Failure};
use crate::runtime::transport::error::TransportError;
use crate::runtime::transport::interface::Transport;
use crate::runtime::transport::request::TransportRequest;
use crate::runtime::transport::response::{MAX_FAILURE_BODY, TransportResponse};

#[derive(Debug)]
pub(crate) struct HttpSettings {
    pub(crate) base: Url,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_response_bytes: u64,
    /// The maximum number of connections, and so of concurrent requests.
    pub(crate) max_connections: usize,
    /// Replaces the client that is built from these settings.
    pub(crate) pool: Option<reqwest::Client>,
    #[cfg(feature = "rustls")]
    pub(crate) tls: rustls::ClientConfig,
}

#[derive(Debug)]
pub(crate) struct Http {
    pool: reqwest::Client,
    permits: Semaphore,
    settings: HttpSettings,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, is_local: bool) -> Result<Self, BuildError> {
        let pool = match &settings.pool {
            Some(pool) => pool.clone(),
            None => pool(&settings, is_local).map_err(|error| BuildError::Setup { source: Box::new(error) })?,
        };
        let permits = Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { pool, permits, settings })
    }

    async fn post(&self, mut request: TransportRequest) -> Result<TransportResponse, Failure> {
        let HttpSettings { base, max_response_bytes: max, .. } = &self.settings;
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([request.method.service, request.method.name]);
        }
        let base = base.as_str();
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let (buffer, folder) = (request.buffer.take(), request.folder.take());
        let (headers, counter) = (std::mem::take(&mut request.headers), request.meter.clone());
        let (body, mut body_failure) = request_body(request);
        let response = self.pool.post(url).headers(headers).body(body).send().await;
        let mut response = response.map_err(|error| {
            let broken = || connection_failure(error, base, "before the response arrived");
            body_failure.try_recv().unwrap_or_else(|_| broken())
        })?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let is_encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
        let (body, files) = match folder {
            _ if !status.is_success() => (read_beginning(response).await, Vec::new()),
            // Is rejected in any case.
            _ if is_encoded => (Bytes::new(), Vec::new()),
            None => (ResponseBody::new(response, counter, base).read_to_memory(*max, buffer).await?, Vec::new()),
            // On the heap, as few calls need it.
            Some(folder) => {
                Box::pin(read_to_files(&mut ResponseBody::new(response, counter, base), &folder, *max)).await?
            }
        };
        Ok(TransportResponse { status, headers, body, files })
    }
}

impl Transport for Http {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async { self.post(request).await.map_err(TransportError) })
    }

    fn streams(&self) -> bool {
        true
    }
}

fn pool(settings: &HttpSettings, is_local: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("decthings-rust/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // The client retries calls itself, as it knows which ones are idempotent.
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(settings.max_connections)
        .connect_timeout(settings.connect_timeout)
        .tcp_nodelay(true)
        .referer(false);
    // A local server gets the key unencrypted, so a proxy must not see it.
    let builder = if is_local { builder.no_proxy() } else { builder };
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_preconfigured(settings.tls.clone());
    builder.build()
}

/// Reads the beginning of the body of a failure.
async fn read_beginning(mut response: Response) -> Bytes {
    let mut body = Vec::new();
    while body.len() < MAX_FAILURE_BODY {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        body.extend_from_slice(&chunk);
    }
    body.into()
}
