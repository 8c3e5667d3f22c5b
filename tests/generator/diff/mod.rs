//! Every rule of the comparison of two definitions: an edit of a definition, and the changes that are reported.
//!
//! Edits are abbreviated: `P` and `R` are the properties of the params and of the result of the method `buy`, `B` is the
//! method, and `S` its service.

use decthings_codegen::diff::{Change, Class, Place, diff};
use decthings_codegen::ir::Api;
use decthings_codegen::{Source, load};
use serde_json::{Value, json};

mod fields;
mod methods;
mod renames;
mod types;

/// One edit: the new value at a pointer, or `None` to remove it.
type Edit = (&'static str, Option<Value>);

const BASE: &str = include_str!("../../data/diff_base.json");

/// Sets a member of an object or an element of an array, or appends to an array with `-`.
fn put(pointer: &'static str, value: Value) -> Edit {
    (pointer, Some(value))
}

/// Removes a member or an element.
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

/// The changes from the base to its edited form.
fn changes(edits: &[Edit]) -> Vec<String> {
    diff(&api(&[]), &api(edits)).list().iter().map(short).collect()
}

/// The changes from the edited form to the base.
fn changes_back(edits: &[Edit]) -> Vec<String> {
    diff(&api(edits), &api(&[])).list().iter().map(short).collect()
}

/// Asserts the changes of edits in both directions.
#[track_caller]
fn rule(edits: &[Edit], there: &[&str], back: &[&str]) {
    assert_eq!(
        (changes(edits), changes_back(edits)),
        (there.iter().map(|s| s.to_string()).collect(), back.iter().map(|s| s.to_string()).collect()),
        "{edits:?}"
    );
}

#[test]
fn equal_definitions_have_no_changes() {
    let api = api(&[]);
    let changes = diff(&api, &api);
    assert_eq!((changes.worst(), changes.list()), (None, [].as_slice()));
    assert_eq!(changes.text(), "Revision 1 to 1: nothing changes.\n");
}

#[test]
fn changes_are_counted_by_class() {
    let new =
        api(&[take("R/note"), put("P/more", json!({"type": "string"})), put("P/extra", json!({"type": "string"}))]);
    let changes = diff(&api(&[]), &new);
    assert_eq!(changes.worst(), Some(Class::Rust));
    assert_eq!([Class::Compatible, Class::Rust, Class::Wire].map(|class| changes.count(class)), [2, 1, 0]);
}

#[test]
fn a_breaking_edit_of_one_revision_warns() {
    let warning = "the definition breaks under the same revision `1`; give it another `revision`";
    let changes = diff(&api(&[]), &api(&[take("R/note")]));
    assert_eq!(changes.warning().as_deref(), Some(warning));
    assert!(changes.text().contains(&format!("\nwarning: {warning}\n")), "{}", changes.text());
    assert!(changes.markdown().contains(&format!("\n> **Warning**: {warning}.\n")), "{}", changes.markdown());
    let json: Value = serde_json::from_str(&changes.json()).unwrap();
    assert_eq!(json["warning"], warning);
    for edits in [vec![take("R/note"), put("/revision", json!("2"))], vec![put("P/more", json!({"type": "string"}))]] {
        let changes = diff(&api(&[]), &api(&edits));
        assert_eq!(changes.warning(), None, "{edits:?}");
        assert!(!changes.text().contains("warning") && !changes.markdown().contains("Warning"), "{edits:?}");
    }
}

#[test]
fn a_change_of_a_shared_type_lists_its_users_once() {
    let changes = diff(&api(&[]), &api(&[put("/$defs/Both/required/-", json!("note"))]));
    let [change] = changes.list() else { panic!("{changes:?}") };
    assert_eq!((change.class, change.used_by.as_slice()), (Class::Wire, ["Shop.buy".to_owned()].as_slice()));
}
