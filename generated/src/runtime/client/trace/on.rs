//! Whoever listens is told with `tracing`. When nobody does, a span is a check of a flag.

use std::time::Duration;

use tracing::field::Empty;
use tracing::instrument::{Instrument, Instrumented};
use tracing::{Span, debug, debug_span, info_span};

use crate::runtime::client::middleware::{Attempt, AttemptOutcome};
use crate::runtime::method::Method;

/// A call, with all its attempts.
pub(crate) struct CallSpan(Span);

impl CallSpan {
    pub(crate) fn new(method: &'static Method) -> Self {
        Self(info_span!(
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
        ))
    }

    pub(crate) fn within<F>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    pub(crate) fn retry(&self, attempts: u32, delay: Duration, outcome: &AttemptOutcome) {
        debug!(
            target: "decthings::retry",
            {
                decthings.attempts = attempts,
                delay_ms = milliseconds(delay),
                "error.type" = outcome.error_type.as_deref(),
                error.message = outcome.message.as_deref(),
            },
            "waits, and tries again"
        );
    }

    /// The span's last fields, and the metrics of the call.
    pub(crate) fn done(&self, method: &Method, attempts: u32, elapsed: Duration, outcome: &AttemptOutcome) {
        self.0.record("decthings.attempts", attempts);
        if let Some(id) = &outcome.request_id {
            self.0.record("decthings.request_id", &**id);
        }
        if let Some(error) = &outcome.error_type {
            self.0.record("error.type", error.as_str());
        }
        debug!(
            target: "decthings::metrics",
            {
                histogram.rpc.client.call.duration = elapsed.as_secs_f64(),
                monotonic_counter.decthings.client.attempts = attempts,
                rpc.service = method.service,
                rpc.method = method.name,
                "error.type" = outcome.error_type.as_deref(),
                error.message = outcome.message.as_deref(),
            },
            "the call is done"
        );
    }
}

/// One attempt of a call.
pub(crate) struct AttemptSpan(Span);

impl AttemptSpan {
    pub(crate) fn new(attempt: &Attempt) -> Self {
        Self(debug_span!(
            target: "decthings::attempt",
            "attempt",
            otel.kind = "client",
            http.request.resend_count = attempt.number.saturating_sub(1),
            http.request.body.size = attempt.request_bytes,
            http.response.body.size = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
        ))
    }

    pub(crate) fn within<F>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.0.clone())
    }

    pub(crate) fn done(&self, outcome: &AttemptOutcome) {
        self.0.record("http.response.body.size", outcome.response_bytes);
        if let Some(status) = outcome.status {
            self.0.record("http.response.status_code", status);
        }
        if let Some(error) = &outcome.error_type {
            self.0.record("error.type", error.as_str());
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
