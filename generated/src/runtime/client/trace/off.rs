//! Nobody is told anything.

use std::time::Duration;

use crate::runtime::client::middleware::{Attempt, AttemptOutcome};
use crate::runtime::method::Method;

pub(crate) struct CallSpan;

impl CallSpan {
    pub(crate) fn new(_: &'static Method) -> Self {
        Self
    }

    pub(crate) fn within<F>(&self, future: F) -> F {
        future
    }

    pub(crate) fn retry(&self, _: u32, _: Duration, _: &AttemptOutcome) {}

    pub(crate) fn done(&self, _: &Method, _: u32, _: Duration, _: &AttemptOutcome) {}
}

pub(crate) struct AttemptSpan;

impl AttemptSpan {
    pub(crate) fn new(_: &Attempt) -> Self {
        Self
    }

    pub(crate) fn within<F>(&self, future: F) -> F {
        future
    }

    pub(crate) fn done(&self, _: &AttemptOutcome) {}
}
