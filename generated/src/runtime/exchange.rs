//! Calls without their types: deadlines, attempts, and what is told of them.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};

use super::client::Core;
use super::error::Failure;
use super::files::Meter;
use super::middleware::{Attempt, AttemptOutcome};
use super::options::CallOptions;
use super::retry::retry_after;
use super::socket::{Answered, Lease};
use super::trace::{AttemptSpan, CallSpan};
use super::transport::{TransportRequest, bearer};
use super::wire::{self, has_flag};
use super::{ApiError, Blob, CallInfo, Channel, Error, ErrorCode, IdSource, Method, RequestFrame, Route};

/// A call without its types.
pub(crate) struct Job {
    pub(crate) method: &'static Method,
    pub(crate) frame: RequestFrame,
    pub(crate) options: CallOptions,
    /// What it subscribes to, if it does.
    pub(crate) subscribes: Option<(&'static Channel, IdSource)>,
    /// Which of the API's errors may be gone later.
    pub(crate) is_retryable: fn(ApiError) -> bool,
}

/// The answer to a call.
pub(crate) struct Carried {
    pub(crate) answer: Bytes,
    /// Blobs that were taken off the answer while it arrived.
    pub(crate) files: Vec<Blob>,
    pub(crate) lease: Option<Lease>,
    pub(crate) info: CallInfo,
}

/// There is no answer.
pub(crate) struct Failed {
    failure: Failure,
    info: CallInfo,
}

impl Failed {
    pub(crate) fn typed<E>(self) -> Error<E> {
        self.failure.at(self.info)
    }
}

/// Whether an error, read as one of the method's, may be gone later.
pub(crate) fn is_retryable<E: ErrorCode>(error: ApiError) -> bool {
    E::from_api(error).is_ok_and(|error| error.is_retryable())
}

/// How long things may take.
struct Limits {
    overall: Duration,
    attempt: Duration,
}

/// How a call travels.
enum Way {
    /// As an HTTP request, or by what stands for it.
    Post,
    /// On the WebSocket; with a code to refuse it with, only on one that is open.
    Socket { refusal: Option<&'static str> },
}

/// An attempt, and what is known of it.
struct Tried {
    result: Result<Answered, Failure>,
    outcome: AttemptOutcome,
    /// Whether it may be made again.
    again: bool,
}

impl Core {
    /// Makes a call.
    pub(super) async fn exchange(&self, job: Job) -> Result<Carried, Failed> {
        let span = CallSpan::new(job.method);
        span.within(self.run(job, &span)).await
    }

    async fn run(&self, mut job: Job, span: &CallSpan) -> Result<Carried, Failed> {
        let method = job.method;
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no Tokio runtime here, which connections need".to_owned();
            let failure = Failure::Transport { message, unsent: true, source: None };
            return Err(Failed { failure, info: method.into() });
        }
        let limits = self.limits(&job);
        let started = Instant::now();
        if let Err(failure) = timeout(limits.overall, self.prepare(&mut job))
            .await
            .unwrap_or_else(|_| Err(Failure::Timeout { after: limits.overall }))
        {
            return Err(Failed { failure, info: method.into() });
        }
        let policy = job.options.retry.as_ref().unwrap_or(&self.retry);
        let mut attempts: u32 = 0;
        loop {
            attempts = attempts.saturating_add(1);
            let tried = self.attempt(&job, attempts, &limits, started).await;
            let Tried { result, outcome, again } = tried;
            let elapsed = started.elapsed();
            let delay = policy.delay(attempts).max(outcome.retry_after.unwrap_or_default());
            let in_time = delay < limits.overall.saturating_sub(elapsed);
            // In this order: only what is used is taken out of the budget.
            if again && attempts < policy.max_attempts && in_time && self.budget.take() {
                span.retry(attempts, delay, &outcome);
                sleep(delay).await;
                continue;
            }
            if outcome.error_type.is_none() && attempts == 1 {
                self.budget.succeeded();
            }
            span.done(method, attempts, elapsed, &outcome);
            let AttemptOutcome { request_id, retry_after, .. } = outcome;
            let info = CallInfo { method, attempts, elapsed, request_id, retry_after };
            return match result {
                Ok(Answered { answer, files, lease }) => Ok(Carried { answer, files, lease, info }),
                Err(failure) => Err(Failed { failure, info }),
            };
        }
    }

    /// Reads into memory what cannot be read while it is sent, and refuses what cannot be read any more.
    async fn prepare(&self, job: &mut Job) -> Result<(), Failure> {
        if let Some(spent) = job.frame.sources().find(|sourced| sourced.source.is_spent()) {
            return Err(Failure::invalid(&*spent.path, "its reader was used up by an earlier call"));
        }
        if matches!(self.way(job), Way::Post) && self.transport.streams() {
            return Ok(());
        }
        job.frame.load().await
    }

