//! Runs the golden frames, and the recorded cases, through a client in any language.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use decthings_conformance::{Case, Program, Verdict, recorded, vectors, vectors::Revision};

/// After so many cases in a row without an answer, the program is given up.
const MAX_SILENT: usize = 5;

/// The longest text of a failure.
const MAX_SHOWN: usize = 1_000;

/// Checks a client in any language: a program that answers cases on standard input, as schema/vectors/README.md says.
#[derive(Parser)]
#[command(name = "conformance", bin_name = "cargo xtask conformance")]
struct Arguments {
    /// Also run the recorded cases.
    #[arg(long, conflicts_with = "revision")]
    recorded: bool,
    /// The revision of the API whose cases are run. The program has to be started with the definition or the exports of it.
    #[arg(long, value_enum, default_value_t)]
    revision: Revision,
    /// Only run cases whose name contains this, such as `responses/` or `blob`.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How many seconds an answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    timeout: f64,
    /// The command that starts the program; by default, it is the client of this repository.
    #[arg(trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The number of cases by outcome.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    unsupported: usize,
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let mut cases = vectors::cases(arguments.revision)?;
    if arguments.recorded {
        cases.extend(recorded::cases()?);
    }
    if let Some(text) = &arguments.only {
        cases.retain(|case| case.name().contains(text));
    }
    anyhow::ensure!(!cases.is_empty(), "no case has such a name");
    let timeout = Duration::try_from_secs_f64(arguments.timeout).context("the timeout is not a duration")?;
    let command = if arguments.command.is_empty() { rust_client(arguments.revision)? } else { arguments.command };
    let mut program = Program::new(command, timeout);
    let mut files: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut silent = 0;
    for case in &cases {
        let counts = files.entry(&case.file).or_default();
        if silent == MAX_SILENT {
            counts.failed += 1;
            continue;
        }
        let answer = program.ask(case.line())?;
        silent = if answer.is_ok() { 0 } else { silent + 1 };
        match case.judge(answer) {
            Verdict::Passed => counts.passed += 1,
            Verdict::Unsupported => counts.unsupported += 1,
            Verdict::Failed { expected, got } => {
                counts.failed += 1;
                report(case, &expected, &got);
            }
        }
    }
    let mut failed = files.values().any(|counts| counts.failed > 0);
    if silent == MAX_SILENT {
        println!("failed: all further cases, as the last {MAX_SILENT} had no answer");
    }
    if let Err(reason) = program.finish() {
        println!("failed: the program {reason}");
        failed = true;
    }
    for (file, counts) in files {
        let Counts { passed, failed, unsupported } = counts;
        println!("{file:<26} {passed:>5} passed {failed:>5} failed {unsupported:>5} unsupported");
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report(case: &Case, expected: &str, got: &str) {
    println!("failed: {}", case.name());
    println!("  case     {}", excerpt(&case.line()));
    println!("  expected {}", excerpt(expected));
    println!("  got      {}", excerpt(got));
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// The client of this repository, which is built beside this program.
fn rust_client(revision: Revision) -> Result<Vec<OsString>> {
    let this = std::env::current_exe().context("cannot find this program")?;
    let mut command = vec![this.with_file_name(format!("rust-client{}", std::env::consts::EXE_SUFFIX)).into()];
    if revision == Revision::Weights {
        command.push("weights".into());
    }
    Ok(command)
}
