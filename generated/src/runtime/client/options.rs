//! What a call does otherwise than its client says.

use std::path::PathBuf;
use std::time::Duration;

use super::retry::RetryPolicy;
use crate::runtime::transport::{ProgressCallback, ResponseBuffer};

/// What a call does otherwise than its client says.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) buffer: Option<ResponseBuffer>,
    /// Where the bytes of the answer become files.
    pub(crate) folder: Option<PathBuf>,
    pub(crate) progress: Option<ProgressCallback>,
}
