//! `cargo xtask codegen`: generates code from the definition.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use decthings_codegen::{Files, Options};
use xtask::rustfmt;

use crate::tree::{self, Difference};
use crate::{definition, watch};

/// Generates code from an API definition.
#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing; print the differences, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Generate whenever the definition is saved, until interrupted.
    #[arg(long, conflicts_with = "check")]
    watch: bool,
    /// The definition.
    #[arg(long, value_name = "FILE", default_value = definition::OURS)]
    schema: PathBuf,
    /// The folder that is replaced by the generated module.
    #[arg(long, value_name = "DIR", default_value = "generated/src/api")]
    out: PathBuf,
    /// The path of the runtime as the generated code sees it; `decthings::runtime` in a crate other than ours.
    #[arg(long, value_name = "PATH", default_value = "crate::runtime")]
    runtime: String,
    /// The name of the crate that holds the generated code.
    #[arg(long, value_name = "NAME", default_value = "decthings")]
    crate_name: String,
    /// Emit no `cfg(feature = …)`: everything is always there.
    #[arg(long)]
    no_features: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.watch {
        return watch::run(&arguments.schema, || generate(arguments).map(drop));
    }
    generate(arguments)
}

fn generate(arguments: &Arguments) -> Result<ExitCode> {
    let source = definition::read(&arguments.schema)?;
    let Some(api) = definition::load(&source, "nothing was generated") else { return Ok(ExitCode::FAILURE) };
    let options = Options {
        runtime: arguments.runtime.clone(),
        crate_name: arguments.crate_name.clone(),
        features: !arguments.no_features,
        ..Options::default()
    };
    let code = rustfmt::format(decthings_codegen::rust(&api, &options)?)?;
    let mut differences = tree::compare(&arguments.out, &code, true)?;
    if let Some((folder, name)) = project_folder(&arguments.schema) {
        let schema = Files::from([("api.schema.json".to_owned(), decthings_codegen::format_schema())]);
        differences.extend(tree::compare(folder, &schema, false)?);
        differences.extend(tree::compare(&folder.join("export"), &decthings_codegen::exports(&api, name), true)?);
    }
    if arguments.check {
        return Ok(report(&differences, arguments));
    }
    tree::apply(&differences)?;
    let methods: usize = api.services.iter().map(|service| service.methods.len()).sum();
    println!("{methods} methods in {} files, {} changed", code.len(), differences.len());
    Ok(ExitCode::SUCCESS)
}

/// The folder and the name of the project's own definition. Beside it are the schema of the format, and the exports for
/// other languages; other definitions have only code.
fn project_folder(definition: &Path) -> Option<(&Path, &str)> {
    let is_ours = definition.file_name() == Path::new(definition::OURS).file_name();
    Some((definition.parent()?, definition.file_stem()?.to_str()?)).filter(|_| is_ours)
}

fn report(differences: &[Difference], arguments: &Arguments) -> ExitCode {
    if differences.is_empty() {
        println!("the generated code matches {}", arguments.schema.display());
        return ExitCode::SUCCESS;
    }
    for difference in differences {
        print!("{difference}");
    }
    let count = differences.len();
    let plural = if count == 1 { " is" } else { "s are" };
    eprintln!("error: {count} file{plural} out of date with {}", arguments.schema.display());
    eprintln!("help: run `cargo xtask codegen` and commit what it changes");
    ExitCode::FAILURE
}
