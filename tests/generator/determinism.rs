//! Generation is deterministic, and the committed files are up to date.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

use decthings_codegen::cli::rustfmt;
use decthings_codegen::ir::Api;
use decthings_codegen::{Base, Options, Source};
use decthings_tests::{difference, read_tree, repository};
use serde_json::{Map, Value};

const DEFINITION: &str = "schema/decthings.json";

fn generate(text: &str) -> BTreeMap<String, String> {
    let api = decthings_codegen::load(&Source::new(DEFINITION, text)).unwrap_or_else(|report| panic!("{report}"));
    decthings_codegen::rust(&api, None, &Options::default()).unwrap()
}

fn definition() -> String {
    std::fs::read_to_string(repository(DEFINITION)).unwrap()
}

#[test]
fn committed_code_is_up_to_date() {
    let base = load("decthings");
    check("decthings", "api", None, &base);
    check("weights", "weights", Some(&Base { api: &base, module: "api" }), &load("weights"));
    let format = "schema/api.schema.json";
    let committed = std::fs::read_to_string(repository(format)).unwrap();
    assert!(committed == decthings_codegen::format_schema(), "{format}: run `cargo xtask codegen`");
}

fn load(name: &str) -> Api {
    let path = format!("schema/{name}.json");
    let text = std::fs::read_to_string(repository(&path)).unwrap();
    decthings_codegen::load(&Source::new(path, text)).unwrap_or_else(|report| panic!("{report}"))
}

/// Compares the module and the exports of a definition with what is committed.
fn check(name: &str, module: &str, base: Option<&Base>, api: &Api) {
    let options = Options { module: module.to_owned(), ..Options::default() };
    let code = decthings_codegen::rust(api, base, &options).unwrap();
    let mut fresh = rustfmt::format(code, &repository("generated")).unwrap();
    let mut committed = read_tree(&repository("generated/src").join(module));
    let exports = decthings_codegen::exports(api, name);
    fresh.extend(exports.into_iter().map(|(file, text)| (format!("export/{file}"), text)));
    let exports = read_tree(&repository("schema/export").join(name));
    committed.extend(exports.into_iter().map(|(file, text)| (format!("export/{file}"), text)));
    let names: Vec<&String> = committed.keys().filter(|name| !fresh.contains_key(*name)).collect();
    assert!(names.is_empty(), "files that nothing generates: {names:?}; run `cargo xtask codegen`");
    for (name, text) in &fresh {
        let old = committed.get(name).map_or("", String::as_str);
        assert!(old == text, "run `cargo xtask codegen`:\n{}", difference(old, text, name));
    }
}

/// Prints a digest of what this process generates, for the test below.
#[test]
#[ignore = "run by two_processes_generate_the_same_code"]
fn print_digest() {
    let mut hasher = DefaultHasher::new();
    generate(&definition()).hash(&mut hasher);
    println!("digest {:x}", hasher.finish());
}

#[test]
fn two_processes_generate_the_same_code() {
    let digest = || {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "determinism::print_digest", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .find(|line| line.contains("digest "))
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("no digest in {text}"))
    };
    assert_eq!(digest(), digest());
}

/// Reverses the members of every object whose order has no meaning.
fn permute(value: &mut Value, path: &str) {
    let keeps_order = path.ends_with("/properties");
    if let Value::Object(members) = value {
        for (name, member) in members.iter_mut() {
            permute(member, &format!("{path}/{name}"));
        }
        if !keeps_order {
            *members = std::mem::take(members).into_iter().rev().collect::<Map<_, _>>();
        }
    } else if let Value::Array(elements) = value {
        elements.iter_mut().for_each(|element| permute(element, &format!("{path}[]")));
    }
}

#[test]
fn the_order_of_the_definition_does_not_matter() {
    let text = definition();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    permute(&mut value, "");
    let (original, permuted) = (generate(&text), generate(&value.to_string()));
    assert!(original.keys().eq(permuted.keys()));
    for (name, text) in &original {
        let other = &permuted[name];
        // Indexes list their entries in the order of the definition; all other files are equal.
        let is_index = name.starts_with("dynamic/")
            || ["mod.rs", "service.rs", "services.md", "errors.rs", "events.rs", "schemas.rs"]
                .iter()
                .any(|index| name.ends_with(index));
        if is_index {
            let sorted = |text: &str| {
                let mut words: Vec<String> = text
                    .split(|c: char| c.is_whitespace() || "[](),&#".contains(c))
                    .filter(|word| !word.is_empty() && *word != "///")
                    .map(str::to_owned)
                    .collect();
                words.sort();
                words
            };
            assert_eq!(sorted(text), sorted(other), "{name}");
        } else {
            assert!(text == other, "{}", difference(text, other, name));
        }
    }
}

#[test]
fn generated_files_are_marked_and_short() {
    for (name, text) in read_tree(&repository("generated/src/api")) {
        let lines = text.lines().count();
        assert!(lines <= 1500, "{name} has {lines} lines");
        let first = text.lines().next().unwrap_or_default();
        assert!(first.contains("Generated by `cargo xtask codegen`"), "{name} does not say where it comes from");
    }
}

#[test]
fn every_service_has_a_default_cargo_feature() {
    let api = decthings_codegen::load(&Source::new(DEFINITION, definition())).unwrap();
    let manifest = std::fs::read_to_string(repository("generated/Cargo.toml")).unwrap();
    let default = manifest.split_once("default = [").and_then(|(_, rest)| rest.split_once(']')).unwrap_or_default().0;
    for service in &api.services {
        let feature = service.wire.to_lowercase();
        assert!(
            manifest.lines().any(|line| line.replace('-', "").starts_with(&format!("{feature} = "))),
            "no feature {feature}"
        );
        assert!(default.replace('-', "").contains(&format!("\"{feature}\"")), "{feature} is not on by default");
    }
}
