//! `decthings-codegen generate`: writes the code of an API.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use super::manifest::Manifest;
use super::tree::{self, Difference, Extra};
use super::{definition, rustfmt, watch};
use crate::ir::Api;
use crate::{Base, Files, MARK, Options, naming};

/// The command that files name as their origin, unless it is another one.
pub const COMMAND: &str = "decthings-codegen generate";

/// Generates the Rust module of an API.
#[derive(clap::Args)]
#[command(after_help = "Needs `rustfmt` and `cargo` in the PATH. Without them, nothing is written.")]
pub struct Arguments {
    #[command(flatten)]
    /// What is done with it.
    pub mode: Mode,
    #[command(flatten)]
    /// What is generated.
    pub target: Target,
}

/// What is done with the generated code.
#[derive(Default, clap::Args)]
pub struct Mode {
    /// Change nothing; print the differences, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Generate whenever the definition is saved, until interrupted.
    #[arg(long, conflicts_with = "check")]
    watch: bool,
}

/// What is generated, and where.
#[derive(clap::Args)]
pub struct Target {
    /// The definition.
    #[arg(long, value_name = "FILE")]
    pub schema: PathBuf,
    /// The folder of the generated module, such as `src/api`. Generated files there that are not needed are removed, and
    /// other files are an error.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Another definition of the crate, which this one is built on: the types and methods that are equal in both are not
    /// generated again but re-exported from its module.
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// The path of the base's module in the crate.
    #[arg(long, value_name = "PATH", default_value = "api", requires = "base")]
    pub base_module: String,
    /// Also write the API for other languages to this folder (TypeScript, JSON Schema, OpenAPI and AsyncAPI), and
    /// `api.schema.json`, the schema of the definition's format, beside the definition.
    #[arg(long, value_name = "DIR")]
    pub exports: Option<PathBuf>,
    /// The path of the runtime as the generated code sees it.
    #[arg(long, value_name = "PATH", default_value = "decthings::runtime")]
    pub runtime: String,
    /// The name of the crate that holds the generated code, for examples. By default it is that of the `Cargo.toml` above
    /// the folder, which is checked: whether it has the dependencies and features that the code needs.
    #[arg(long, value_name = "NAME")]
    pub crate_name: Option<String>,
    /// Emit no `cfg(feature = …)`: everything is always there, except for calls by name and JSON Schemas.
    #[arg(long)]
    pub no_features: bool,
}

/// Generates code, of each target after the other. `command` is the command that the files name as their origin.
///
/// # Errors
///
/// A file cannot be read or written, or `rustfmt` or `cargo` cannot be run.
pub fn run(mode: &Mode, targets: &[Target], command: &str) -> Result<ExitCode> {
    if mode.watch {
        let bases = targets.iter().filter_map(|target| target.base.as_deref());
        let files: BTreeSet<&Path> = targets.iter().map(|target| target.schema.as_path()).chain(bases).collect();
        let files: Vec<&Path> = files.into_iter().collect();
        return watch::run(&files, || generate_all(mode, targets, command).map(drop));
    }
    generate_all(mode, targets, command)
}

fn generate_all(mode: &Mode, targets: &[Target], command: &str) -> Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        let target_code = generate(mode, target, command)?;
        if target_code != ExitCode::SUCCESS {
            code = target_code;
        }
    }
    Ok(code)
}

