//! Schemas of the generated types mean what the definition says, and what the types themselves read and write.

mod changes;
mod definition;
mod samples;

use std::cell::Cell;

use decthings::runtime::schema::Visitor;
use decthings::{Tensor, api};
use decthings_tests::{read_tree, repository};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{TestCaseError, TestRunner};
use schemars::{JsonSchema, SchemaGenerator, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use changes::Change;
use definition::Definition;

fn definition() -> Definition {
    Definition::new(&std::fs::read_to_string(repository("schema/decthings.json")).unwrap())
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error} in {schema:#}"))
}

/// Compares each type with its place in the definition.
struct Comparison {
    definition: Definition,
    types: usize,
}

impl Visitor for Comparison {
    fn visit<T: JsonSchema + Serialize + DeserializeOwned>(&mut self, place: &'static str) {
        let said = self.definition.at(place);
        let derived = schema_for!(T);
        let (by_definition, by_type) = (validator(&said), validator(derived.as_value()));
        let change =
            prop_oneof![Just(Change::Gone), Just(Change::More), select(changes::others()).prop_map(Change::Other)];
        let cases = (samples::of(&said, &said["$defs"], 0), any::<Index>(), change);
        let config = ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() };
        let refused = Cell::new(0);
        let result = TestRunner::new(config).run(&cases, |(sample, part, change)| {
            prop_assert!(agree::<T>(&by_definition, &by_type, &sample)?, "the definition refuses {sample:#}");
            let mut changed = sample.clone();
            let places = changes::places_outside_of_tensors(&sample);
            let place: &String = part.get(&places);
            change.apply(&mut changed, place);
            if !agree::<T>(&by_definition, &by_type, &changed)? {
                refused.set(refused.get() + 1);
            }
            Ok(())
        });
        if let Err(failure) = result {
            panic!("{place}, {}: {failure}\n{:#}", std::any::type_name::<T>(), derived.as_value());
        }
        assert!(refused.get() > 0, "nothing is wrong for {place}");
        self.types += 1;
    }
}

/// Both schemas say the same, and the type reads what they accept, and writes what they accept.
fn agree<T: Serialize + DeserializeOwned>(
    by_definition: &Validator,
    by_type: &Validator,
    value: &Value,
) -> Result<bool, TestCaseError> {
    let (said, derived) = (by_definition.is_valid(value), by_type.is_valid(value));
    prop_assert!(said == derived, "the definition: {said}, the type: {derived}, of {value:#}");
    if said {
        let read: Result<T, _> = serde_json::from_value(value.clone());
        let read = read.map_err(|error| TestCaseError::fail(format!("the type does not read {value:#}: {error}")))?;
        let written = serde_json::to_value(&read).unwrap();
        prop_assert!(by_type.is_valid(&written), "the type writes {written:#}");
    }
    Ok(said)
}

#[test]
fn types_mean_what_the_definition_says() {
    let mut comparison = Comparison { definition: definition(), types: 0 };
    api::schemas::visit(&mut comparison);
    assert!(comparison.types > 300, "{}", comparison.types);
}

/// Counts the types that schemas are made of.
struct Reached(SchemaGenerator);

impl Visitor for Reached {
    fn visit<T: JsonSchema + Serialize + DeserializeOwned>(&mut self, _: &'static str) {
        self.0.subschema_for::<T>();
    }
}

#[test]
fn no_type_is_missed() {
    let mut reached = Reached(SchemaGenerator::default());
    api::schemas::visit(&mut reached);
    let by_hand = ["Base64", "Blob", "Tensor"];
    let names = reached.0.definitions().keys().filter(|name| !by_hand.contains(&name.as_str()));
    let sources = read_tree(&repository("generated/src/api"));
    let serialized = |line: &&str| line.starts_with("#[derive(") && line.contains("Serialize");
    let serialized = sources.values().flat_map(|text| text.lines()).filter(serialized).count();
    assert_eq!(names.count(), serialized, "a type that is serialized is neither shown nor part of one that is");
}

#[test]
fn tensors_are_what_their_notation_says() {
    let validator = validator(schema_for!(Tensor).as_value());
    let mut refused = 0;
    for written in samples::tensors() {
        assert!(validator.is_valid(&written), "{written}");
        for place in changes::places(&written) {
            for change in changes::others().into_iter().map(Change::Other).chain([Change::Gone, Change::More]) {
                let mut changed = written.clone();
                change.apply(&mut changed, &place);
                let (read, accepted) =
                    (serde_json::from_value::<Tensor>(changed.clone()), validator.is_valid(&changed));
                match read {
                    Ok(_) => assert!(accepted, "read, but not accepted: {changed}"),
                    // How many elements there have to be is the one thing that the schema can't know.
                    Err(error) if accepted => assert!(error.to_string().contains("shape ["), "{error}: {changed}"),
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}
