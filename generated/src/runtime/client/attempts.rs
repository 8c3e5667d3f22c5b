//! Calls without their types: deadlines, attempts, and what is recorded of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::middleware::{Attempt, AttemptOutcome, Middleware};
use super::retry::{RetryBudget, RetryPolicy, retry_after};
use super::trace::{AttemptSpan, CallSpan};
use crate::runtime::backoff::full_jitter;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::{Channel, Method, TransportKind};
use crate::runtime::text::excerpt;
use crate::runtime::transport::{
    Credentials, Headers, Lease, ProgressCallback, ReadOutcome, Received, ResponseBuffer, Session, SessionCall, Slot,
    TransferCounter, Transport, TransportRequest, bearer,
};
use crate::runtime::wire::RequestFrame;

/// What the clones of a client share.
pub(super) struct Core {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) session: Session,
    pub(super) headers: Headers,
    pub(super) credentials: Arc<Credentials>,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) json_depth: usize,
    pub(super) budget: RetryBudget,
    pub(super) http_url: String,
    pub(super) websocket_url: String,
}

/// What a call does otherwise than its client says.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) buffer: Option<ResponseBuffer>,
    /// Where the bytes of the answer become files.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) progress: Option<ProgressCallback>,
}

/// A call without its types.
pub(crate) struct UntypedCall {
    pub(crate) method: &'static Method,
    pub(crate) frame: RequestFrame,
    pub(crate) options: CallOptions,
    /// Whether it travels on the WebSocket.
    pub(crate) uses_websocket: bool,
    /// The id in its parameters that it subscribes to, or whose subscription it ends.
    pub(crate) subscription_id: Option<String>,
    /// The events that it is made for, if its caller wants them.
    pub(crate) subscribes: Option<&'static Channel>,
    /// Where its response is read into.
    pub(crate) slot: Arc<dyn Slot>,
}

/// There is no response.
pub(crate) struct CallFailure {
    failure: Failure,
    info: CallInfo,
}

impl CallFailure {
    pub(crate) fn typed<E>(self) -> Error<E> {
        self.failure.at(self.info)
    }
}

/// How long things may take.
struct Deadlines {
    overall: Duration,
    attempt: Duration,
}

impl Core {
    /// Makes a call, unless its request could not be written.
    pub(super) async fn call(
        &self,
        method: &'static Method,
        call: Result<UntypedCall, Failure>,
    ) -> Result<(Option<Lease>, CallInfo), CallFailure> {
        let (span, started) = (CallSpan::new(method), Instant::now());
        match call {
            Ok(mut call) => span.within(self.run(&mut call, &span, started)).await,
            Err(failure) => Err(fail(method, failure, &span, started)),
        }
    }

    /// Makes attempts until one succeeds, or no other one is due.
    async fn run(
        &self,
        call: &mut UntypedCall,
        span: &CallSpan,
        started: Instant,
    ) -> Result<(Option<Lease>, CallInfo), CallFailure> {
        let method = call.method;
        let deadlines = self.deadlines(call);
        if let Err(failure) = self.prepare(call, deadlines.overall).await {
            return Err(fail(method, failure, span, started));
        }
        let policy = call.options.retry.as_ref().unwrap_or(&self.retry);
        let mut backoff = policy.backoff();
        let mut attempts: u32 = 0;
        loop {
            attempts = attempts.saturating_add(1);
            let (result, outcome, ended) = self.attempt(call, attempts, &deadlines, started).await;
            let elapsed = ended.saturating_duration_since(started);
            if attempts < policy.max_attempts && may_repeat(call, &result) {
                let delay = full_jitter(backoff.next()).max(outcome.retry_after.unwrap_or_default());
                let in_time = delay < deadlines.overall.saturating_sub(elapsed);
                // In this order: only what is used is taken out of the budget.
                if in_time && self.budget.take() {
                    span.retry(attempts, delay, &outcome);
                    sleep(delay).await;
                    continue;
                }
            }
            if outcome.error_type.is_none() && attempts == 1 {
                self.budget.succeeded();
            }
            span.done(attempts, elapsed, &outcome);
            let AttemptOutcome { request_id, retry_after, .. } = outcome;
            let info = CallInfo { method, attempts, elapsed, request_id, retry_after };
            return match result {
                Ok(Received { outcome: ReadOutcome::Malformed(failure), .. }) | Err(failure) => {
                    Err(CallFailure { failure, info })
                }
                Ok(Received { lease, .. }) => Ok((lease, info)),
            };
        }
    }

