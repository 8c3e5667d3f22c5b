//! Calls as HTTP requests.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use reqwest::header::CONTENT_ENCODING;
use reqwest::{Response, Url};
use tokio::sync::Semaphore;

use super::body::body;
use super::failure::{Doing, failure};
use super::receive::Arriving;
use super::spool::Spool;
use crate::runtime::error::{BuildError, Failure};
use crate::runtime::method::Method;
use crate::runtime::transport::Transport;
use crate::runtime::transport::error::TransportError;
use crate::runtime::transport::progress::TransferCounter;
use crate::runtime::transport::request::TransportRequest;
use crate::runtime::transport::response::TransportResponse;
use crate::runtime::transport::response_buffer::ResponseBuffer;

/// The most bytes of an answer with a failure status that are read.
const FAILURE: usize = 4096;

/// What a client over HTTP is made with.
#[derive(Debug)]
pub(crate) struct HttpSettings {
    pub(crate) base: Url,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_response_bytes: u64,
    /// The most connections, and so the most requests at a time.
    pub(crate) max_connections: usize,
    /// To be used instead of one of our own.
    pub(crate) pool: Option<reqwest::Client>,
    #[cfg(feature = "rustls")]
    pub(crate) tls: rustls::ClientConfig,
}

#[derive(Debug)]
pub(crate) struct Http {
    pool: reqwest::Client,
    room: Semaphore,
    settings: HttpSettings,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, is_local: bool) -> Result<Self, BuildError> {
        let pool = match &settings.pool {
            Some(pool) => pool.clone(),
            None => pool(&settings, is_local).map_err(|error| BuildError::Setup { source: Box::new(error) })?,
        };
        let room = Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self { pool, room, settings })
    }

    /// Where a method is called: below the base, which is parsed already.
    fn url(&self, method: &Method) -> Url {
        let mut url = self.settings.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([method.service, method.name]);
        }
        url
    }

    async fn post(&self, mut request: TransportRequest) -> Result<TransportResponse, Failure> {
        let base = self.settings.base.as_str();
        let url = self.url(request.method);
        let gone = |_| Failure::Transport { message: "the client has ended".to_owned(), unsent: true, source: None };
        let _permit = self.room.acquire().await.map_err(gone)?;
        let (buffer, folder) = (request.buffer.take(), request.folder.take());
        let (headers, meter) = (std::mem::take(&mut request.headers), request.meter.clone());
        let post = self.pool.post(url).headers(headers);
        let (body, broken) = body(request);
        let mut response = post
            .body(body)
            .send()
            .await
            .map_err(|error| broken.take().unwrap_or_else(|| failure(error, base, Doing::Sending)))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        // What is not going to be read as an answer is not worth its time.
        let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
        let body = match (status.is_success(), folder) {
            (true, Some(folder)) if is_plain => return self.spool(response, folder, meter, status, headers).await,
            (true, _) if is_plain => self.read(response, buffer, meter).await?,
            (true, _) => Bytes::new(),
            (false, _) => beginning(response).await,
        };
        Ok(TransportResponse::new(status, body).headers(headers))
    }

    async fn read(
        &self,
        mut response: Response,
        buffer: Option<ResponseBuffer>,
        meter: Option<TransferCounter>,
    ) -> Result<Bytes, Failure> {
        let mut answer = Arriving::new(response.content_length(), self.settings.max_response_bytes, buffer)?;
        let (base, announced) = (self.settings.base.as_str(), response.content_length());
        while let Some(piece) = response.chunk().await.map_err(|error| failure(error, base, Doing::Reading))? {
            arrived(meter.as_ref(), piece.len(), announced);
            answer.push(piece)?;
        }
        Ok(answer.finish())
    }

    /// Writes the blobs of an answer to files.
    async fn spool(
        &self,
        mut response: Response,
        folder: PathBuf,
        meter: Option<TransferCounter>,
        status: StatusCode,
        headers: HeaderMap,
    ) -> Result<TransportResponse, Failure> {
        let (base, announced) = (self.settings.base.as_str(), response.content_length());
        let mut spool = Spool::new(folder, self.settings.max_response_bytes);
        while let Some(piece) = response.chunk().await.map_err(|error| failure(error, base, Doing::Reading))? {
            arrived(meter.as_ref(), piece.len(), announced);
            spool.push(piece).await?;
        }
        let (head, files) = spool.finish()?;
        let mut answer = TransportResponse::new(status, head).headers(headers);
        answer.files = files;
        Ok(answer)
    }
}

impl Transport for Http {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async { self.post(request).await.map_err(TransportError::from) })
    }

    fn streams(&self) -> bool {
        true
    }
}

fn arrived(meter: Option<&TransferCounter>, bytes: usize, announced: Option<u64>) {
    if let Some(meter) = meter {
        meter.count(|now| {
            now.received = now.received.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
            now.to_receive = announced;
        });
    }
}

fn pool(settings: &HttpSettings, is_local: bool) -> reqwest::Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("decthings-rust/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        // Whether a request is sent again is decided in one place, which knows what is safe to repeat.
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(settings.max_connections)
        .connect_timeout(settings.connect_timeout)
        .tcp_nodelay(true)
        .referer(false);
    // To this machine the key goes unencrypted, which must not lead through a proxy.
    let builder = if is_local { builder.no_proxy() } else { builder };
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_preconfigured(settings.tls.clone());
    builder.build()
}

/// The beginning of what a server says with a failure status.
async fn beginning(mut response: Response) -> Bytes {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let left = FAILURE.saturating_sub(text.len());
        text.extend(chunk.iter().take(left));
        if text.len() >= FAILURE {
            break;
        }
    }
    text.into()
}
