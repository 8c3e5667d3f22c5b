//! `cargo xtask foreign`: checks that the tools of other languages can read the exports, and the clients written in them.

mod clients;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result};

const SCRIPTS: &str = "tests/foreign";

/// The exit code of a script that cannot run here and has printed why.
const SKIPPED: i32 = 77;

/// Runs public tools of other languages on `schema/export`, which it installs, pinned, into `target/foreign`, and the
/// clients of `tests/foreign`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Also build what progenitor and typify make, which takes minutes the first time.
    #[arg(long)]
    rust: bool,
    /// Only check the clients, which takes seconds.
    #[arg(long, conflicts_with = "rust")]
    clients: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = Instant::now();
    let mut outcomes = if arguments.clients { Vec::new() } else { tools(arguments)? };
    outcomes.extend(clients::run()?);
    println!("{} s", start.elapsed().as_secs());
    Ok(if outcomes.contains(&Outcome::Failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn tools(arguments: &Arguments) -> Result<Vec<Outcome>> {
    // In parallel.
    let (node, python) = thread::scope(|scope| {
        let node = scope.spawn(|| script("node.sh", &["node", "npm"]));
        let python = scope.spawn(|| script("python.sh", &["python3"]));
        (node.join(), python.join())
    });
    let (Ok(node), Ok(python)) = (node, python) else { anyhow::bail!("a thread that runs foreign tools panicked") };
    let mut outcomes = vec![node?, python?];
    if outcomes.iter().all(|outcome| *outcome == Outcome::Passed) {
        outcomes.push(script("java.sh", &["java"])?);
    } else {
        println!("skipped: java.sh, because it needs the tools of the other two");
    }
    if arguments.rust {
        outcomes.push(script("rust.sh", &["cargo"])?);
    }
    Ok(outcomes)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

fn script(name: &str, needs: &[&str]) -> Result<Outcome> {
    if let Some(missing) = needs.iter().find(|program| !is_installed(program)) {
        println!("skipped: {name}, because `{missing}` is not installed");
        return Ok(Outcome::Skipped);
    }
    let path = Path::new(SCRIPTS).join(name);
    let status = Command::new("bash").arg(&path).status();
    let status = status.with_context(|| format!("cannot run {} with bash", path.display()))?;
    Ok(match status.code() {
        Some(0) => Outcome::Passed,
        Some(SKIPPED) => Outcome::Skipped,
        _ => Outcome::Failed,
    })
}

fn is_installed(program: &str) -> bool {
    // Java's old versions know no other spelling of this.
    let flag = if program == "java" { "-version" } else { "--version" };
    let status = Command::new(program).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
