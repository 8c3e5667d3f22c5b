//! Mistakes of a definition, on the terminal.

use std::io::IsTerminal;

use decthings_codegen::Report;

/// Prints a report, and what comes of it; in colour where somebody looks at it and has not declined colours.
pub fn show(report: &Report, outcome: &str) {
    let declined = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !declined {
        eprint!("{}", report.coloured());
    } else {
        eprint!("{report}");
    }
    eprintln!("{outcome}");
}
