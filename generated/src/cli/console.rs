//! What commands print for people: lines, and the progress of work.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;

/// How often progress is printed if there is no terminal.
const INTERVAL: Duration = Duration::from_secs(5);

/// Prints a line to standard output.
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

/// The progress of work on standard error: a bar on a terminal, otherwise a line from time to time.
pub(crate) struct Progress {
    bar: ProgressBar,
    unit: &'static str,
    prints_lines: bool,
    printed: Instant,
    bytes: u64,
}

impl Progress {
    /// Progress in a unit, such as `entries`, of a total that may be unknown.
    pub(crate) fn new(unit: &'static str, total: Option<u64>, is_quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_quiet || !is_terminal { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let template = match total {
            Some(_) => "{bar:30} {human_pos}/{human_len} {prefix}  {msg}  {eta} left",
            None => "{spinner} {human_pos} {prefix}  {msg}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(total, target).with_style(style).with_prefix(unit);
        Self { bar, unit, prints_lines: !is_quiet && !is_terminal, printed: Instant::now(), bytes: 0 }
    }

    /// Begins at what was done before, which does not count for the speed.
    pub(crate) fn resume_at(&self, done: u64) {
        self.bar.set_position(done);
        self.bar.reset_eta();
    }

    /// Sets what is done, after that many more bytes.
    pub(crate) fn advance(&mut self, done: u64, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a speed for people"
        )]
        let speed = (self.bytes as f64 / seconds) as u64;
        self.bar.set_message(format!("{}, {}/s", indicatif::BinaryBytes(self.bytes), indicatif::BinaryBytes(speed)));
        self.bar.set_position(done);
        if self.prints_lines && self.printed.elapsed() >= INTERVAL {
            self.printed = Instant::now();
            self.print(done);
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn print(&self, done: u64) {
        let total = self.bar.length().map(|total| format!(" of {total}")).unwrap_or_default();
        // Progress that cannot be printed is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{done}{total} {}, {}", self.unit, indicatif::BinaryBytes(self.bytes));
    }
}
