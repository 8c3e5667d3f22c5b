//! Repeats an action whenever a file is saved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{Event, RecursiveMode, Watcher};

/// How long the folder has to be quiet; an editor saves in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// Runs `action` now and after each change of a file, until interrupted. A failed action is shown, and does not end it.
///
/// Prints `watching FILE` whenever it is done and waits for the next change.
pub fn run(files: &[&Path], mut action: impl FnMut() -> Result<()>) -> Result<ExitCode> {
    let (sender, events) = mpsc::channel();
    let send = move |event| {
        // The receiver lives as long as the watcher.
        let _ = sender.send(event);
    };
    let mut watcher = notify::recommended_watcher(send).context("cannot watch files")?;
    // The folders, not the files: an editor may put another file in the place of one.
    let folder = |file: &&'_ Path| file.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
    let folders: BTreeSet<PathBuf> = files.iter().map(|file| folder(file).unwrap_or(PathBuf::from("."))).collect();
    for folder in folders {
        watcher
            .watch(&folder, RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch the folder {}", folder.display()))?;
    }
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut seen = None;
    loop {
        let contents: Vec<_> = files.iter().map(|file| std::fs::read(file).ok()).collect();
        if seen.as_ref() != Some(&contents) {
            if let Err(error) = action() {
                eprintln!("error: {error:#}");
            }
            println!("watching {}", names.join(" and "));
            seen = Some(contents);
        }
        wait(&events)?;
    }
}

/// Waits for changes, and then for quiet.
fn wait(events: &Receiver<notify::Result<Event>>) -> Result<()> {
    // Reading is an event as well, and no change.
    while events.recv()?.context("cannot watch files any more")?.kind.is_access() {}
    while events.recv_timeout(QUIET).is_ok() {}
    Ok(())
}
