//! Marks of revisions: since when something is there.

use super::Lowering;
use crate::diag::Location;
use crate::spanned::Spanned;
use crate::spec::Schema;

impl Lowering<'_> {
    /// A mark, which needs a name and a definition that has revisions.
    pub(super) fn since(&mut self, mark: Option<&Spanned<String>>) -> Option<String> {
        let mark = mark?;
        let revision = mark.get()?;
        if revision.trim().is_empty() {
            self.error(&mark.at, "`since` names no revision", "write the `revision` that added it");
        }
        if self.spec.revision.is_none() {
            self.error(
                &mark.at,
                "`since` means nothing in a definition without revisions",
                "say which `revision` the definition describes, at its top",
            );
        }
        Some(revision.clone())
    }

    /// Reports marks on a schema that is no thing of its own.
    pub(super) fn reject_marks(&mut self, schema: &Schema, at: &Location, help: &str) {
        let marks = [("since", schema.since.is_some()), ("deprecated", schema.deprecated.is_some())];
        for (keyword, _) in marks.iter().filter(|(_, present)| *present) {
            self.error(at, format!("`{keyword}` means nothing here"), help);
        }
    }
}
