//! Reads definitions, and shows their mistakes on the terminal.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result};
use decthings_codegen::ir::Api;
use decthings_codegen::{Report, Source};

/// The project's own definition.
pub const OURS: &str = "schema/decthings.json";

/// Reads the text of a definition.
pub fn read(path: &Path) -> Result<Source> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the definition {name}"))?;
    Ok(Source::new(name, text))
}

/// Checks a definition. Mistakes are shown, followed by what did not happen because of them; there is no model then.
pub fn load(source: &Source, outcome: &str) -> Option<Api> {
    decthings_codegen::load(source).map_err(|report| show(&report, outcome)).ok()
}

/// Prints a report and what did not happen because of it, in colour on a terminal unless `NO_COLOR` is set.
pub fn show(report: &Report, outcome: &str) {
    let declined = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !declined {
        eprint!("{}", report.coloured());
    } else {
        eprint!("{report}");
    }
    eprintln!("{outcome}");
}
