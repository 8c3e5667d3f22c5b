//! Names of a definition that code has for something else: keywords, the standard library's and the runtime's names,
//! names that are equal in another spelling, names that are none.
//!
//! A definition with a name of every kind is renamed. It is either rejected with a diagnostic, or gives code that
//! compiles.

mod check;
mod hard;
mod program;
mod renaming;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use decthings_codegen::ir::Api;
use decthings_codegen::{Files, Options, Report, Source};
use renaming::{Case, Definition, Place};

fn definition() -> Definition {
    Definition::read(include_str!("definition.json"))
}

fn load(text: String) -> Result<Api, Report> {
    decthings_codegen::load(&Source::new("renamed.json", text))
}

fn rust(api: &Api) -> Files {
    decthings_codegen::rust(api, None, &Options::default()).unwrap()
}

fn hard_names(definition: &Definition) -> Vec<String> {
    hard::names(rust(&load(definition.rename(&BTreeMap::new()).unwrap()).unwrap()).into_values())
}

/// A name in the case that a place demands, as far as it has one.
fn spell(name: &str, case: Case) -> String {
    let mut upper = match case {
        Case::Any => return name.to_owned(),
        Case::UpperCamel => true,
        Case::LowerCamel => false,
    };
    let mut camel = String::new();
    for c in name.chars() {
        match c {
            '_' => {}
            c if upper => camel.extend(c.to_uppercase()),
            c => camel.push(c),
        }
        upper = c == '_';
    }
    camel
}

/// Whether a renaming is accepted, and what is wrong with that.
fn try_renaming(definition: &Definition, place: &Place, name: &str) -> (bool, Option<String>) {
    let text = definition.rename(&BTreeMap::from([(place.name.as_str(), name.to_owned())]));
    let loaded = text.map(|text| catch_unwind(AssertUnwindSafe(|| load(text))));
    match loaded {
        Some(Err(_)) => (false, Some("panics".to_owned())),
        Some(Ok(Ok(_))) => (true, None),
        Some(Ok(Err(report))) => {
            let nowhere = report.diagnostics().iter().find(|diagnostic| diagnostic.location.span.is_empty());
            (false, nowhere.map(|diagnostic| format!("is rejected without a place: {diagnostic:?}")))
        }
        None => (false, None),
    }
}

/// Tries a part of all renamings: those whose number is divisible by `step`.
fn try_every(step: usize) {
    let definition = definition();
    let names = hard_names(&definition);
    let (mut number, mut accepted, mut rejected, mut mistakes) = (0, 0, 0, Vec::new());
    for place in &definition.places {
        for name in names.iter().flat_map(|name| BTreeSet::from([name.clone(), spell(name, place.case)])) {
            number += 1;
            if number % step == 0 {
                let (is_accepted, mistake) = try_renaming(&definition, place, &name);
                if is_accepted {
                    accepted += 1
                } else {
                    rejected += 1
                }
                mistakes.extend(mistake.map(|mistake| format!("{} as {name:?} {mistake}", place.name)));
            }
        }
    }
    let places = definition.places.len();
    println!("{places} places, {} names: {accepted} renamings accepted, {rejected} rejected", names.len());
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(accepted > 0 && rejected > 0);
}

/// Compiles definitions in which almost every name is hard. In each round, a name is somewhere else.
fn compile(definition: &Definition, names: &[String], folder: &str, rounds: &[usize]) {
    let places = definition.places.len();
    let (mut apis, mut renamings, mut services) = (Vec::new(), 0, BTreeSet::new());
    for round in rounds {
        let name = |index: usize| &names[(round + index * names.len() / places) % names.len()];
        let renames =
            definition.places.iter().enumerate().map(|(index, place)| (place, spell(name(index), place.case)));
        let renames = accepted(definition, &renames.collect::<Vec<_>>(), BTreeMap::new());
        let text = definition.rename(&renames).unwrap();
        let api = load(text.clone()).unwrap();
        let mistakes = check::mistakes(&rust(&api));
        assert!(mistakes.is_empty(), "{}\nfrom {text}", mistakes.join("\n"));
        // A crate has one service of a name.
        if api.services.iter().all(|service| services.insert(service.wire.to_lowercase())) {
            renamings += renames.len();
            apis.push(api);
        }
    }
    println!("{} definitions with {renamings} renamings", apis.len());
    program::check(folder, &apis).unwrap_or_else(|errors| panic!("{errors}"));
}

/// Adds those renamings to others that are accepted together with them.
fn accepted<'d>(
    definition: &'d Definition,
    renames: &[(&'d Place, String)],
    others: BTreeMap<&'d str, String>,
) -> BTreeMap<&'d str, String> {
    let mut all = others.clone();
    all.extend(renames.iter().map(|(place, name)| (place.name.as_str(), name.clone())));
    if definition.rename(&all).is_some_and(|text| load(text).is_ok()) {
        return all;
    }
    match renames {
        [] | [_] => others,
        _ => {
            let (left, right) = renames.split_at(renames.len() / 2);
            accepted(definition, right, accepted(definition, left, others))
        }
    }
}

#[test]
fn hard_names_are_accepted_or_rejected_at_their_place() {
    try_every(197);
}

#[test]
fn code_with_hard_names_compiles() {
    let definition = definition();
    let names = hard_names(&definition);
    let rounds: Vec<usize> = (0..names.len()).step_by(names.len() / 5).collect();
    compile(&definition, &names, "names", &rounds);
}

#[test]
#[ignore = "every renaming, which takes half an hour"]
fn all_hard_names_are_accepted_or_rejected_at_their_place() {
    try_every(1);
}

#[test]
#[ignore = "twenty times as many names"]
fn much_code_with_hard_names_compiles() {
    let definition = definition();
    let names = hard_names(&definition);
    let rounds: Vec<usize> = (0..names.len()).step_by(names.len() / 100).collect();
    let results = rounds.chunks(35).map(|rounds| catch_unwind(|| compile(&definition, &names, "names", rounds)));
    assert_eq!(results.filter(Result::is_err).count(), 0);
}
