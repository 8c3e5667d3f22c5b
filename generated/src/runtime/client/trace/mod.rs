//! What is told to whoever listens: spans of calls and attempts, named as OpenTelemetry names them, and events.
//!
//! Without the cargo feature `tracing`, nothing is.

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;
#[cfg(feature = "tracing")]
pub(crate) use on::*;
