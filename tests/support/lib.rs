//! What the tests share: files of the repository, captured logs, an independent codec, and a scripted server.

pub mod codec;
mod files;
mod log;
pub mod server;

use std::time::Duration;

pub use files::{Temporary, difference, folders, read_tree, repository};
pub use log::{KEY, Log, keep_log, log_value};

/// No step of a test takes longer; a hang is a failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for a future, at most [`PATIENCE`].
pub async fn soon<T>(future: impl IntoFuture<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future.into_future()).await.expect("the test hangs")
}

/// A small deterministic source of numbers, for tests that mutate inputs.
pub struct Dice(u64);

impl Dice {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`; 0 when there is none.
    pub fn roll(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 as usize).checked_rem(limit).unwrap_or_default()
    }
}
