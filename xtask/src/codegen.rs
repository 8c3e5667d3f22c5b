//! `cargo xtask codegen`: generates code from the definition.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use decthings_codegen::cli::generate::{self, Mode, Target};

/// The project's own definition.
pub const OURS: &str = "schema/decthings.json";

/// Generates code from an API definition: ours, unless another one is named.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    mode: Mode,
    #[command(flatten)]
    other: Option<Target>,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let Arguments { mode, other } = arguments;
    match other {
        Some(target) => generate::run(&mode, &target, generate::COMMAND),
        None => generate::run(&mode, &ours(), "cargo xtask codegen"),
    }
}

/// The crate `decthings`.
fn ours() -> Target {
    Target {
        schema: PathBuf::from(OURS),
        out: PathBuf::from("generated/src/api"),
        exports: Some(Path::new(OURS).with_file_name("export")),
        runtime: "crate::runtime".to_owned(),
        crate_name: Some("decthings".to_owned()),
        no_features: false,
    }
}
