//! Clients in other languages: a session of each with a local server.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Outcome, is_installed};
use crate::programs;

const DEFINITION: &str = "schema/decthings.json";

/// A client in another language.
struct Client {
    /// What runs it.
    program: &'static str,
    /// The arguments for a session. The path of `decthings-local` follows them.
    session: &'static [&'static str],
}

const CLIENTS: [Client; 1] =
    [Client { program: "python3", session: &["-B", "tests/foreign/python/session.py", DEFINITION] }];

/// Checks all clients.
pub(super) fn run() -> Result<Vec<Outcome>> {
    let built = programs::build(&["-p", "decthings-local"], "bin")?;
    let (_, server) = built.first().context("cargo has built no decthings-local")?;
    CLIENTS.iter().map(|client| client.check(server)).collect()
}

impl Client {
    fn check(&self, server: &Path) -> Result<Outcome> {
        if !is_installed(self.program) {
            println!("skipped: a client, because `{}` is not installed", self.program);
            return Ok(Outcome::Skipped);
        }
        self.step("session", Command::new(self.program).args(self.session).arg(server))
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
