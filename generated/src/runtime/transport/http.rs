//! Calls as HTTP requests.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::CONTENT_ENCODING;
use reqwest::{Response, Url};

use super::reason::{Doing, failure};
use super::receive::Arriving;
use super::{Headers, Transport, WireCall, body};
use crate::runtime::error::Failure;
use crate::runtime::text::excerpt;
use crate::runtime::{AnswerBuffer, BoxFuture, BuildError};

/// The most bytes of an answer with a failure status that are read.
const FAILURE: usize = 4096;

/// What a client over HTTP is made with.
#[derive(Debug)]
pub(crate) struct HttpSettings {
    pub(crate) base: Url,
    pub(crate) headers: Headers,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_answer_bytes: u64,
    #[cfg(feature = "rustls")]
    pub(crate) tls: rustls::ClientConfig,
}

#[derive(Debug)]
pub(crate) struct Http {
    pool: reqwest::Client,
    settings: HttpSettings,
}

impl Http {
    pub(crate) fn new(settings: HttpSettings, is_local: bool) -> Result<Self, BuildError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("decthings-rust/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.connect_timeout)
            .tcp_nodelay(true)
            .referer(false);
        // To this machine the key goes unencrypted, which must not lead through a proxy.
        let builder = if is_local { builder.no_proxy() } else { builder };
        #[cfg(feature = "rustls")]
        let builder = builder.tls_backend_preconfigured(settings.tls.clone());
        let pool = builder.build().map_err(|error| BuildError::Setup { source: Box::new(error) })?;
        Ok(Self { pool, settings })
    }

    async fn post(&self, call: WireCall) -> Result<Bytes, Failure> {
        let base = self.settings.base.as_str();
        let url = format!("{}/{}/{}", base.trim_end_matches('/'), call.method.service, call.method.name);
        let request =
            self.pool.post(url).headers(self.settings.headers.map()).body(body::body(call.frame.to_segments()));
        let buffer = call.buffer;
        drop(call.frame);
        let response = request.send().await.map_err(|error| failure(error, base, Doing::Sending))?;
        if !response.status().is_success() {
            return Err(refused(response, &self.settings.headers).await);
        }
        if let Some(coding) = response.headers().get(CONTENT_ENCODING).filter(|coding| *coding != "identity") {
            let message = format!("it is encoded as {coding:?}, which was not asked for");
            return Err(Failure::decode("", message, ""));
        }
        self.read(response, buffer).await
    }

    async fn read(&self, mut response: Response, buffer: Option<AnswerBuffer>) -> Result<Bytes, Failure> {
        let mut answer = Arriving::new(response.content_length(), self.settings.max_answer_bytes, buffer)?;
        let base = self.settings.base.as_str();
        while let Some(piece) = response.chunk().await.map_err(|error| failure(error, base, Doing::Reading))? {
            answer.push(piece)?;
        }
        Ok(answer.finish())
    }
}

impl Transport for Http {
    fn carry(&self, call: WireCall) -> BoxFuture<'_, Result<Bytes, Failure>> {
        Box::pin(self.post(call))
    }
}

/// A failure status, with the beginning of what the server has to say about it.
async fn refused(mut response: Response, sent: &Headers) -> Failure {
    let status = response.status().as_u16();
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let left = FAILURE.saturating_sub(text.len());
        text.extend(chunk.iter().take(left));
        if text.len() >= FAILURE {
            break;
        }
    }
    let text = sent.redact(&String::from_utf8_lossy(&text));
    Failure::Http { status, excerpt: excerpt(text.trim()) }
}