    /// Reads into memory what cannot be read while it is sent, and rejects what cannot be read any more.
    async fn prepare(&self, call: &mut UntypedCall, most: Duration) -> Result<(), Failure> {
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no Tokio runtime here, which connections need".to_owned();
            return Err(Failure::Transport { message, unsent: true, source: None });
        }
        if let Some(spent) = call.frame.sources().find(|sourced| sourced.source.is_spent()) {
            return Err(Failure::invalid(&*spent.path, "its reader was used up by an earlier call"));
        }
        let is_streamed = !self.is_on_websocket(call) && self.transport.streams();
        if is_streamed || call.frame.sources().next().is_none() {
            return Ok(());
        }
        // On the heap, as few calls need it.
        timeout(most, Box::pin(call.frame.load())).await.unwrap_or(Err(Failure::Timeout { after: most }))
    }

    /// The call's own settings count more than the client's; the method's deadline counts where it is later.
    fn deadlines(&self, call: &UntypedCall) -> Deadlines {
        let own = call.method.deadline.unwrap_or_default();
        let overall = call.options.timeout.unwrap_or_else(|| self.timeout.max(own));
        let of_client = || self.attempt_timeout.map(|timeout| timeout.max(own));
        let attempt = call.options.attempt_timeout.or_else(of_client).unwrap_or(overall);
        Deadlines { overall, attempt }
    }

    /// Makes an attempt; gives also when it ended.
    async fn attempt(
        &self,
        call: &UntypedCall,
        number: u32,
        deadlines: &Deadlines,
        since: Instant,
    ) -> (Result<Received, Failure>, AttemptOutcome, Instant) {
        let started = Instant::now();
        let left = deadlines.overall.saturating_sub(started.saturating_duration_since(since));
        let limit = deadlines.attempt.min(left);
        let request_bytes = call.frame.size();
        let mut attempt =
            Attempt { method: call.method, number, timeout: limit, request_bytes, headers: http::HeaderMap::new() };
        self.middleware.iter().for_each(|middleware| middleware.before(&mut attempt));
        let span = AttemptSpan::new(&attempt);
        let mut outcome = AttemptOutcome::default();
        let meter = call.options.progress.clone();
        let meter = meter.map(|callback| TransferCounter::new(callback, call.frame.body_len()));
        let received = span.within(timeout(limit, self.send(call, &attempt, meter.clone(), &mut outcome))).await;
        let after = if limit < left { limit } else { deadlines.overall };
        let result = received.unwrap_or(Err(Failure::Timeout { after }));
        if let (Ok(received), Some(meter)) = (&result, meter) {
            meter.finish(received.len);
        }
        record(&result, &mut outcome);
        let ended = Instant::now();
        outcome.elapsed = ended.saturating_duration_since(started);
        span.done(&outcome);
        self.middleware.iter().rev().for_each(|middleware| middleware.after(&attempt, &outcome));
        (result, outcome, ended)
    }

    async fn send(
        &self,
        call: &UntypedCall,
        attempt: &Attempt,
        meter: Option<TransferCounter>,
        outcome: &mut AttemptOutcome,
    ) -> Result<Received, Failure> {
        if self.is_on_websocket(call) {
            // On the heap, as few calls need it.
            return Box::pin(self.session.call(SessionCall {
                method: call.method,
                frame: &call.frame,
                subscription_id: call.subscription_id.as_deref(),
                subscribes: call.subscribes,
                slot: &call.slot,
            }))
            .await;
        }
        let key = self.credentials.key().await?;
        let headers = self.headers.with(&attempt.headers).authorized(key.as_ref().and_then(bearer));
        let sent = headers.credentials();
        let response = self.transport.send(request(call, attempt, headers.into_map(), meter)).await;
        let response = response.map_err(|error| error.0)?;
        outcome.status = Some(response.status.as_u16());
        outcome.retry_after = retry_after(&response.headers);
        let id = response.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        outcome.request_id = id.map(|id| excerpt(&sent.redact(id)).into());
        Ok(Received::read(response.accept(&sent)?, &*call.slot, self.json_depth))
    }

    fn is_on_websocket(&self, call: &UntypedCall) -> bool {
        let is_replaced = call.method.transport != TransportKind::Http && self.transport.replaces_socket(call.method);
        call.subscribes.is_some() || (call.uses_websocket && !is_replaced)
    }
}

/// The request of an attempt over HTTP, or by what stands for it.
fn request(
    call: &UntypedCall,
    attempt: &Attempt,
    headers: http::HeaderMap,
    meter: Option<TransferCounter>,
) -> TransportRequest {
    let (body, sources) = call.frame.to_segments();
    let mut request = TransportRequest::new(call.method, headers, body, attempt.timeout);
    (request.sources, request.buffer, request.meter) = (sources, call.options.buffer.clone(), meter);
    request.folder = call.options.folder.clone().filter(|_| call.method.responds_with_bytes);
    request
}

/// Ends a call of which no attempt was made.
fn fail(method: &'static Method, failure: Failure, span: &CallSpan, started: Instant) -> CallFailure {
    span.done(0, started.elapsed(), &AttemptOutcome::of_failure(&failure));
    CallFailure { failure, info: method.into() }
}

/// Whether an attempt may be repeated: if it did not reach the server, or if twice is as good as once and the next one
/// may succeed.
fn may_repeat(call: &UntypedCall, result: &Result<Received, Failure>) -> bool {
    let idempotent = call.method.idempotent;
    let is_worthwhile = match result {
        Ok(Received { outcome: ReadOutcome::Api { is_retryable, .. }, .. }) => idempotent && *is_retryable,
        Ok(_) => false,
        Err(failure) => failure.is_unsent() || (idempotent && failure.is_transient()),
    };
    is_worthwhile && !call.frame.sources().any(|sourced| sourced.source.is_spent())
}

/// Notes what came of an attempt.
fn record(result: &Result<Received, Failure>, outcome: &mut AttemptOutcome) {
    match result {
        Ok(received) => {
            outcome.response_bytes = usize::try_from(received.len).unwrap_or(usize::MAX);
            match &received.outcome {
                ReadOutcome::Result { .. } => {}
                ReadOutcome::Api { code, .. } => outcome.error_type = Some(code.clone()),
                ReadOutcome::Malformed(failure) => outcome.fail(failure),
            }
        }
        Err(failure) => outcome.fail(failure),
    }
}
