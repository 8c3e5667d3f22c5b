//! Definitions of APIs: what the generator makes of them.

use std::sync::OnceLock;

use decthings_codegen::ir::Api;
use decthings_codegen::{Files, Options, Source};
use decthings_tests::{Dice, folders, repository};
use serde_json::Value;

use crate::Target;
use crate::mutate::{json, pick};

pub const TARGET: Target = Target { name: "definitions", max_len: MAX_DEFINITION, seeds, mutate, run };

/// The largest definition that is tried: generating takes long, and small ones have all keywords.
pub const MAX_DEFINITION: usize = 8 << 10;

pub fn seeds() -> Vec<Vec<u8>> {
    let fixtures = ["ok", "err", "revisions"].map(|kind| folders(&repository("tests/data/fixtures").join(kind)));
    let read = |(_, folder): (String, std::path::PathBuf)| std::fs::read(folder.join("definition.json")).ok();
    fixtures.into_iter().flatten().filter_map(read).collect()
}

pub fn mutate(input: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    static PARTS: OnceLock<Vec<Value>> = OnceLock::new();
    let parts = PARTS.get_or_init(|| seeds().iter().filter_map(|seed| serde_json::from_slice(seed).ok()).collect());
    let mut document: Value = serde_json::from_slice(input).ok()?;
    match dice.roll(4) {
        0 => json::value(&mut document, dice),
        1 => return Some(json::document(std::str::from_utf8(input).ok()?, dice)),
        _ => json::graft(&mut document, pick(parts, dice), dice),
    }
    Some(serde_json::to_vec_pretty(&document).expect("a value is JSON"))
}

/// The checked definition, if it is valid. Panics if nothing useful is said about one that is not.
pub fn load(input: &[u8]) -> Option<Api> {
    let text = std::str::from_utf8(input).ok()?;
    match decthings_codegen::load(&Source::new("definition.json", text)) {
        Ok(api) => Some(api),
        Err(report) => {
            assert!(!report.diagnostics().is_empty(), "nothing is reported");
            assert!(report.to_string().contains("-->"), "no place is reported: {report}");
            for diagnostic in report.diagnostics() {
                assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
            }
            None
        }
    }
}

fn run(input: &[u8]) {
    let Some(api) = load(input) else { return };
    let options = Options {
        runtime: "decthings::runtime".into(),
        crate_name: "fuzz".into(),
        features: false,
        ..Options::default()
    };
    for options in [options, Options::default()] {
        let files = decthings_codegen::rust(&api, None, &options).unwrap_or_else(|error| panic!("{error}"));
        for (path, text) in check_paths(&files).iter().filter(|(path, _)| path.ends_with(".rs")) {
            syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        }
    }
    for (path, text) in check_paths(&decthings_codegen::exports(&api, "fuzz")) {
        if path.ends_with(".json") {
            serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
        }
    }
    let site = decthings_codegen::site(&[decthings_codegen::Revision::new(&api)], "fuzz")
        .unwrap_or_else(|error| panic!("{error}"));
    check_paths(&site);
}

/// Panics if a file would be written elsewhere than into its folder.
fn check_paths(files: &Files) -> &Files {
    assert!(!files.is_empty());
    for (path, text) in files {
        let is_plain =
            |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0']);
        assert!(path.split('/').all(is_plain), "{path:?}");
        assert!(!text.is_empty(), "{path} is empty");
    }
    files
}
