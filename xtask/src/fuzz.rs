//! `cargo xtask fuzz`: looks for inputs at which a decoder, the generator or the client fails.

use std::fs::{self, File};
use std::num::NonZero;
use std::path::{self, Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::programs;

/// Where everything is kept.
const FOLDER: &str = "target/fuzz";

/// Where the inputs are that failed once; the tests run them.
const REGRESSIONS: &str = "tests/fuzz/regressions";

/// Runs rustc with the coverage that libFuzzer needs.
const COVERAGE: &str = "tests/fuzz/coverage.sh";

/// How long a failing input is made smaller, in seconds.
const MINIMIZE: &str = "-max_total_time=10";

/// Fuzzes decoders, the generator and the client. Needs a C++ compiler.
#[derive(clap::Args)]
pub struct Arguments {
    /// The target; all targets by default, as many at once as there are processors.
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
    let failed = match names.as_slice() {
        [name] => Vec::from_iter(fuzz(&program, name, arguments, Output::Shown)?),
        names => fuzz_all(&program, names, arguments)?,
    };
    for regression in &failed {
        println!("failed: {}", regression.display());
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs targets, as many at once as there are processors; the regressions. Of each one only the end is printed.
fn fuzz_all(program: &Path, names: &[&str], arguments: &Arguments) -> Result<Vec<PathBuf>> {
    let rest = Mutex::new(names.iter());
    let next = || rest.lock().ok()?.next();
    let work = || {
        let mut failed = Vec::new();
        while let Some(name) = next() {
            failed.extend(fuzz(program, name, arguments, Output::Kept)?);
        }
        anyhow::Ok(failed)
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().map_err(|_| anyhow!("a target panicked"))?);
        Ok(results.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    })
}

/// Builds the program with coverage of the workspace's crates; its path. The other crates are those of the tests.
fn build() -> Result<PathBuf> {
    let wrapper = path::absolute(COVERAGE)?;
    let arguments = ["--workspace", "--features", "decthings-fuzz/libfuzzer", "--bin", "decthings-fuzz"];
    let programs = programs::build_with(&arguments, "bin", Some(&wrapper))?;
    let program = programs.into_iter().find(|(name, _)| name == "decthings-fuzz");
    Ok(program.context("cargo has built no program")?.1)
}

/// What happens to the output of libFuzzer.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    /// It is printed as it comes.
    Shown,
    /// Its end is printed once the target has run.
    Kept,
}

/// Runs a target; the regression, if an input failed.
fn fuzz(program: &Path, name: &str, arguments: &Arguments, output: Output) -> Result<Option<PathBuf>> {
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
    let log = failures.join("log.txt");
    let libfuzzer = || -> Result<Command> {
        let mut command = Command::new(program);
        command.env("FUZZ_TARGET", name).args(["-timeout=10", "-rss_limit_mb=2048"]);
        command.arg(format!("-exact_artifact_path={}", failure.display()));
        if output == Output::Kept {
            let log = File::options().create(true).append(true).open(&log)?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        Ok(command)
    };
    if log.exists() {
        fs::remove_file(&log)?;
    }
    let mut command = libfuzzer()?;
    command.env("FUZZ_SEEDS", &seeds).args(["-max_len=65536", "-print_final_stats=1"]);
    command.args([format!("-max_total_time={}", arguments.seconds), format!("-seed={}", arguments.seed)]);
    command.args([&corpus, &seeds]).args(Some(&regressions).filter(|path| path.exists()));
    let succeeded = command.status().with_context(|| format!("cannot run {}", program.display()))?.success();
    if output == Output::Kept {
        println!("== {name}\n{}", last_lines(&log, if succeeded { 8 } else { 80 })?);
    }
    if succeeded {
        return Ok(None);
    }
    if !failure.exists() {
        bail!("{name} failed without an input");
    }
    let input = failures.join("original");
    fs::rename(&failure, &input)?;
    // It fails when it finds a smaller input.
    libfuzzer()?.args(["-minimize_crash=1", MINIMIZE]).arg(&input).status()?;
    let is_smaller = fs::metadata(&failure).is_ok_and(|smaller| smaller.len() > 0);
    let smallest = if is_smaller { &failure } else { &input };
    fs::create_dir_all(&regressions)?;
    let number = fs::read_dir(&regressions)?.count();
    let regression = regressions.join(format!("new-{number}"));
    fs::copy(smallest, &regression).with_context(|| format!("cannot write {}", regression.display()))?;
    Ok(Some(regression))
}

fn last_lines(file: &Path, count: usize) -> Result<String> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n"))
}
