//! The generator's reserved names are the names that hand-written code uses.

use std::collections::BTreeSet;
use std::fs;

use decthings_codegen::{Source, reserved};
use decthings_tests::{read_tree, repository};
use syn::{ImplItem, Item, PathArguments, Type};

/// The names of all functions in `impl`s of a type, including private ones and those of traits. `is_generic`
/// distinguishes the type from a private one of the same name.
fn functions(name: &str, is_generic: bool) -> BTreeSet<String> {
    let sources = read_tree(&repository("generated/src"));
    let is_by_hand = |path: &str| path.ends_with(".rs") && !path.split('/').next().is_some_and(is_generated_module);
    let by_hand = sources.iter().filter(|(path, _)| is_by_hand(path));
    let mut functions = BTreeSet::new();
    for (path, text) in by_hand {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        collect(&file.items, name, is_generic, &mut functions);
    }
    functions
}

/// Whether a definition is the origin of a module of the client.
fn is_generated_module(name: &str) -> bool {
    repository("generated/src").join(name).join("services.md").exists()
}

fn collect(items: &[Item], name: &str, is_generic: bool, functions: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Mod(module) => {
                let items = module.content.iter().flat_map(|(_, items)| items);
                collect(&items.cloned().collect::<Vec<_>>(), name, is_generic, functions);
            }
            Item::Impl(block) => {
                let Type::Path(ty) = &*block.self_ty else { continue };
                let Some(last) = ty.path.segments.last() else { continue };
                if last.ident == name && matches!(last.arguments, PathArguments::None) != is_generic {
                    functions.extend(block.items.iter().filter_map(|item| match item {
                        ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                        _ => None,
                    }));
                }
            }
            _ => {}
        }
    }
}

#[track_caller]
fn assert_same(what: &str, real: BTreeSet<String>, list: &[&str]) {
    let list: BTreeSet<String> = list.iter().map(|name| (*name).to_owned()).collect();
    let (missing, stale): (Vec<_>, Vec<_>) = (real.difference(&list).collect(), list.difference(&real).collect());
    assert!(
        missing.is_empty() && stale.is_empty(),
        "codegen/src/naming/reserved.rs, {what}: add {missing:?}, remove {stale:?}"
    );
}

#[test]
fn functions_of_calls_are_reserved() {
    assert_same("CALL", functions("Call", true), reserved::CALL);
}

#[test]
fn functions_of_clients_are_reserved() {
    assert_same("CLIENT", functions("Client", false), reserved::CLIENT);
}

#[test]
fn functions_of_routers_are_reserved() {
    assert_same("ROUTER", functions("Router", false), reserved::ROUTER);
}

#[test]
fn functions_of_subscriptions_are_reserved() {
    assert_same("SUBSCRIPTION", functions("Subscription", true), reserved::SUBSCRIPTION);
}

#[test]
fn cargo_features_other_than_services_are_reserved() {
    let manifest = fs::read_to_string(repository("generated/Cargo.toml")).unwrap();
    let section = manifest.split("[features]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let mut features: BTreeSet<String> =
        section.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect();
    let definition = fs::read_to_string(repository("schema/decthings.json")).unwrap();
    let api = decthings_codegen::load(&Source::new("decthings.json", definition)).unwrap();
    let services: Vec<String> = api.services.iter().map(|service| service.wire.to_lowercase()).collect();
    features.retain(|feature| !services.contains(&feature.replace('-', "")) && !is_generated_module(feature));
    assert_same("FEATURES", features, reserved::FEATURES);
}

/// The public functions of a type that `newtypes.rs` does not declare.
fn missing_functions(name: &str, is_generic: bool) -> BTreeSet<String> {
    let text = fs::read_to_string(repository("generated/src/runtime/newtypes.rs")).unwrap();
    let private = [
        "fmt",
        "json_limits",
        "make",
        "next_raw",
        "poll",
        "poll_next",
        "redactor",
        "release",
        "response",
        "typed",
        "untyped",
    ];
    // Those of the API of `decthings`, those that are not for users, and those of traits.
    let others = ["in_parts", "into_future", "dispatch"];
    let mut functions = functions(name, is_generic);
    functions.retain(|function| !private.contains(&function.as_str()) && !others.contains(&function.as_str()));
    assert!(!functions.is_empty());
    functions.retain(|function| !text.contains(&format!("pub fn {function}(")));
    functions.retain(|function| !text.contains(&format!("pub async fn {function}(")));
    functions
}

#[test]
fn types_of_other_crates_have_all_functions() {
    for (name, is_generic) in [("Call", true), ("Client", false), ("Router", false), ("Subscription", true)] {
        let missing = missing_functions(name, is_generic);
        assert!(missing.is_empty(), "generated/src/runtime/newtypes.rs: {name} lacks {missing:?}");
    }
}

#[test]
fn settings_are_those_of_clients_of_all_apis() {
    let sources = read_tree(&repository("generated/src"));
    let narrow = sources.iter().filter(|(_, text)| text.contains("impl ClientBuilder {")).map(|(path, _)| path);
    assert_eq!(narrow.collect::<Vec<_>>(), Vec::<&String>::new(), "`impl<C> ClientBuilder<C>` is for all APIs");
}
