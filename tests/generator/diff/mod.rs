//! Every rule of the difference of two definitions, one by one: an edit of a definition, and the changes it makes.
//!
//! Edits and changes are written shortly: `P`, `R` are the properties of a call's params and of its result.

use decthings_codegen::diff::{Change, Class, Place, diff};
use decthings_codegen::ir::Api;
use decthings_codegen::{Source, load};
use serde_json::{Value, json};

mod fields;
mod methods;
mod types;

/// One edit: what is put in the place of what stands at a pointer, or nothing.
type Edit = (&'static str, Option<Value>);

const BASE: &str = include_str!("../../data/diff_base.json");

/// A value in a place: in an object by name, in an array in the place of an element or, with `-`, behind all.
fn put(pointer: &'static str, value: Value) -> Edit {
    (pointer, Some(value))
}

/// Takes what stands there away.
fn take(pointer: &'static str) -> Edit {
    (pointer, None)
}

fn apply(document: &mut Value, (pointer, value): &Edit) {
    let buy = "/services/Shop/methods/buy";
    let pointer = pointer.replacen("P/", &format!("{buy}/params/properties/"), 1);
    let pointer = pointer.replacen("R/", &format!("{buy}/result/properties/"), 1).replacen("B/", &format!("{buy}/"), 1);
    let pointer = pointer.replacen("S/", "/services/Shop/", 1);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing is at {pointer}"));
    match (parent, value) {
        (Value::Object(object), Some(value)) => drop(object.insert(name.to_owned(), value.clone())),
        (Value::Object(object), None) => drop(object.shift_remove(name).unwrap_or_else(|| panic!("no {pointer}"))),
        (Value::Array(array), Some(value)) if name == "-" => array.push(value.clone()),
        (Value::Array(array), Some(value)) => array[name.parse::<usize>().unwrap()] = value.clone(),
        (Value::Array(array), None) => drop(array.remove(name.parse().unwrap())),
        _ => panic!("nothing can be put at {pointer}"),
    }
}

fn api(edits: &[Edit]) -> Api {
    let mut document: Value = serde_json::from_str(BASE).unwrap();
    edits.iter().for_each(|edit| apply(&mut document, edit));
    load(&Source::new("definition.json", document.to_string())).unwrap_or_else(|report| panic!("{edits:?}: {report}"))
}

fn short(change: &Change) -> String {
    let place = match &change.place {
        Place::Type(name) | Place::Error(name) | Place::Service(name) => format!("{name} "),
        Place::Method(_, name) | Place::Event(_, name) if name != "buy" => format!("{name} "),
        _ => String::new(),
    };
    assert!(change.why.ends_with('.') && !change.what.ends_with('.'), "{change:?}");
    let path = if change.path.is_empty() { String::new() } else { format!("{} ", change.path) };
    format!("{}: {place}{path}{}", change.class.name(), change.what)
}

/// What changes when the edits are made.
fn changes(edits: &[Edit]) -> Vec<String> {
    diff(&api(&[]), &api(edits)).list().iter().map(short).collect()
}

/// What changes when the edits are undone.
fn changes_back(edits: &[Edit]) -> Vec<String> {
    diff(&api(edits), &api(&[])).list().iter().map(short).collect()
}

/// Asserts what edits change, and what undoing them changes.
#[track_caller]
fn rule(edits: &[Edit], there: &[&str], back: &[&str]) {
    assert_eq!(
        (changes(edits), changes_back(edits)),
        (there.iter().map(|s| s.to_string()).collect(), back.iter().map(|s| s.to_string()).collect()),
        "{edits:?}"
    );
}

#[test]
fn a_definition_does_not_differ_from_itself() {
    let api = api(&[]);
    let changes = diff(&api, &api);
    assert_eq!((changes.worst(), changes.list()), (None, [].as_slice()));
    assert_eq!(changes.text(), "Revision 1 to 1: nothing changes.\n");
}

#[test]
fn the_worst_class_and_counts_are_those_of_the_list() {
    let new =
        api(&[take("R/note"), put("P/more", json!({"type": "string"})), put("P/extra", json!({"type": "string"}))]);
    let changes = diff(&api(&[]), &new);
    assert_eq!(changes.worst(), Some(Class::Rust));
    assert_eq!([Class::Compatible, Class::Rust, Class::Wire].map(|class| changes.count(class)), [2, 1, 0]);
}

#[test]
fn a_change_of_a_shared_type_names_its_users_once() {
    let changes = diff(&api(&[]), &api(&[put("/$defs/Both/required/-", json!("note"))]));
    let [change] = changes.list() else { panic!("{changes:?}") };
    assert_eq!((change.class, change.used_by.as_slice()), (Class::Wire, ["Shop.buy".to_owned()].as_slice()));
}
