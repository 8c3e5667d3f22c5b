//! Events of the connection, for `tracing`. Without the cargo feature, nothing is reported.

use std::time::Duration;

pub(super) fn connected(target: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "decthings::socket", { url.full = target }, "connected");
    #[cfg(not(feature = "tracing"))]
    let _ = target;
}

pub(super) fn disconnected(target: &str, message: &str) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "decthings::socket", { url.full = target, error.message = message }, "connection lost");
    #[cfg(not(feature = "tracing"))]
    let _ = (target, message);
}

pub(super) fn reconnecting(target: &str, delay: Duration) {
    #[cfg(feature = "tracing")]
    {
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(target: "decthings::socket", { url.full = target, delay_ms }, "reconnecting after a delay");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (target, delay);
}

pub(super) fn resubscribed(service: &str, id: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "decthings::socket", { rpc.service = service, id }, "resubscribed");
    #[cfg(not(feature = "tracing"))]
    let _ = (service, id);
}
