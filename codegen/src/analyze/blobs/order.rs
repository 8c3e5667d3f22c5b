//! Checks that the blobs of a frame can be told apart.

use super::walk::Found;
use crate::diag::Diagnostics;
use crate::ir::BlobKind;

/// Reports rules whose number of blobs nothing tells.
pub(super) fn check(found: &[Found], diagnostics: &mut Diagnostics) {
    for (index, entries) in found.iter().enumerate() {
        let BlobKind::Entries { .. } = entries.rule.kind else { continue };
        let path = &entries.rule.path;
        if path.contains("[]") {
            let message =
                format!("`{path}` takes all blobs that are left, so only one item of its list could have any");
            diagnostics.error(&entries.at, message, "take the entries out of the list");
        }
        let mut later = found.iter().skip(index.saturating_add(1));
        if let Some(later) = later.find(|later| !later.excludes(entries)) {
            let message = format!("`{path}` takes all blobs that are left, and those of `{}` follow", later.rule.path);
            diagnostics.error(&entries.at, message, "put the entries behind everything else that has blobs");
        }
    }
}
