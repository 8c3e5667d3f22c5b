//! Nobody is told anything.

use std::time::Duration;

use crate::runtime::Method;
use crate::runtime::middleware::{Attempt, AttemptOutcome};

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

pub(crate) fn connected(_: &str) {}

pub(crate) fn lost(_: &str, _: &str) {}

pub(crate) fn reconnecting(_: &str, _: Duration) {}

pub(crate) fn subscribed_again(_: &str, _: &str) {}
