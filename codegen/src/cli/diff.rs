//! `decthings-codegen diff`: the changes between two definitions, and what each breaks.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use super::definition;
use crate::Source;
use crate::diff::{self, Class};
use crate::ir::Api;

/// Compares two definitions.
#[derive(clap::Args)]
#[command(after_help = "Exit codes: 0 nothing breaks, 3 calling code has to change, 4 existing clients fail; \
    1 and 2 are failures of the command.")]
pub struct Arguments {
    /// The old definition: a file, or `REVISION:PATH` as git knows it.
    #[arg(required_unless_present = "git")]
    old: Option<String>,
    /// The new definition.
    #[arg(required_unless_present = "git")]
    new: Option<String>,
    /// Compare the definition with what it is in a git revision; with one path, that path.
    #[arg(long, value_name = "REVISION")]
    git: Option<String>,
    /// How to print the changes.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// A definition cannot be read, or git cannot be run.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (old, new) = match (&arguments.old, &arguments.git, &arguments.new) {
        (Some(old), None, Some(new)) => (old.clone(), new),
        (Some(path), Some(revision), _) | (None, Some(revision), Some(path)) => (format!("{revision}:{path}"), path),
        _ => bail!("name the old and the new definition, or one of them and a revision with `--git`"),
    };
    let load = |name: &str| -> Result<Option<Api>> { Ok(definition::load(&read(name)?, "nothing was compared")) };
    let (Some(old), Some(new)) = (load(&old)?, load(new)?) else { return Ok(ExitCode::FAILURE) };
    let changes = diff::diff(&old, &new);
    match arguments.format {
        Format::Text => print!("{}", changes.text()),
        Format::Markdown => print!("{}", changes.markdown()),
        Format::Json => print!("{}", changes.json()),
    }
    Ok(ExitCode::from(match changes.worst() {
        None | Some(Class::Compatible) => 0,
        Some(Class::Rust) => 3,
        Some(Class::Wire) => 4,
    }))
}

/// Reads a definition from a file, or from git.
fn read(name: &str) -> Result<Source> {
    let Some((revision, path)) = name.split_once(':').filter(|_| !Path::new(name).exists()) else {
        return definition::read(Path::new(name));
    };
    // Without the dot, git would start at the root of the repository.
    let dot = if Path::new(path).is_absolute() { "" } else { "./" };
    let object = format!("{revision}:{dot}{path}");
    let output = Command::new("git").args(["show", &object, "--"]).output().context("cannot run git")?;
    if !output.status.success() {
        bail!("git has no {name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8(output.stdout).with_context(|| format!("{name} is not UTF-8"))?;
    Ok(Source::new(name, text))
}
