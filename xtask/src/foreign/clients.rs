//! Clients in other languages: their conformance, and a session of each with a local server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Outcome, is_installed, script};
use crate::programs;

const DEFINITION: &str = "schema/decthings.json";
const EXPORTS: &str = "schema/export/decthings";
const WEIGHTS: &str = "schema/weights.json";
const WEIGHTS_EXPORTS: &str = "schema/export/weights";

/// A client in another language.
struct Client {
    /// The script that builds it, if it has to be built, and the programs that the script needs.
    build: Option<(&'static str, &'static [&'static str])>,
    /// What runs it.
    program: &'static str,
    /// The arguments for its codec, behind the contract of `cargo xtask conformance`, without what the codec is made from.
    conformance: &'static [&'static str],
    /// What the codec is made from: for the first revision of the API, and for the one with weights.
    sources: [&'static str; 2],
    /// The arguments for a session. The path of `decthings-local` follows them.
    session: &'static [&'static str],
}

const CLIENTS: [Client; 2] = [
    Client {
        build: None,
        program: "python3",
        conformance: &["-B", "tests/foreign/python/conformance.py"],
        sources: [DEFINITION, WEIGHTS],
        session: &["-B", "tests/foreign/python/session.py", DEFINITION],
    },
    Client {
        build: Some(("typescript.sh", &["node", "npm"])),
        program: "node",
        conformance: &["target/foreign/npm/typescript/conformance.js"],
        sources: [EXPORTS, WEIGHTS_EXPORTS],
        session: &["--experimental-websocket", "target/foreign/npm/typescript/session.js", EXPORTS],
    },
];

/// Checks all clients.
pub(super) fn run() -> Result<Vec<Outcome>> {
    // Tests of the two programs, selected as by `cargo xtask test`, so that nothing is built with other features.
    let tests = ["--workspace", "--test", "runner", "--test", "server"];
    let built: BTreeMap<String, PathBuf> = programs::build(&tests, "bin")?.into_iter().collect();
    let program = |name| built.get(name).with_context(|| format!("cargo has built no {name}"));
    let (runner, server) = (program("conformance")?, program("decthings-local")?);
    let outcomes: Result<Vec<_>> = CLIENTS.iter().map(|client| client.check(runner, server)).collect();
    Ok(outcomes?.concat())
}

impl Client {
    fn check(&self, runner: &Path, server: &Path) -> Result<Vec<Outcome>> {
        if !is_installed(self.program) {
            println!("skipped: a client, because `{}` is not installed", self.program);
            return Ok(vec![Outcome::Skipped]);
        }
        if let Some((name, needs)) = self.build {
            let outcome = script(name, needs)?;
            if outcome != Outcome::Passed {
                return Ok(vec![outcome]);
            }
        }
        let [first, weights] = self.sources;
        let conformance = |options: &[&str], source: &str| {
            let mut command = Command::new(runner);
            command.args(options).args(["--", self.program]).args(self.conformance).arg(source);
            command
        };
        let mut session = Command::new(self.program);
        session.args(self.session).arg(server);
        Ok(vec![
            self.step("conformance", &mut conformance(&["--recorded"], first))?,
            self.step("conformance-weights", &mut conformance(&["--revision", "weights"], weights))?,
            self.step("session", &mut session)?,
        ])
    }

    fn step(&self, name: &str, command: &mut Command) -> Result<Outcome> {
        let start = Instant::now();
        let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
        let (outcome, word) = if status.success() { (Outcome::Passed, "ok") } else { (Outcome::Failed, "FAIL") };
        let name = format!("{}-client-{name}", self.program);
        println!("{word:<5} {name:<34} {:>4} s", start.elapsed().as_secs());
        Ok(outcome)
    }
}
