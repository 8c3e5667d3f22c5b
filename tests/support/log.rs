//! Captured logs, and the API key that must not be in them.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Once, OnceLock};

use tracing_subscriber::fmt::format::FmtSpan;

/// An API key that is easily found where it should not be. `cargo xtask test` looks for `k3y-` in everything that tests
/// print or log, so the keys of tests begin with it.
pub const KEY: &str = "k3y-that-n0body-may-see";

/// The environment variable with the file to which all logs are appended.
const VARIABLE: &str = "DECTHINGS_TESTS_LOG";

thread_local! {
    /// What was logged on this thread, which is the test's own, while a [`Log`] exists.
    static CAPTURED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Captures the logs of this thread, of all levels, until it is dropped.
pub struct Log(());

impl Log {
    /// Starts to capture.
    pub fn capture() -> Self {
        install();
        CAPTURED.set(Some(Vec::new()));
        Self(())
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        CAPTURED.with_borrow(|text| String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        CAPTURED.set(None);
    }
}

/// Writes logs to the file, if the environment names one. Whatever starts a test with a key calls it.
pub fn keep_log() {
    if file_name().is_some() {
        install();
    }
}

/// Logs a value, so that it is searched for the key as well.
pub fn log_value(value: &impl Debug) {
    tracing::trace!(target: "decthings_tests", "{value:?} {value:#?}");
}

fn file_name() -> Option<OsString> {
    std::env::var_os(VARIABLE).filter(|name| !name.is_empty())
}

/// Installs the subscriber once: subscribers that come and go in other threads would hide events from each other.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Writer)
            .init();
    });
}

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        static FILE: OnceLock<Option<File>> = OnceLock::new();
        let open = || OpenOptions::new().create(true).append(true).open(file_name()?).ok();
        if let Some(mut file) = FILE.get_or_init(open).as_ref() {
            file.write_all(bytes)?;
        }
        // A thread that ends may still drop what logs.
        let _ = CAPTURED.try_with(|text| text.borrow_mut().iter_mut().for_each(|text| text.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
