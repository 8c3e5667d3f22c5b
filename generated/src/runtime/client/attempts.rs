//! Makes calls without their types: deadlines, attempts, and their records.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::middleware::{Attempt, AttemptOutcome, Middleware};
use super::retry::{RetryBudget, RetryPolicy, retry_after};
use super::trace::{self, Span};
use crate::runtime::backoff::full_jitter;
use crate::runtime::error::{CallInfo, Failure};
use crate::runtime::method::{Channel, Method};
use crate::runtime::text::excerpt;
use crate::runtime::transport::{
    Credentials, Headers, Lease, ProgressCallback, ReadOutcome, Received, ResponseBuffer, Session, SessionCall, Slot,
    TransferCounter, Transport, TransportRequest, bearer,
};
use crate::runtime::wire::{JsonLimits, RequestFrame};

/// The state that clones of a client share.
pub(super) struct Core {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) session: Session,
    pub(super) headers: Headers,
    pub(super) credentials: Arc<Credentials>,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) json_limits: JsonLimits,
    pub(super) budget: RetryBudget,
    pub(super) http_url: String,
    pub(super) websocket_url: String,
}

/// Settings of a call that override those of its client.
#[derive(Clone, Debug, Default)]
pub(super) struct CallOptions {
    pub(super) timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: Option<RetryPolicy>,
    pub(super) buffer: Option<ResponseBuffer>,
    pub(super) blob_folder: Option<PathBuf>,
    pub(super) progress: Option<ProgressCallback>,
}

pub(super) struct UntypedCall {
    pub(super) method: &'static Method,
    pub(super) frame: RequestFrame,
    pub(super) options: CallOptions,
    pub(super) uses_websocket: bool,
    /// The id in the parameters to subscribe to or unsubscribe from.
    pub(super) subscription_id: Option<String>,
    /// The events to subscribe to, if the caller wants them.
    pub(super) subscribes: Option<&'static Channel>,
    /// Receives the response.
    pub(super) slot: Arc<dyn Slot>,
}

impl UntypedCall {
    fn is_on_websocket(&self) -> bool {
        self.subscribes.is_some() || self.uses_websocket
    }
}

struct Deadlines {
    overall: Duration,
    attempt: Duration,
}

impl Core {
    /// Makes a call, unless its request could not be encoded.
    pub(super) async fn call(
        &self,
        method: &'static Method,
        call: Result<UntypedCall, Failure>,
    ) -> Result<(Option<Lease>, CallInfo), (Failure, CallInfo)> {
        let (span, started) = (trace::call_span(method), Instant::now());
        let unsent = |failure| {
            let outcome = AttemptOutcome::of_failure(&failure);
            trace::call_finished(&span, method, 0, started.elapsed(), &outcome);
            (failure, method.into())
        };
        let mut call = call.map_err(unsent)?;
        let run = async {
            let deadlines = self.deadlines(&call);
            self.prepare(&mut call, deadlines.overall).await.map_err(unsent)?;
            self.make_attempts(&call, &deadlines, &span, started).await
        };
        trace::instrument(run, &span).await
    }

    /// Makes attempts until one succeeds or may not be retried.
    async fn make_attempts(
        &self,
        call: &UntypedCall,
        deadlines: &Deadlines,
        span: &Span,
        started: Instant,
    ) -> Result<(Option<Lease>, CallInfo), (Failure, CallInfo)> {
        let policy = call.options.retry.as_ref().unwrap_or(&self.retry);
        let mut backoff = policy.backoff();
        let mut attempts: u32 = 0;
        loop {
            attempts = attempts.saturating_add(1);
            let (result, outcome, ended) = self.attempt(call, attempts, deadlines, started).await;
            let elapsed = ended.saturating_duration_since(started);
            if attempts < policy.max_attempts && is_retryable(call, &result) {
                let delay = full_jitter(backoff.next()).max(outcome.retry_after.unwrap_or_default());
                // The budget is checked last, as the check takes from it.
                if delay < deadlines.overall.saturating_sub(elapsed) && self.budget.take() {
                    trace::retrying(attempts, delay, &outcome);
                    sleep(delay).await;
                    continue;
                }
            }
            if outcome.error_type.is_none() && attempts == 1 {
                self.budget.succeeded();
            }
            trace::call_finished(span, call.method, attempts, elapsed, &outcome);
            let AttemptOutcome { request_id, retry_after, .. } = outcome;
            let info = CallInfo { method: call.method, attempts, elapsed, request_id, retry_after };
            return match result {
                Ok(Received { outcome: ReadOutcome::Malformed(failure), .. }) | Err(failure) => Err((failure, info)),
                Ok(Received { lease, .. }) => Ok((lease, info)),
            };
        }
    }

