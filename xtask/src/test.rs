//! `cargo xtask test`: runs the tests with full logging, and searches the output for API keys.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::{self, Path};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

/// API keys of tests begin with this, and nothing else does.
const MARK: &str = "k3y-";

/// Tests write each span and event, and the outcomes of calls, to the file that this names.
const LOG: &str = "DECTHINGS_TESTS_LOG";

/// How many matches are shown.
const SHOWN: usize = 10;

/// How many characters of a line are shown.
const WIDTH: usize = 300;

#[derive(clap::Args)]
pub struct Arguments {
    /// For `cargo test`, such as `-p decthings-tests --test client`. All tests without any.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<OsString>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    // Tests run in other folders.
    let folder = path::absolute("target/tests")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let (output, log) = (folder.join("output.txt"), folder.join("log.txt"));
    File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let passed = run_tests(arguments, &output, &log)?;
    let logged = fs::metadata(&log)?.len();
    ensure!(logged > 0 || !arguments.cargo.is_empty(), "the tests logged nothing, so there is nothing to search");
    let count = search(&output)?.saturating_add(search(&log)?);
    if count > 0 {
        eprintln!("error: the output of the tests has an API key, {count} times");
    }
    Ok(if passed && count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the tests pass. What they print is shown and kept.
fn run_tests(arguments: &Arguments, output: &Path, log: &Path) -> Result<bool> {
    let mut command = Command::new("cargo");
    command.arg("test");
    if arguments.cargo.is_empty() {
        command.arg("--workspace");
    }
    command.args(&arguments.cargo).args(["--", "--nocapture"]).env(LOG, log);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("cannot run cargo")?;
    let kept = File::create(output).with_context(|| format!("cannot write {}", output.display()))?;
    let errors = child.stderr.take().map(|errors| (errors, kept.try_clone()));
    let errors = thread::spawn(move || match errors {
        Some((errors, kept)) => pass_on(errors, io::stderr(), kept?),
        None => Ok(()),
    });
    if let Some(printed) = child.stdout.take() {
        pass_on(printed, io::stdout(), kept)?;
    }
    errors.join().map_err(|_| anyhow::anyhow!("cannot read the output of cargo"))??;
    Ok(child.wait()?.success())
}

fn pass_on(from: impl Read, mut to: impl Write, mut kept: File) -> io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        kept.write_all(&line)?;
        line.clear();
    }
    Ok(())
}

/// Shows the lines with a key, and returns how many there are.
fn search(path: &Path) -> Result<usize> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut count = 0_usize;
    for (number, line) in BufReader::new(file).split(b'\n').enumerate() {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if !line.contains(MARK) {
            continue;
        }
        count = count.saturating_add(1);
        if count <= SHOWN {
            let shown: String = line.chars().take(WIDTH).collect();
            eprintln!("{}:{}: {shown}", path.display(), number.saturating_add(1));
        }
    }
    Ok(count)
}
