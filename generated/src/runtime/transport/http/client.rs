//! Calls as HTTP requests.

use bytes::Bytes;
use futures_core::future::BoxFuture;
use reqwest::Url;
use reqwest::header::CONTENT_ENCODING;
use tokio::sync::Semaphore;

use super::blob_files::read_to_files;
use super::request_body::request_body;
use super::response_body::{ResponseBody, connection_failure, read_beginning};
use crate::runtime::error::{BuildError, Failure};
use crate::runtime::transport::connect::{ConnectSettings, Target};
use crate::runtime::transport::error::TransportError;
use crate::runtime::transport::interface::Transport;
use crate::runtime::transport::request::TransportRequest;
use crate::runtime::transport::response::TransportResponse;
use crate::runtime::wire::JsonLimits;

#[derive(Debug)]
pub(crate) struct HttpSettings {
    pub(crate) base: Url,
    pub(crate) connect: ConnectSettings,
    pub(crate) max_response_bytes: u64,
    pub(crate) json_limits: JsonLimits,
    /// The maximum number of connections, and so of concurrent requests.
    pub(crate) max_connections: usize,
}

#[derive(Debug)]
pub(crate) struct Http {
    pool: reqwest::Client,
    target: Target,
    permits: Semaphore,
    settings: HttpSettings,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings) -> Result<Self, BuildError> {
        let HttpSettings { base, connect, max_connections, .. } = &settings;
        let pool = connect.client(|builder| builder.pool_max_idle_per_host(*max_connections))?;
        let target = Target::new(base, connect.proxy.as_ref());
        let permits = Semaphore::new((*max_connections).clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { pool, target, permits, settings })
    }

    async fn post(&self, mut request: TransportRequest) -> Result<TransportResponse, Failure> {
        let HttpSettings { base, max_response_bytes: max, json_limits, .. } = &self.settings;
        let mut url = base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([request.method.service, request.method.name]);
        }
        let target = &self.target;
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let (buffer, folder) = (request.buffer.take(), request.folder.take());
        let (headers, counter) = (std::mem::take(&mut request.headers), request.meter.clone());
        let (body, mut body_failure) = request_body(request);
        let response = self.pool.post(url).headers(headers).body(body).send().await;
        let mut response = response.map_err(|error| {
            let broken = || connection_failure(error, target, "before the response arrived");
            body_failure.try_recv().unwrap_or_else(|_| broken())
        })?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let is_encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
        let (body, files) = match folder {
            _ if !status.is_success() => (read_beginning(response).await, Vec::new()),
            // Is rejected in any case.
            _ if is_encoded => (Bytes::new(), Vec::new()),
            None => (
                ResponseBody::new(response, counter, target).read_to_memory(*max, *json_limits, buffer).await?,
                Vec::new(),
            ),
            // On the heap, as few calls need it.
            Some(folder) => {
                Box::pin(read_to_files(&mut ResponseBody::new(response, counter, target), &folder, *json_limits))
                    .await?
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
