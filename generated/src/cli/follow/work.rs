//! Work that goes on after the call that started it.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::ArgMatches;
use decthings::WaitError;
use decthings::runtime::{DynamicCall, DynamicOperation, DynamicUpdate, DynamicWork, Value};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::{Failure, Kind};
use crate::output::{self, Output};
use crate::tree::{self, command_line, kebab};
use crate::{connect, request};

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(200);
/// How many values a curve shows.
const CURVE: usize = 30;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Starts work. It is followed if that is asked for; otherwise it is said how to find it again.
pub(crate) async fn work(
    operation: &DynamicOperation,
    call: DynamicCall,
    output: &Output,
    is_watched: bool,
) -> Result<(), Failure> {
    let (result, work) = call.start().await?;
    let hint = hint(operation, &work);
    if is_watched {
        output::note(format!("started; to follow it again: {hint}"));
        return follow(operation, work, output, &hint).await;
    }
    output.print(result).await?;
    output::note(format!("follow it with: {hint}"));
    Ok(())
}

/// Runs `decthings watch`.
pub(crate) async fn watch(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((service, matches)) = matches.subcommand() else { return Ok(()) };
    let Some((method, matches)) = matches.subcommand() else { return Ok(()) };
    let operation = tree::method(service, method);
    let Some((operation, poll)) = operation.and_then(|operation| Some((operation, tree::polled(operation)?))) else {
        return Err(Failure::usage(format!("`{service} {method}` starts no work")));
    };
    let output = Output::new(matches)?;
    let params = request::read(matches, poll)?.message.json;
    let work = operation.follow(&connect::client(matches)?, params)?;
    let hint = hint(operation, &work);
    follow(operation, work, &output, &hint).await
}

/// The command that follows the work.
fn hint(operation: &DynamicOperation, work: &DynamicWork) -> String {
    let mut text = format!("decthings watch {}{}", command_line(operation.method()), tree::revision::argument());
    for (name, value) in work.params().as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:@".contains(character);
        let value = if value.chars().all(is_plain) { value } else { format!("'{}'", value.replace('\'', r"'\''")) };
        text.push_str(&format!(" --{} {value}", kebab(name)));
    }
    text
}

async fn follow(
    operation: &DynamicOperation,
    mut work: DynamicWork,
    output: &Output,
    hint: &str,
) -> Result<(), Failure> {
    let mut display = Display::new();
    let is_cancellable = operation.work().is_some_and(|work| work.cancellable);
    loop {
        let update = tokio::select! {
            update = work.next() => update,
            _ = tokio::signal::ctrl_c() => {
                let is_wanted = is_cancellable && display.ask_to_cancel().await?;
                if !is_wanted {
                    display.bar.finish_and_clear();
                    return Err(Failure::new(Kind::Interrupted, format!("left; the work goes on: {hint}")));
                }
                work.cancel().await?;
                continue;
            }
        };
        match update {
            Some(Ok(update)) => display.show(&update),
            Some(Err(error)) => {
                display.bar.finish_and_clear();
                return Err(failed(error));
            }
            None => break,
        }
    }
    display.bar.finish_and_clear();
    match work.wait().await {
        Ok(result) => output.print(result).await,
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: WaitError<Value>) -> Failure {
    match error {
        WaitError::Cancelled { .. } => Failure::new(Kind::Interrupted, error),
        other => other.into(),
    }
}

/// The progress of work: a bar on a terminal, and lines elsewhere.
struct Display {
    bar: ProgressBar,
    metrics: Vec<(String, Vec<f64>)>,
    last: String,
}

impl Display {
    fn new() -> Self {
        let bar = ProgressBar::new(1000);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {percent}%  {elapsed}  {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self { bar, metrics: Vec::new(), last: String::new() }
    }

    /// Asks whether to cancel the work. Another Ctrl-C means no.
    async fn ask_to_cancel(&self) -> io::Result<bool> {
        if !io::stdin().is_terminal() {
            return Ok(false);
        }
        self.bar.disable_steady_tick();
        self.bar.suspend(|| {
            let mut errors = io::stderr();
            write!(errors, "\ncancel the work? [y/N] ").and_then(|()| errors.flush())
        })?;
        let line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
        let is_wanted = tokio::select! {
            line = line => line.map_err(io::Error::other)??.trim().eq_ignore_ascii_case("y"),
            _ = tokio::signal::ctrl_c() => false,
        };
        self.bar.enable_steady_tick(TICK);
        Ok(is_wanted)
    }

    fn show(&mut self, update: &DynamicUpdate) {
        for metric in &update.metrics {
            let values = match self.metrics.iter_mut().position(|(name, _)| *name == metric.name) {
                Some(index) => self.metrics.get_mut(index),
                None => {
                    self.metrics.push((metric.name.clone(), Vec::new()));
                    self.metrics.last_mut()
                }
            };
            let Some((_, values)) = values else { continue };
            values.extend(metric.values.iter().filter_map(number));
            values.drain(..values.len().saturating_sub(CURVE));
        }
        let progress = member(&update.status.json, "progress").and_then(Value::as_f64);
        if let Some(progress) = progress {
            // A fraction; the conversion of anything else saturates.
            self.bar.set_position((progress.clamp(0.0, 1.0) * 1000.0) as u64);
        }
        let metrics = self.metrics.iter().map(|(name, values)| {
            let last = values.last().copied().map(short).unwrap_or_default();
            if self.bar.is_hidden() { format!("{name} {last}") } else { format!("{name} {last} {}", curve(values)) }
        });
        let text = metrics.collect::<Vec<_>>().join("  ");
        if !self.bar.is_hidden() {
            self.bar.set_message(text);
            return;
        }
        let progress = progress.map(|progress| format!("progress {:.0} %  ", progress * 100.0));
        let line = format!("{}{text}", progress.unwrap_or_default());
        if line != self.last {
            output::note(line.trim_end());
            self.last = line;
        }
    }
}

/// A value of a metric with as many digits as people read.
fn short(value: f64) -> String {
    if value == 0.0 || (0.001..1e6).contains(&value.abs()) { format!("{value:.4}") } else { format!("{value:.3e}") }
}

/// The first member with a name, at any depth.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(name).or_else(|| members.values().find_map(|value| member(value, name))),
        Value::Array(items) => items.iter().find_map(|value| member(value, name)),
        _ => None,
    }
}

/// The number in a value of a metric: that of its tensor, or the value itself.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Object(members) => match members.get("data") {
            Some(Value::Array(data)) => data.first()?.as_f64(),
            Some(inner) => number(inner),
            None => None,
        },
        other => other.as_f64(),
    }
}

/// Values as a line of blocks.
fn curve(values: &[f64]) -> String {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let top = BLOCKS.len().saturating_sub(1);
    let block = |value: f64| {
        let height = if high > low { (value - low) / (high - low) * top as f64 } else { 0.0 };
        BLOCKS.get(height.round() as usize).copied().unwrap_or(' ')
    };
    values.iter().map(|value| if value.is_finite() { block(*value) } else { ' ' }).collect()
}
