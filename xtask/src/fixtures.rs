//! `cargo xtask fixtures` and `cargo xtask vectors`: regenerate what tests expect, for a reviewer to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use decthings_codegen::cli::generate::{self, Mode, Target, is_generated};
use decthings_codegen::cli::rustfmt;
use decthings_codegen::cli::tree::{self, Extra};
use decthings_codegen::{Files, Options, Source};

const FOLDER: &str = "tests/data/fixtures";
/// A crate of the runtime with the API of a fixture, as `decthings` has it with its own.
const EMBEDDED: &str = "tests/embedded/src/api";

/// Runs `cargo xtask fixtures`.
pub fn fixtures() -> Result<ExitCode> {
    let options = Options {
        runtime: "decthings::runtime".into(),
        crate_name: "fixture".into(),
        features: false,
        ..Options::default()
    };
    let mut changed = 0_usize;
    let revisions = folders(&Path::new(FOLDER).join("revisions"))?;
    for folder in folders(&Path::new(FOLDER).join("ok"))?.iter().chain(&revisions) {
        match load(folder)? {
            Ok(api) => {
                changed = changed.saturating_add(write(
                    &folder.join("expected"),
                    &rustfmt::format(decthings_codegen::rust(&api, None, &options)?, folder)?,
                    Extra::Remove(is_generated),
                )?)
            }
            Err(report) => bail!("{} should be valid, but:\n{report}", folder.display()),
        }
    }
    if let Ok(api) = load(&Path::new(FOLDER).join("ok/reserved"))? {
        let options = Options { crate_name: "decthings_embedded".into(), ..Options::default() };
        changed = changed.saturating_add(write(
            Path::new(EMBEDDED),
            &rustfmt::format(decthings_codegen::rust(&api, None, &options)?, Path::new(EMBEDDED))?,
            Extra::Remove(is_generated),
        )?);
    }
    for folder in folders(&Path::new(FOLDER).join("ok"))? {
        let Ok(api) = load(&folder)? else { continue };
        let mut files = decthings_codegen::exports(&api, "expected");
        files.retain(|name, _| name.ends_with(".d.ts"));
        changed = changed.saturating_add(write(&folder, &files, Extra::Ignore)?);
    }
    for folder in folders(&Path::new(FOLDER).join("err"))? {
        let Err(report) = load(&folder)? else { bail!("{} should be rejected, but is valid", folder.display()) };
        let files = Files::from([("expected.txt".to_owned(), report.to_string())]);
        changed = changed.saturating_add(write(&folder, &files, Extra::Ignore)?);
    }
    for (old, new) in revisions.iter().zip(revisions.iter().skip(1)) {
        let (Ok(before), Ok(after)) = (load(old)?, load(new)?) else { continue };
        let changes = decthings_codegen::diff::diff(&before, &after);
        let files =
            [("changes.txt", changes.text()), ("changes.md", changes.markdown()), ("changes.json", changes.json())];
        let files = Files::from(files.map(|(name, text)| (name.to_owned(), text)));
        changed = changed.saturating_add(write(new, &files, Extra::Ignore)?);
    }
    println!("{changed} files of {FOLDER} and {EMBEDDED} changed; review them with `git diff`");
    generate::run(
        &Mode::default(),
        &[queue("queue", "api", None), queue("queue-2", "next", Some("queue"))],
        generate::COMMAND,
    )
}

/// A module of the crate with another API, and the definition that its own one is built on.
fn queue(schema: &str, module: &str, base: Option<&str>) -> Target {
    let definition = |name: &str| Path::new("tests/queue").join(name).with_extension("json");
    Target {
        schema: definition(schema),
        out: Path::new("tests/queue/src").join(module),
        base: base.map(definition),
        base_module: "api".to_owned(),
        exports: None,
        runtime: "decthings::runtime".to_owned(),
        crate_name: None,
        no_features: false,
    }
}

/// Runs `cargo xtask vectors`.
pub fn vectors() -> Result<ExitCode> {
    // The package needs the generated client: built by itself, it cannot keep this program from building.
    let status = Command::new("cargo")
        .args(["test", "--quiet", "--package", "decthings-conformance", "--test", "vectors"])
        .env("DECTHINGS_WRITE_VECTORS", "1")
        .status()
        .context("cannot run cargo")?;
    println!("review what changed in schema/vectors with `git diff`");
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn load(folder: &Path) -> Result<Result<decthings_codegen::ir::Api, decthings_codegen::Report>> {
    let path = folder.join("definition.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(decthings_codegen::load(&Source::new("definition.json", text)))
}

fn write(folder: &Path, files: &Files, extra: Extra) -> Result<usize> {
    let differences = tree::compare(folder, files, extra)?;
    tree::apply(&differences)?;
    Ok(differences.len())
}

fn folders(parent: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(parent)
        .with_context(|| format!("cannot read {}; run this at the root of the repository", parent.display()))?;
    let mut folders: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}
