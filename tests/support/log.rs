//! What is told while tests run, and the API key that must not be in it.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Once, OnceLock};

use tracing_subscriber::fmt::format::FmtSpan;

/// An API key that is easily found where it should not be. `cargo xtask test` looks for `k3y-` in everything that tests
/// say, so keys of tests begin with it.
pub const KEY: &str = "k3y-that-n0body-may-see";

/// The variable of the environment with the file to which everything is written that is told.
const FILE: &str = "DECTHINGS_TESTS_LOG";

thread_local! {
    /// What was told on this thread, which is the test's own, since someone listens.
    static TOLD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Listens on this thread until it is dropped, to all levels.
pub struct Log(());

impl Log {
    /// Begins to listen.
    pub fn listen() -> Self {
        install();
        TOLD.set(Some(Vec::new()));
        Self(())
    }

    /// What was told so far.
    pub fn text(&self) -> String {
        TOLD.with_borrow(|told| String::from_utf8_lossy(told.as_deref().unwrap_or_default()).into_owned())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        TOLD.set(None);
    }
}

/// Writes what is told to the file, if the environment names one. Whatever begins a test with a key calls it.
pub fn keep_log() {
    if file_name().is_some() {
        install();
    }
}

/// Tells what a test has got, so that it is searched for the key as well.
pub fn tell(got: &impl Debug) {
    tracing::trace!(target: "decthings_tests", "{got:?} {got:#?}");
}

fn file_name() -> Option<OsString> {
    std::env::var_os(FILE).filter(|name| !name.is_empty())
}

/// Once: subscribers that come and go in other threads would hide what one waits for.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Told)
            .init();
    });
}

struct Told;

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        static KEPT: OnceLock<Option<File>> = OnceLock::new();
        let open = || OpenOptions::new().create(true).append(true).open(file_name()?).ok();
        if let Some(mut file) = KEPT.get_or_init(open).as_ref() {
            file.write_all(bytes)?;
        }
        TOLD.with_borrow_mut(|told| told.iter_mut().for_each(|told| told.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
