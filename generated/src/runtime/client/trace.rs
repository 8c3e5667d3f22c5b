//! Spans of calls and attempts, named as OpenTelemetry names them. Without the cargo feature `tracing`, they are empty.

use std::time::Duration;

#[cfg(feature = "tracing")]
use tracing::field::Empty;
#[cfg(feature = "tracing")]
use tracing::{Span, debug, debug_span, info_span};

use super::middleware::{Attempt, AttemptOutcome};
use crate::runtime::method::Method;

/// A call, with all its attempts.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only spans read the fields"))]
pub(super) struct CallSpan {
    method: &'static Method,
    span: Span,
}

/// One attempt of a call.
pub(super) struct AttemptSpan(Span);

#[cfg(not(feature = "tracing"))]
struct Span;

impl CallSpan {
    pub(super) fn new(method: &'static Method) -> Self {
        #[cfg(feature = "tracing")]
        let span = info_span!(
            target: "decthings::call",
            "call",
            otel.name = format_args!("{}/{}", method.service, method.name),
            otel.kind = "client",
            rpc.system = "decthings",
            rpc.service = method.service,
            rpc.method = method.name,
            decthings.attempts = Empty,
            decthings.request_id = Empty,
            "error.type" = Empty,
        );
        #[cfg(not(feature = "tracing"))]
        let span = Span;
        Self { method, span }
    }

    pub(super) fn within<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        within(&self.span, future)
    }

    pub(super) fn retry(&self, attempts: u32, delay: Duration, outcome: &AttemptOutcome) {
        #[cfg(feature = "tracing")]
        debug!(
            target: "decthings::retry",
            {
                decthings.attempts = attempts,
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                "error.type" = outcome.error_type.as_deref(),
                error.message = outcome.message.as_deref(),
            },
            "retrying after a delay"
        );
        #[cfg(not(feature = "tracing"))]
        let _ = (attempts, delay, outcome);
    }

    /// The span's last fields, and the metrics of the call.
    pub(super) fn done(&self, attempts: u32, elapsed: Duration, outcome: &AttemptOutcome) {
        #[cfg(feature = "tracing")]
        {
            self.span.record("decthings.attempts", attempts);
            if let Some(id) = &outcome.request_id {
                self.span.record("decthings.request_id", &**id);
            }
            if let Some(error) = &outcome.error_type {
                self.span.record("error.type", error.as_str());
            }
            debug!(
                target: "decthings::metrics",
                {
                    histogram.rpc.client.call.duration = elapsed.as_secs_f64(),
                    monotonic_counter.decthings.client.attempts = attempts,
                    rpc.service = self.method.service,
                    rpc.method = self.method.name,
                    "error.type" = outcome.error_type.as_deref(),
                    error.message = outcome.message.as_deref(),
                },
                "call finished"
            );
        }
        #[cfg(not(feature = "tracing"))]
        let _ = (attempts, elapsed, outcome);
    }
}

impl AttemptSpan {
    pub(super) fn new(attempt: &Attempt) -> Self {
        #[cfg(feature = "tracing")]
        let span = debug_span!(
            target: "decthings::attempt",
            "attempt",
            otel.kind = "client",
            http.request.resend_count = attempt.number.saturating_sub(1),
            http.request.body.size = attempt.request_bytes,
            http.response.body.size = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
        );
        #[cfg(not(feature = "tracing"))]
        let (span, _) = (Span, attempt);
        Self(span)
    }

    pub(super) fn within<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        within(&self.0, future)
    }

    pub(super) fn done(&self, outcome: &AttemptOutcome) {
        #[cfg(feature = "tracing")]
        {
            self.0.record("http.response.body.size", outcome.response_bytes);
            if let Some(status) = outcome.status {
                self.0.record("http.response.status_code", status);
            }
            if let Some(error) = &outcome.error_type {
                self.0.record("error.type", error.as_str());
            }
        }
        #[cfg(not(feature = "tracing"))]
        let _ = outcome;
    }
}

#[cfg(feature = "tracing")]
fn within<F: Future>(span: &Span, future: F) -> impl Future<Output = F::Output> + use<F> {
    tracing::Instrument::instrument(future, span.clone())
}

#[cfg(not(feature = "tracing"))]
fn within<F>(_: &Span, future: F) -> F {
    future
}
