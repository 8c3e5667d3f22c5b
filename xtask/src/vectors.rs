//! `cargo xtask vectors`: the golden frames, written anew by the codec for a reviewer to look at.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Runs the command.
pub fn run() -> Result<ExitCode> {
    // The codec is part of what is generated: built by itself, it cannot keep this program from building.
    let status = Command::new("cargo")
        .args(["test", "--quiet", "-p", "decthings-tests", "--test", "wire", "vectors::"])
        .env("DECTHINGS_WRITE_VECTORS", "1")
        .status()
        .context("cannot run cargo")?;
    println!("review what changed in schema/vectors with `git diff`");
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