    /// The call's own settings count more than the client's; the method's deadline counts where it is later.
    fn limits(&self, job: &Job) -> Limits {
        let own = job.method.deadline.unwrap_or_default();
        let overall = job.options.timeout.unwrap_or_else(|| self.timeout.max(own));
        let of_client = || self.attempt_timeout.map(|timeout| timeout.max(own));
        let attempt = job.options.attempt_timeout.or_else(of_client).unwrap_or(overall);
        Limits { overall, attempt }
    }

    async fn attempt(&self, job: &Job, number: u32, limits: &Limits, since: Instant) -> Tried {
        let left = limits.overall.saturating_sub(since.elapsed());
        let limit = limits.attempt.min(left);
        let request_bytes = job.frame.size();
        let mut attempt =
            Attempt { method: job.method, number, timeout: limit, request_bytes, headers: http::HeaderMap::new() };
        self.middleware.iter().for_each(|middleware| middleware.before(&mut attempt));
        let span = AttemptSpan::new(&attempt);
        let started = Instant::now();
        let mut outcome = AttemptOutcome::default();
        let told = job.options.progress.clone();
        let meter = told.map(|told| Meter::new(told, job.frame.body_len()));
        let carried = span.within(timeout(limit, self.carry(job, &attempt, meter.clone(), &mut outcome))).await;
        let after = if limit < left { limit } else { limits.overall };
        let result = carried.unwrap_or(Err(Failure::Timeout { after })).and_then(|answered| {
            wire::check_depth(&answered.answer, self.json_depth)?;
            if let Some(meter) = meter {
                meter.finish(answered.len());
            }
            Ok(answered)
        });
        let again = self.look(job, &result, &mut outcome);
        outcome.elapsed = started.elapsed();
        span.done(&outcome);
        self.middleware.iter().rev().for_each(|middleware| middleware.after(&attempt, &outcome));
        Tried { result, outcome, again }
    }

    /// Looks at what came of an attempt, and whether it may be made again: if it did not reach the server, or if doing
    /// it twice is as good as once and it may go better.
    fn look(&self, job: &Job, result: &Result<Answered, Failure>, outcome: &mut AttemptOutcome) -> bool {
        let idempotent = job.method.idempotent;
        let is_spent = job.frame.sources().any(|sourced| sourced.source.is_spent());
        match result {
            Ok(answered @ Answered { answer, .. }) => {
                outcome.answer_bytes = usize::try_from(answered.len()).unwrap_or(usize::MAX);
                let Some(error) = wire::refusal(answer) else { return false };
                outcome.error_type = Some(error.code().to_owned());
                idempotent && !is_spent && (job.is_retryable)(error)
            }
            Err(failure) => {
                outcome.error_type = Some(failure.kind());
                outcome.message = Some(failure.explain());
                !is_spent && (failure.is_unsent() || (idempotent && failure.is_transient()))
            }
        }
    }

    async fn carry(
        &self,
        job: &Job,
        attempt: &Attempt,
        meter: Option<Meter>,
        outcome: &mut AttemptOutcome,
    ) -> Result<Answered, Failure> {
        let method = job.method;
        if let Some((channel, id)) = job.subscribes {
            return self.socket.open(method, job.frame.clone(), channel, id).await;
        }
        match self.way(job) {
            Way::Post => self.post(job, attempt, meter, outcome).await,
            Way::Socket { refusal } => self.socket.call(method, job.frame.clone(), refusal).await,
        }
    }

    /// How a call travels.
    fn way(&self, job: &Job) -> Way {
        if job.subscribes.is_some() {
            return Way::Socket { refusal: None };
        }
        match job.method.transport {
            _ if self.transport.replaces_socket(job.method) => Way::Post,
            Route::WebSocket => Way::Socket { refusal: None },
            Route::WebSocketUnless { param, equals } if !has_flag(&job.frame, param, equals) => {
                Way::Socket { refusal: None }
            }
            Route::OpenWebSocketElse { error } => Way::Socket { refusal: Some(error) },
            _ => Way::Post,
        }
    }

    async fn post(
        &self,
        job: &Job,
        attempt: &Attempt,
        meter: Option<Meter>,
        outcome: &mut AttemptOutcome,
    ) -> Result<Answered, Failure> {
        let key = self.credentials.key().await?;
        let headers = self.headers.with(&attempt.headers).authorized(key.as_ref().and_then(bearer));
        let (method, timeout) = (attempt.method, attempt.timeout);
        let ((body, sources), buffer) = (job.frame.to_pieces(), job.options.buffer.clone());
        let mut request = TransportRequest::new(method, headers.map(), body, timeout);
        (request.sources, request.buffer, request.meter) = (sources, buffer, meter);
        request.folder = job.options.folder.clone().filter(|_| wire::has_only_bytes(method.response_blobs));
        let response = self.transport.send(request).await.map_err(|error| error.0)?;
        outcome.status = Some(response.status.as_u16());
        outcome.retry_after = retry_after(&response.headers);
        let id = response.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        outcome.request_id = id.map(|id| super::text::excerpt(&headers.redact(id)).into());
        let files = response.files.clone();
        Ok(Answered { answer: response.accept(&headers)?, files, lease: None })
    }
}
