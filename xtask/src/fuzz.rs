//! `cargo xtask fuzz`: looks for inputs at which a decoder, the generator or the client fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Where everything is built and kept.
const FOLDER: &str = "target/fuzz";

/// Where the inputs are that failed once; the tests run them.
const REGRESSIONS: &str = "tests/fuzz/regressions";

/// Coverage for libFuzzer, which stable Rust has too.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// How long a failing input is made smaller, in seconds.
const MINIMIZE: &str = "-max_total_time=10";

/// Fuzzes decoders, the generator and the client. Needs a C++ compiler.
#[derive(clap::Args)]
pub struct Arguments {
    /// The target; all targets, one after the other, by default.
    target: Option<String>,
    /// How many seconds each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// The seed of the random changes; another one each time by default.
    #[arg(long, default_value_t = 0)]
    seed: u32,
}

/// Runs the command. An input that fails is kept as a regression.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let program = build()?;
    let names = Command::new(&program).stderr(Stdio::inherit()).output().context("cannot list the targets")?;
    let names = String::from_utf8(names.stdout)?;
    let mut names: Vec<&str> = names.lines().collect();
    if let Some(target) = &arguments.target {
        ensure!(names.contains(&target.as_str()), "no target {target}; there are {}", names.join(", "));
        names = vec![target];
    }
    let mut failed = Vec::new();
    for name in names {
        println!("== {name}");
        if let Some(regression) = fuzz(&program, name, arguments)? {
            failed.push(regression);
        }
    }
    for regression in &failed {
        println!("failed: {}", regression.display());
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the program with coverage; its path.
fn build() -> Result<PathBuf> {
    let version = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // With `--target`, the flags are not for build scripts and macros.
    command.args(["build", "--package", "decthings-fuzz", "--profile", "fuzz", "--target", host]);
    command.args(["--target-dir", FOLDER]).env("RUSTFLAGS", FLAGS);
    ensure!(command.status().context("cannot run cargo")?.success(), "the targets do not build");
    Ok(Path::new(FOLDER).join(host).join("fuzz/decthings-fuzz"))
}

/// Runs a target; the regression, if an input failed.
fn fuzz(program: &Path, name: &str, arguments: &Arguments) -> Result<Option<PathBuf>> {
    let folder = |kind: &str| -> Result<PathBuf> {
        let path = Path::new(FOLDER).join(kind).join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(path)
    };
    let (corpus, failures) = (folder("corpus")?, folder("failures")?);
    fs::remove_dir_all(folder("seeds")?)?;
    let seeds = folder("seeds")?;
    let regressions = Path::new(REGRESSIONS).join(name);
    let failure = failures.join("input");
    let libfuzzer = || {
        let mut command = Command::new(program);
        command.env("FUZZ_TARGET", name).args(["-timeout=10", "-rss_limit_mb=2048"]);
        command.arg(format!("-exact_artifact_path={}", failure.display()));
        command
    };
    let mut command = libfuzzer();
    command.env("FUZZ_SEEDS", &seeds).args(["-max_len=65536", "-print_final_stats=1"]);
    command.args([format!("-max_total_time={}", arguments.seconds), format!("-seed={}", arguments.seed)]);
    command.args([&corpus, &seeds]).args(Some(&regressions).filter(|path| path.exists()));
    if command.status().with_context(|| format!("cannot run {}", program.display()))?.success() {
        return Ok(None);
    }
    if !failure.exists() {
        bail!("{name} failed without an input");
    }
    let input = failures.join("original");
    fs::rename(&failure, &input)?;
    // It fails when it finds a smaller input.
    libfuzzer().args(["-minimize_crash=1", MINIMIZE]).arg(&input).status()?;
    let is_smaller = fs::metadata(&failure).is_ok_and(|smaller| smaller.len() > 0);
    let smallest = if is_smaller { &failure } else { &input };
    fs::create_dir_all(&regressions)?;
    let number = fs::read_dir(&regressions)?.count();
    let regression = regressions.join(format!("new-{number}"));
    fs::copy(smallest, &regression).with_context(|| format!("cannot write {}", regression.display()))?;
    Ok(Some(regression))
}
