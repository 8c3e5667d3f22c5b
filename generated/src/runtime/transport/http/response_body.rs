//! Response bodies, in chunks or in memory.

use bytes::Bytes;
use reqwest::Response;

use crate::runtime::error::Failure;
use crate::runtime::transport::connect::Target;
use crate::runtime::transport::io_error::cause;
use crate::runtime::transport::progress::TransferCounter;
use crate::runtime::transport::response::MAX_FAILURE_BODY;
use crate::runtime::transport::response_buffer::ResponseBuffer;
use crate::runtime::wire::JsonLimits;
use crate::varint;

pub(super) struct ResponseBody<'a> {
    response: Response,
    content_length: Option<u64>,
    /// The unread rest of the last chunk.
    chunk: Bytes,
    counter: Option<TransferCounter>,
    target: &'a Target,
}

impl<'a> ResponseBody<'a> {
    pub(super) fn new(response: Response, counter: Option<TransferCounter>, target: &'a Target) -> Self {
        Self { content_length: response.content_length(), response, chunk: Bytes::new(), counter, target }
    }

    /// The next bytes, at most `max`; `None` at the end.
    pub(super) async fn next(&mut self, max: u64) -> Result<Option<Bytes>, Failure> {
        while self.chunk.is_empty() {
            let chunk = self.response.chunk().await;
            let chunk =
                chunk.map_err(|error| connection_failure(error, self.target, "before the response was complete"));
            let Some(chunk) = chunk? else { return Ok(None) };
            if let Some(counter) = &self.counter {
                counter.count(|now| {
                    now.received = now.received.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                    now.to_receive = self.content_length;
                });
            }
            self.chunk = chunk;
        }
        let len = usize::try_from(max).unwrap_or(usize::MAX).min(self.chunk.len());
        Ok(Some(self.chunk.split_to(len)))
    }

    /// Reads the body into memory: its chunks are copied once, into memory that grows with what has arrived, not with
    /// `Content-Length`.
    pub(super) async fn read_to_memory(
        mut self,
        max: u64,
        json_limits: JsonLimits,
        buffer: Option<ResponseBuffer>,
    ) -> Result<Bytes, Failure> {
        let too_large = || {
            let message = format!("larger than {max} bytes; `ClientBuilder::max_response_bytes` changes the limit");
            Err(Failure::decode("", message, ""))
        };
        if self.content_length.is_some_and(|len| len > max) {
            return too_large();
        }
        let end = self.content_length.map(|len| usize::try_from(len).unwrap_or(usize::MAX));
        let mut whole = buffer.as_ref().map(ResponseBuffer::take).unwrap_or_default();
        let mut first = Bytes::new();
        let mut json_len = None;
        while let Some(chunk) = self.next(u64::MAX).await? {
            let len = whole.len().saturating_add(first.len()).saturating_add(chunk.len());
            if u64::try_from(len).map_or(true, |len| len > max) {
                return too_large();
            }
            if json_len.is_none() {
                let head = match whole.as_slice() {
                    [] if first.is_empty() => &chunk,
                    [] => &first,
                    whole => whole,
                };
                json_len = varint::read(head);
                json_len.map_or(Ok(()), |(len, _)| json_limits.check(len))?;
            }
            if whole.is_empty() && first.is_empty() && buffer.is_none() {
                // The only chunk, as a rule, which is not copied then.
                first = chunk;
                continue;
            }
            if len > whole.capacity() {
                // The more has arrived, the more of the announced length is believed, as moving large memory takes long.
                let capacity = match end {
                    Some(end) if len.saturating_mul(16) >= end => end.max(len),
                    Some(_) => len.saturating_mul(8),
                    None => len.saturating_mul(2),
                };
                whole.reserve_exact(capacity.saturating_sub(whole.len()));
            }
            whole.extend_from_slice(&std::mem::take(&mut first));
            whole.extend_from_slice(&chunk);
        }
        if whole.is_empty() {
            return Ok(first);
        }
        let body = Bytes::from(whole);
        if let Some(buffer) = buffer {
            buffer.keep(&body);
        }
        Ok(body)
    }
}

/// Reads the beginning of the body of a failure.
pub(in crate::runtime::transport) async fn read_beginning(mut response: Response) -> Bytes {
    let mut body = Vec::new();
    while body.len() < MAX_FAILURE_BODY {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        body.extend_from_slice(&chunk);
    }
    body.into()
}

/// Converts an error of the HTTP library.
pub(super) fn connection_failure(error: reqwest::Error, target: &Target, when: &str) -> Failure {
    // The message has the URL.
    let error = error.without_url();
    let message = if error.is_builder() {
        format!("could not make a request to {target}: {}", cause(&error))
    } else if error.is_connect() {
        target.connect_error(&error)
    } else {
        format!("the connection to {target} broke {when}: {}", cause(&error))
    };
    let unsent = error.is_connect() || error.is_builder();
    Failure::Transport { message, unsent, source: Some(Box::new(error)) }
}
