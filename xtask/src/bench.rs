//! `cargo xtask bench`: measures this client, bare libraries and the official client.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};

/// Where the table is written, beside being printed.
const TABLE: &str = "target/bench.md";

/// Measures the client.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only check that the benchmarks run: little data and one round.
    #[arg(long)]
    quick: bool,
    /// Only measure these groups of rows, such as `train,events`.
    #[arg(long, value_name = "GROUPS")]
    only: Option<String>,
}

/// Runs the command. The official client needs the headers of OpenSSL.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
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