    /// Loads sources that cannot be streamed, and rejects readers that an earlier call has consumed.
    async fn prepare(&self, call: &mut UntypedCall, after: Duration) -> Result<(), Failure> {
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no Tokio runtime, which connections need".to_owned();
            return Err(Failure::Transport { message, unsent: true, source: None });
        }
        if let Some(spent) = call.frame.sources().find(|sourced| sourced.source.is_spent()) {
            return Err(Failure::invalid(&*spent.path, "its reader was consumed by an earlier call"));
        }
        let is_streamed = !call.is_on_websocket() && self.transport.streams();
        if is_streamed || call.frame.sources().next().is_none() {
            return Ok(());
        }
        // On the heap, as few calls need it.
        timeout(after, Box::pin(call.frame.load())).await.unwrap_or(Err(Failure::Timeout { after }))
    }

    /// The call's settings override the client's, which a later deadline of the method overrides.
    fn deadlines(&self, call: &UntypedCall) -> Deadlines {
        let of_method = call.method.deadline.unwrap_or_default();
        let overall = call.options.timeout.unwrap_or_else(|| self.timeout.max(of_method));
        let of_client = || self.attempt_timeout.map(|timeout| timeout.max(of_method));
        let attempt = call.options.attempt_timeout.or_else(of_client).unwrap_or(overall);
        Deadlines { overall, attempt }
    }

    /// Makes an attempt, and returns also when it ended.
    async fn attempt(
        &self,
        call: &UntypedCall,
        number: u32,
        deadlines: &Deadlines,
        call_started: Instant,
    ) -> (Result<Received, Failure>, AttemptOutcome, Instant) {
        let started = Instant::now();
        let left = deadlines.overall.saturating_sub(started.saturating_duration_since(call_started));
        let limit = deadlines.attempt.min(left);
        let request_bytes = call.frame.size();
        let mut attempt =
            Attempt { method: call.method, number, timeout: limit, request_bytes, headers: http::HeaderMap::new() };
        self.middleware.iter().for_each(|middleware| middleware.before(&mut attempt));
        let span = trace::attempt_span(&attempt);
        let mut outcome = AttemptOutcome::default();
        let meter = call.options.progress.clone();
        let meter = meter.map(|callback| TransferCounter::new(callback, call.frame.body_len()));
        let send = timeout(limit, self.send(call, &attempt, meter.clone(), &mut outcome));
        let received = trace::instrument(send, &span).await;
        let after = if limit < left { limit } else { deadlines.overall };
        let mut result = received.unwrap_or(Err(Failure::Timeout { after }));
        self.redact(call, &attempt, &mut result, &mut outcome);
        if let (Ok(received), Some(meter)) = (&result, meter) {
            meter.finish(received.len);
        }
        outcome.record(&result);
        let ended = Instant::now();
        outcome.elapsed = ended.saturating_duration_since(started);
        trace::attempt_finished(&span, &outcome);
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
        if call.is_on_websocket() {
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
        let (body, sources) = call.frame.to_segments();
        let mut request = TransportRequest::new(call.method, headers.into_map(), body, attempt.timeout);
        (request.sources, request.buffer, request.meter) = (sources, call.options.buffer.clone(), meter);
        request.folder = call.options.blob_folder.clone().filter(|_| call.method.responds_with_bytes);
        let response = self.transport.send(request).await.map_err(|error| error.0)?;
        outcome.status = Some(response.status.as_u16());
        outcome.retry_after = retry_after(&response.headers);
        let id = response.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        outcome.request_id = id.map(|id| excerpt(id).into());
        Ok(Received::read(response.accept()?, &*call.slot, self.json_limits))
    }

    /// Removes credentials from text of the service.
    fn redact(
        &self,
        call: &UntypedCall,
        attempt: &Attempt,
        result: &mut Result<Received, Failure>,
        outcome: &mut AttemptOutcome,
    ) {
        let is_result = matches!(result, Ok(Received { outcome: ReadOutcome::Result { .. }, .. }));
        if is_result && outcome.request_id.is_none() {
            return;
        }
        let mut redactor = self.credentials.redactor();
        self.headers.with(&attempt.headers).add_secrets(&mut redactor);
        match result {
            Ok(received) => received.redact(&*call.slot, &redactor),
            Err(failure) => failure.redact(&redactor),
        }
        outcome.request_id = outcome.request_id.take().map(|id| redactor.redact(&id).into());
    }
}

/// An attempt that took no effect may be retried, and so may a temporary failure of an idempotent method.
fn is_retryable(call: &UntypedCall, result: &Result<Received, Failure>) -> bool {
    let idempotent = call.method.idempotent;
    let may_succeed = match result {
        Ok(Received { outcome: ReadOutcome::Api { is_retryable, .. }, .. }) => *is_retryable,
        Ok(_) => false,
        Err(failure) => failure.took_no_effect() || (idempotent && failure.is_transient()),
    };
    may_succeed && !call.frame.sources().any(|sourced| sourced.source.is_spent())
}
