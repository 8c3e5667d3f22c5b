//! What the code of a model prints.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::failure::Failure;
use crate::context::Context;
use crate::jobs::signal::StopReason;
use crate::util;

/// How much of the output is kept, in bytes.
const KEPT_BYTES: usize = 1 << 14;

/// Where the code of a model prints to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

type Listener = Arc<dyn Fn(Stream, Bytes) + Send + Sync>;

/// What the code of a model prints: its end is kept, and all of it is reported if somebody listens. Clones share it.
#[derive(Clone)]
pub(crate) struct Output {
    last: Arc<Mutex<VecDeque<u8>>>,
    listener: Option<Listener>,
}

impl Output {
    /// Keeps the end of the output only.
    pub(crate) fn kept() -> Self {
        Self { last: Arc::default(), listener: None }
    }

    /// Calls a function with all output, too.
    pub(crate) fn reported(listener: impl Fn(Stream, Bytes) + Send + Sync + 'static) -> Self {
        Self { last: Arc::default(), listener: Some(Arc::new(listener)) }
    }

    /// Adds output.
    pub(crate) fn print(&self, stream: Stream, data: Bytes) {
        {
            let mut last = util::lock(&self.last);
            last.extend(&data);
            let excess = last.len().saturating_sub(KEPT_BYTES);
            last.drain(..excess);
        }
        if let Some(listener) = &self.listener {
            listener(stream, data);
        }
    }

    /// The end of the output.
    pub(crate) fn last(&self) -> String {
        let last = util::lock(&self.last);
        let (start, end) = last.as_slices();
        String::from_utf8_lossy(&[start, end].concat()).into_owned()
    }

    /// Reports a failure with the end of the output, for which failures themselves have no place.
    pub(crate) fn report_failure(&self, context: &Context, what: &str, failure: &Failure) {
        let last = self.last();
        if last.is_empty() || matches!(failure, Failure::Stopped(StopReason::Cancelled | StopReason::ShuttingDown)) {
            return;
        }
        if let Some(report) = &context.config.on_code_failure {
            report(&format!("{what} failed; the code printed last:\n{last}"));
        }
    }
}
