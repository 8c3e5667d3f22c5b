//! Fixtures, one idea each: valid definitions (`ok`) with the expected Rust, and invalid ones (`err`) with the expected
//! diagnostics.
//!
//! `cargo xtask fixtures` rewrites what is expected, for a review with `git diff`.

use std::fs;
use std::path::{Path, PathBuf};

use decthings_codegen::cli::rustfmt;
use decthings_codegen::{Options, Source, reserved};
use decthings_tests::{difference, folders, read_tree, repository};

fn fixtures(kind: &str) -> Vec<(String, PathBuf)> {
    let folders = folders(&repository("tests/data/fixtures").join(kind));
    assert!(!folders.is_empty());
    folders
}

fn source(folder: &Path) -> Source {
    Source::new("definition.json", fs::read_to_string(folder.join("definition.json")).unwrap())
}

#[test]
fn valid_definitions_give_the_expected_rust() {
    let options = Options {
        runtime: "decthings::runtime".into(),
        crate_name: "fixture".into(),
        features: false,
        ..Options::default()
    };
    for (name, folder) in fixtures("ok") {
        assert_fresh(&name, &folder, &options, &folder.join("expected"));
    }
}

/// Compares the code generated for a fixture with the committed code.
fn assert_fresh(name: &str, fixture: &Path, options: &Options, expected: &Path) {
    let api = decthings_codegen::load(&source(fixture)).unwrap_or_else(|report| panic!("{name}: {report}"));
    let fresh = rustfmt::format(decthings_codegen::rust(&api, None, options).unwrap(), expected).unwrap();
    let committed = read_tree(expected);
    let orphans: Vec<&String> = committed.keys().filter(|path| !fresh.contains_key(*path)).collect();
    assert!(orphans.is_empty(), "{name}: files that nothing generates: {orphans:?}");
    for (path, text) in &fresh {
        let old = committed.get(path).map_or("", String::as_str);
        assert!(old == text, "{name}:\n{}", difference(old, text, path));
    }
}

#[test]
fn the_embedded_crate_has_the_api_of_its_fixture() {
    let options = Options { crate_name: "decthings_embedded".into(), ..Options::default() };
    let fixture = repository("tests/data/fixtures/ok/reserved");
    assert_fresh("embedded", &fixture, &options, &repository("tests/embedded/src/api"));
}

#[test]
fn the_embedded_crate_has_the_features_and_dependencies_of_the_client() {
    let real = without_services(&repository("generated/Cargo.toml"));
    let embedded = without_services(&repository("tests/embedded/Cargo.toml"));
    for (real, embedded) in [(real.0, embedded.0), (real.1, embedded.1)] {
        assert!(real == embedded, "{}", difference(&embedded, &real, "tests/embedded/Cargo.toml"));
    }
}

/// The features of a manifest without those of services and of its program and without comments, and its dependencies
/// without those of its program.
pub fn without_services(manifest: &Path) -> (String, String) {
    let text = fs::read_to_string(manifest).unwrap();
    let text = text.split_once("[features]\n").unwrap().1.split_once("[dev-dependencies]\n").unwrap().0;
    let (features, dependencies) = text.split_once("[dependencies]\n").unwrap();
    let (features, program) = without_program(features);
    let is_of_library = |line: &&str| {
        let name = line.split_once(" = ").map_or("", |(name, _)| name);
        let enables = format!("\"dep:{name}\"");
        !program.contains(&enables) || features.contains(&enables)
    };
    let dependencies: Vec<&str> = dependencies.lines().filter(is_of_library).collect();
    let is_kept = |line: &&str| match line.strip_prefix("    \"").and_then(|line| line.strip_suffix("\",")) {
        // In a list of several lines.
        Some(feature) => feature.contains([':', '/']) || reserved::FEATURES.contains(&feature),
        None if line.starts_with('#') => false,
        None => line.split_once(" = ").is_none_or(|(feature, _)| reserved::FEATURES.contains(&feature)),
    };
    let features: Vec<&str> = features.lines().filter(is_kept).collect();
    (features.join("\n"), dependencies.join("\n"))
}

/// Separates the feature `cli` from the others: the program is no part of an embedded runtime.
fn without_program(features: &str) -> (String, String) {
    let Some((before, rest)) = features.split_once("cli = [\n") else { return (features.to_owned(), String::new()) };
    let (program, after) = rest.split_once("]\n").unwrap();
    (format!("{before}{after}"), program.to_owned())
}

#[test]
fn valid_definitions_give_the_expected_typescript() {
    for (name, folder) in fixtures("ok") {
        let api = decthings_codegen::load(&source(&folder)).unwrap_or_else(|report| panic!("{name}: {report}"));
        let fresh = &decthings_codegen::exports(&api, "expected")["expected.d.ts"];
        let committed = fs::read_to_string(folder.join("expected.d.ts")).unwrap_or_default();
        assert!(committed == *fresh, "{name}:\n{}", difference(&committed, fresh, "expected.d.ts"));
    }
}

#[test]
fn every_fixture_is_compiled_and_called() {
    let compiled = include_str!("generated_code/ok.rs");
    let calls = [
        include_str!("generated_code/blobs.rs"),
        include_str!("generated_code/calls.rs"),
        include_str!("generated_code/methods.rs"),
        include_str!("generated_code/nested/mod.rs"),
    ]
    .concat();
    for (name, _) in fixtures("ok") {
        assert!(
            compiled.contains(&format!("ok/{name}/expected/mod.rs")),
            "add the fixture `{name}` to tests/generator/generated_code/ok.rs"
        );
        assert!(
            calls.contains(&format!("use {name}::")),
            "call the service of the fixture `{name}` in tests/generator/generated_code"
        );
    }
}

#[test]
fn invalid_definitions_give_the_expected_diagnostics() {
    for (name, folder) in fixtures("err") {
        let Err(report) = decthings_codegen::load(&source(&folder)) else { panic!("{name}: nothing was reported") };
        let fresh = report.to_string();
        let expected = folder.join("expected.txt");
        let committed = fs::read_to_string(&expected).unwrap_or_default();
        assert!(committed == fresh, "{name}:\n{}", difference(&committed, &fresh, "expected.txt"));
        for diagnostic in report.diagnostics() {
            assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{name}: {diagnostic:?}");
        }
    }
}
