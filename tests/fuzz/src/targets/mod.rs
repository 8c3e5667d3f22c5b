//! The targets.

mod changes;
mod client;
mod definitions;
mod files;
mod messages;
mod requests;
mod responses;
mod tensors;

use tokio::runtime::{Builder, Runtime};

use crate::Target;

/// All targets.
pub static TARGETS: &[Target] = &[
    responses::TARGET,
    requests::TARGET,
    messages::TARGET,
    tensors::TARGET,
    files::TARGET,
    definitions::TARGET,
    changes::TARGET,
    client::TARGET,
];

/// The largest frame that is tried.
const MAX_FRAME: usize = 64 << 10;

/// Panics if a message to people is too long for them, or could change their terminal.
fn check_text(text: &str) {
    assert!(!text.is_empty(), "an error without a message");
    assert!(text.len() <= 4096, "an error of {} bytes: {text}", text.len());
    assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "control characters: {text:?}");
}

/// Runs a future to its end.
fn wait<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}
