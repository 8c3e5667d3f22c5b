//! `cargo xtask examples`: runs the examples of the client, which Cargo names.

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// How long an example may take; each takes a few seconds at most.
const LIMIT: Duration = Duration::from_secs(60);

/// With these set, an example would use an account instead of a local server.
const ACCOUNT: [&str; 3] = ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL", "DECTHINGS_WS_URL"];

/// How often a running example is polled.
const MOMENT: Duration = Duration::from_millis(20);

/// Runs the command.
pub fn run() -> Result<ExitCode> {
    let examples = build()?;
    ensure!(!examples.is_empty(), "cargo has built no example");
    let mut results = Vec::new();
    for (name, program) in &examples {
        println!("== {name}");
        let start = Instant::now();
        let failure = run_one(program).with_context(|| format!("cannot run {}", program.display()))?;
        results.push((name, failure, start.elapsed()));
    }
    println!("== results");
    for (name, failure, elapsed) in &results {
        println!("{name:<16} {:>5.1} s  {}", elapsed.as_secs_f64(), failure.as_deref().unwrap_or("ok"));
    }
    let good = results.iter().all(|(_, failure, _)| failure.is_none());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the examples; their names and programs, in order.
fn build() -> Result<Vec<(String, PathBuf)>> {
    let output = Command::new("cargo")
        .args(["build", "-p", "decthings", "--examples", "--all-features", "--message-format=json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "the examples do not build");
    let mut examples = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).context("cannot read the output of cargo")?;
        let target = message.get("target");
        let is_example = target.and_then(|target| target.get("kind")?.get(0)?.as_str()) == Some("example");
        let name = target.and_then(|target| target.get("name")?.as_str());
        let program = message.get("executable").and_then(Value::as_str);
        if let (true, Some(name), Some(program)) = (is_example, name, program) {
            examples.push((name.to_owned(), PathBuf::from(program)));
        }
    }
    examples.sort();
    Ok(examples)
}

/// Runs one example, and returns why it failed, if it did.
fn run_one(program: &PathBuf) -> Result<Option<String>> {
    let mut command = Command::new(program);
    for name in ACCOUNT {
        command.env_remove(name);
    }
    let mut child = command.stdin(Stdio::null()).spawn()?;
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if let Some(status) = child.try_wait()? {
            return Ok((!status.success()).then(|| status.to_string()));
        }
        thread::sleep(MOMENT);
    }
    child.kill()?;
    child.wait()?;
    Ok(Some(format!("took longer than {} s", LIMIT.as_secs())))
}
