//! A definition's text → the checked model: all stages before anything is emitted.

use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::report::Report;
use crate::source::Source;
use crate::{analyze, collisions, lower, parse, references};

/// Reads and checks a definition.
///
/// # Errors
///
/// A report of every mistake in the text.
pub fn load(source: &Source) -> Result<Api, Report> {
    let mut diagnostics = Diagnostics::default();
    let Some(spec) = parse::parse(source, &mut diagnostics) else { return Err(Report::new(source, diagnostics)) };
    // Of a part that cannot be read, it is unknown what it uses.
    let is_whole = diagnostics.is_empty();
    let mut api = lower::lower(&spec, &mut diagnostics);
    analyze::analyze(&mut api, &mut diagnostics);
    if is_whole {
        references::check(&api, &spec, &mut diagnostics);
    }
    collisions::check(&api, &mut diagnostics);
    if diagnostics.is_empty() { Ok(api) } else { Err(Report::new(source, diagnostics)) }
}
