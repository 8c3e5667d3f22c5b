//! Text → [`Spec`]: syntax, keywords and their kinds.

use crate::diag::{Diagnostics, Source};
use crate::spec::Spec;
use crate::{de, json};

/// Reads a definition; mistakes are noted, and what is sound is still returned for further checks.
pub(crate) fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Spec> {
    match json::parse(source) {
        Ok(tree) => de::read(&tree, diagnostics),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    }
}
