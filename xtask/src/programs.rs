//! `cargo xtask examples` and `cargo xtask bench`: run the programs that show and measure the client.

use std::path::{Path, PathBuf};
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

/// Runs `cargo xtask examples`.
pub fn examples() -> Result<ExitCode> {
    // With the features that the tests have, so that nothing is built twice.
    let examples = build(&["--workspace", "--examples"], "example")?;
    ensure!(!examples.is_empty(), "cargo has built no example");
    let mut results = Vec::new();
    for (name, program) in &examples {
        println!("== {name}");
        let start = Instant::now();
        let failure = run_example(program).with_context(|| format!("cannot run {}", program.display()))?;
        results.push((name, failure, start.elapsed()));
    }
    println!("== results");
    for (name, failure, elapsed) in &results {
        println!("{name:<16} {:>5.1} s  {}", elapsed.as_secs_f64(), failure.as_deref().unwrap_or("ok"));
    }
    let good = results.iter().all(|(_, failure, _)| failure.is_none());
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds programs with these arguments of `cargo build`; the names and paths of those of a kind, in order.
pub fn build(arguments: &[&str], kind: &str) -> Result<Vec<(String, PathBuf)>> {
    build_with(arguments, kind, None)
}

/// The same with a program that runs rustc for the crates of the workspace.
pub fn build_with(arguments: &[&str], kind: &str, wrapper: Option<&Path>) -> Result<Vec<(String, PathBuf)>> {
    let output = Command::new("cargo")
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .envs(wrapper.map(|wrapper| ("RUSTC_WORKSPACE_WRAPPER", wrapper)))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "`cargo build {}` failed", arguments.join(" "));
    let mut programs = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(line).context("cannot read the output of cargo")?;
        let target = message.get("target");
        let is_wanted = target.and_then(|target| target.get("kind")?.get(0)?.as_str()) == Some(kind);
        let name = target.and_then(|target| target.get("name")?.as_str());
        let program = message.get("executable").and_then(Value::as_str);
        if let (true, Some(name), Some(program)) = (is_wanted, name, program) {
            programs.push((name.to_owned(), PathBuf::from(program)));
        }
    }
    programs.sort();
    Ok(programs)
}

/// Runs one example, and returns why it failed, if it did.
fn run_example(program: &PathBuf) -> Result<Option<String>> {
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

/// Where the table is written, beside being printed.
const TABLE: &str = "target/bench.md";

/// Measures the client.
#[derive(clap::Args)]
pub struct BenchArguments {
    /// Only check that the benchmarks run: little data and one round.
    #[arg(long)]
    quick: bool,
    /// Only measure these groups of rows, such as `train,events`.
    #[arg(long, value_name = "GROUPS")]
    only: Option<String>,
}

/// Runs `cargo xtask bench`. The official client needs the headers of OpenSSL.
pub fn bench(arguments: &BenchArguments) -> Result<ExitCode> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--release", "--locked"]);
    command.args(["--manifest-path", "tests/benches/Cargo.toml", "--target-dir", "target/benches", "--"]);
    if arguments.quick {
        command.arg("--quick");
    }
    if let Some(groups) = &arguments.only {
        command.args(["--only", groups]);
    }
    let output = command.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    ensure!(output.status.success(), "the benchmarks failed");
    let table = String::from_utf8(output.stdout).context("the table is not UTF-8")?;
    print!("{table}");
    std::fs::write(Path::new(TABLE), &table).with_context(|| format!("cannot write {TABLE}"))?;
    println!("\nwritten to {TABLE}");
    Ok(ExitCode::SUCCESS)
}
