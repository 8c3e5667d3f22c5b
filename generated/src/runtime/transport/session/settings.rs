//! What a session is made with, and what its calls do.

use std::sync::Arc;
use std::time::Duration;

use super::buffer::BufferLimits;
use super::heartbeat::Heartbeat;
use super::link::Connector;
use super::reconnect::Reconnect;
use crate::runtime::method::Channel;
use crate::runtime::transport::credentials::Credentials;

/// What connections are made with.
#[derive(Debug)]
pub(crate) struct SessionSettings {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) credentials: Arc<Credentials>,
    /// The most bytes of a message.
    pub(crate) json_depth: usize,
    pub(crate) most_bytes: usize,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) reconnect: Reconnect,
    /// How much waits for a reader.
    pub(crate) limits: BufferLimits,
    /// How long subscribing again may take.
    pub(crate) timeout: Duration,
}

/// What a successful call does besides having a response.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Nothing,
    /// Events begin that nobody wants.
    Unwanted,
    Opens(Opens),
    /// The subscription to the id ends.
    Closes(String),
}

/// What a call subscribes to.
#[derive(Clone, Debug)]
pub(super) struct Opens {
    pub(super) channel: &'static Channel,
    /// The id, if it is known before the response.
    pub(super) id: Option<String>,
}
