//! `cargo xtask codegen`: generates code from the definitions.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use decthings_codegen::cli::generate::{self, Mode, Target};

/// The project's own definition.
pub const OURS: &str = "schema/decthings.json";
/// The next revision of the API.
pub const WEIGHTS: &str = "schema/weights.json";

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
        Some(target) => generate::run(&mode, &[target], generate::COMMAND),
        None => generate::run(
            &mode,
            &[ours(OURS, "api", None), ours(WEIGHTS, "weights", Some(OURS))],
            "cargo xtask codegen",
        ),
    }
}

/// A module of the crate `decthings`, with the definition that its own one is built on.
fn ours(schema: &str, module: &str, base: Option<&str>) -> Target {
    Target {
        schema: PathBuf::from(schema),
        out: Path::new("generated/src").join(module),
        base: base.map(PathBuf::from),
        base_module: "api".to_owned(),
        exports: Path::new(schema).file_stem().map(|name| Path::new("schema/export").join(name)),
        runtime: "crate::runtime".to_owned(),
        crate_name: Some("decthings".to_owned()),
        no_features: false,
    }
}
