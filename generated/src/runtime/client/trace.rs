//! Spans of calls and attempts, with OpenTelemetry's names. They are empty without the cargo feature `tracing`.

use std::time::Duration;

#[cfg(feature = "tracing")]
use tracing::field::Empty;
#[cfg(feature = "tracing")]
use tracing::{Instrument as _, debug, debug_span, info_span};

use super::middleware::{Attempt, AttemptOutcome};
use crate::runtime::method::Method;

#[cfg(feature = "tracing")]
pub(super) use tracing::Span;

#[cfg(not(feature = "tracing"))]
pub(super) struct Span;

pub(super) fn call_span(method: &'static Method) -> Span {
    #[cfg(feature = "tracing")]
    return info_span!(
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
    {
        let _ = method;
        Span
    }
}

pub(super) fn attempt_span(attempt: &Attempt) -> Span {
    #[cfg(feature = "tracing")]
    return debug_span!(
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
    {
        let _ = attempt;
        Span
    }
}

pub(super) fn instrument<F: Future>(future: F, span: &Span) -> impl Future<Output = F::Output> + use<F> {
    #[cfg(feature = "tracing")]
    return future.instrument(span.clone());
    #[cfg(not(feature = "tracing"))]
    {
        let _ = span;
        future
    }
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "only tracing reads the arguments"))]
pub(super) fn retrying(attempts: u32, delay: Duration, outcome: &AttemptOutcome) {
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
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "only tracing reads the arguments"))]
pub(super) fn attempt_finished(span: &Span, outcome: &AttemptOutcome) {
    #[cfg(feature = "tracing")]
    {
        span.record("http.response.body.size", outcome.response_bytes);
        span.record("http.response.status_code", outcome.status);
        span.record("error.type", outcome.error_type.as_deref());
    }
}

/// Records the last fields of the span, and the metrics of the call.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "only tracing reads the arguments"))]
pub(super) fn call_finished(span: &Span, method: &Method, attempts: u32, elapsed: Duration, outcome: &AttemptOutcome) {
    #[cfg(feature = "tracing")]
    {
        span.record("decthings.attempts", attempts);
        span.record("decthings.request_id", outcome.request_id.as_deref());
        span.record("error.type", outcome.error_type.as_deref());
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
            "call finished"
        );
    }
}