fn generate(mode: &Mode, target: &Target, command: &str) -> Result<ExitCode> {
    let source = definition::read(&target.schema)?;
    let Some(api) = definition::load(&source, "nothing was generated") else { return Ok(ExitCode::FAILURE) };
    let base = match &target.base {
        Some(path) => match definition::load(&definition::read(path)?, "nothing was generated") {
            Some(api) => Some(api),
            None => return Ok(ExitCode::FAILURE),
        },
        None => None,
    };
    let base = base.as_ref().map(|api| Base { api, module: &target.base_module });
    let manifest = match &target.crate_name {
        Some(_) => None,
        None => Some(Manifest::above(&target.out)?),
    };
    let options = Options {
        runtime: target.runtime.clone(),
        crate_name: match (&target.crate_name, &manifest) {
            (Some(name), _) => name.clone(),
            (None, manifest) => manifest.as_ref().map(Manifest::crate_name).unwrap_or_default(),
        },
        module: module(&target.out, manifest.as_ref()),
        command: command.to_owned(),
        features: !target.no_features,
    };
    if let Some(base) = &base {
        let name = options.module.rsplit("::").next().unwrap_or_default();
        let is_taken = base.api.services.iter().any(|service| naming::service_module(service) == name);
        ensure!(!is_taken, "the base has a service with the name of the module `{name}`; choose another folder");
    }
    let code = rustfmt::format(crate::rust(&api, base.as_ref(), &options)?, &target.out)?;
    let mut differences = tree::compare(&target.out, &code, Extra::Remove(is_generated))?;
    if let Some(folder) = &target.exports {
        differences.extend(exports(target, &api, folder)?);
    }
    let code_is_fresh = !mode.check || report(&differences, &target.schema);
    if !mode.check {
        tree::apply(&differences)?;
        let methods: usize = api.services.iter().map(|service| service.methods.len()).sum();
        let plural = if methods == 1 { "" } else { "s" };
        println!("{methods} method{plural} in {} files, {} changed", code.len(), differences.len());
    }
    let missing = manifest.and_then(|manifest| manifest.missing(&api, &options, &code));
    if let Some(missing) = &missing {
        eprint!("{missing}");
    }
    Ok(if code_is_fresh && missing.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Compares the files for other languages.
fn exports(target: &Target, api: &Api, folder: &Path) -> Result<Vec<Difference>> {
    let name = target.schema.file_stem().and_then(|name| name.to_str()).context("the definition has no name")?;
    let mut differences = tree::compare(folder, &crate::exports(api, name), Extra::Remove(is_export))?;
    let schema = Files::from([("api.schema.json".to_owned(), crate::format_schema())]);
    let beside = target.schema.parent().unwrap_or(Path::new(""));
    differences.extend(tree::compare(beside, &schema, Extra::Ignore)?);
    Ok(differences)
}

/// Whether the first line of a file says that it was generated, in a comment of its language.
pub fn is_generated(_: &Path, text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARK))
}

/// Whether a file has the name of an export. JSON has no place for a note about its origin.
fn is_export(path: &Path, _: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ends = [".d.ts", ".bundle.schema.json", ".reader.schema.json"].iter().any(|end| name.ends_with(end));
    ends || ["openapi.json", "openapi-3.0.json", "asyncapi.json"].contains(&name)
}

/// The path of the module in its crate: `api` for `src/api`. Without a manifest, the sources are in the last folder of that
/// name.
fn module(folder: &Path, manifest: Option<&Manifest>) -> String {
    let folder = std::path::absolute(folder).unwrap_or(folder.to_owned());
    let sources = match manifest {
        Some(manifest) => Some(manifest.folder().join("src")),
        None => folder.ancestors().find(|folder| folder.ends_with("src")).map(Path::to_owned),
    };
    let inside = sources.as_ref().and_then(|sources| folder.strip_prefix(sources).ok());
    let names: Option<Vec<&str>> = inside.and_then(|path| path.iter().map(|name| name.to_str()).collect());
    names.filter(|names| !names.is_empty()).map_or("api".to_owned(), |names| names.join("::"))
}

/// Prints differences, and returns whether there are none.
fn report(differences: &[Difference], schema: &Path) -> bool {
    if differences.is_empty() {
        println!("the generated code matches {}", schema.display());
        return true;
    }
    for difference in differences {
        print!("{difference}");
    }
    let count = differences.len();
    let plural = if count == 1 { " is" } else { "s are" };
    eprintln!("error: {count} file{plural} out of date with {}", schema.display());
    eprintln!("help: run the same command without `--check`, and commit what it changes");
    false
}
