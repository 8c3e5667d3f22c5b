//! JSON Schemas of the generated types against the definition, and against what the types read and write.

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
        let rejected = Cell::new(0);
        let result = TestRunner::new(config).run(&cases, |(sample, part, change)| {
            prop_assert!(agree::<T>(&by_definition, &by_type, &sample)?, "the definition rejects {sample:#}");
            let mut changed = sample.clone();
            let places = changes::places_outside_of_tensors(&sample);
            let place: &String = part.get(&places);
            change.apply(&mut changed, place);
            if !agree::<T>(&by_definition, &by_type, &changed)? {
                rejected.set(rejected.get() + 1);
            }
            Ok(())
        });
        if let Err(failure) = result {
            panic!("{place}, {}: {failure}\n{:#}", std::any::type_name::<T>(), derived.as_value());
        }
        assert!(rejected.get() > 0, "no change was rejected for {place}");
        self.types += 1;
    }
}

/// Whether both schemas accept a value. They have to agree, and the type has to read and write what they accept.
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
fn schemas_of_types_match_the_definition() {
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
fn every_serialized_type_has_a_schema() {
    let mut reached = Reached(SchemaGenerator::default());
    api::schemas::visit(&mut reached);
    let by_hand = ["Base64", "Blob", "Tensor"];
    let names = reached.0.definitions().keys().filter(|name| !by_hand.contains(&name.as_str()));
    let sources = read_tree(&repository("generated/src/api"));
    let serialized = |line: &&str| line.starts_with("#[derive(") && line.contains("Serialize");
    let serialized = sources.values().flat_map(|text| text.lines()).filter(serialized).count();
    // Enums that a macro declares.
    let declared = ["string_enum", "tagged_union", "keyed_union", "kinded_union"].map(|name| format!("\n{name}! {{\n"));
    let declared =
        declared.iter().flat_map(|start| sources.values().flat_map(|text| text.split(start.as_str()).skip(1)));
    let is_public = |rest: &&str| rest.split("\n}").next().unwrap_or_default().contains("    pub enum ");
    assert_eq!(
        names.count(),
        serialized + declared.filter(is_public).count(),
        "a type that is serialized is neither shown nor part of one that is"
    );
}

#[test]
fn the_schema_of_tensors_matches_their_notation() {
    let validator = validator(schema_for!(Tensor).as_value());
    let mut rejected = 0;
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
                    // The number of elements is the only rule that the schema cannot express.
                    Err(error) if accepted => assert!(error.to_string().contains("shape ["), "{error}: {changed}"),
                    Err(_) => rejected += 1,
                }
            }
        }
    }
    assert!(rejected > 500, "{rejected}");
}
