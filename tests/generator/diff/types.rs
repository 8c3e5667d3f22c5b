//! Changed types, enums, unions and shared types.

use decthings_codegen::diff::diff;
use decthings_codegen::ir::Api;
use serde_json::json;

use super::{Edit, api, put, rule, short, take};

#[test]
fn numbers_become_wider_or_narrower() {
    rule(
        &[put("P/count/format", json!("uint64"))],
        &["rust: params.count is a uint64 instead of a uint32"],
        &["wire: params.count is a uint32 instead of a uint64"],
    );
    rule(
        &[put("R/count/format", json!("int64"))],
        &["wire: result.count is an int64 instead of a uint32"],
        &["rust: result.count is a uint32 instead of an int64"],
    );
    rule(
        &[put("P/amount/format", json!("float"))],
        &["wire: params.amount is a float instead of a double"],
        &["rust: params.amount is a double instead of a float"],
    );
    rule(
        &[put("P/count", json!({"type": "number", "format": "double"}))],
        &["rust: params.count is a double instead of a uint32"],
        &["wire: params.count is a uint32 instead of a double"],
    );
    rule(
        &[put("P/count/format", json!("int32"))],
        &["wire: params.count is an int32 instead of a uint32"],
        &["wire: params.count is a uint32 instead of an int32"],
    );
}

#[test]
fn floats_are_as_wide_as_integers_are() {
    rule(
        &[put("P/count", json!({"type": "number", "format": "float"}))],
        &["wire: params.count is a float instead of a uint32"],
        &["wire: params.count is a uint32 instead of a float"],
    );
    rule(
        &[put("R/count", json!({"type": "number", "format": "double"}))],
        &["wire: result.count is a double instead of a uint32"],
        &["rust: result.count is a uint32 instead of a double"],
    );
    let weighs = |format: &str| api(&[put("R/weight", json!({"type": "number", "format": format}))]);
    let changes =
        |old: &str, new: &str| -> Vec<String> { diff(&weighs(old), &weighs(new)).list().iter().map(short).collect() };
    assert_eq!(changes("float", "double"), ["wire: result.weight is a double instead of a float"]);
    assert_eq!(changes("double", "float"), ["rust: result.weight is a float instead of a double"]);
}

#[test]
fn new_values_and_variants_of_requests_concern_those_who_send_them() {
    let why = |pointer: &'static str, value: serde_json::Value| {
        let changes = diff(&api(&[]), &api(&[put(pointer, value)]));
        let [change] = changes.list() else { panic!("{changes:?}") };
        change.why.clone()
    };
    let free = json!({"type": "object", "properties": {"by": {"const": "free"}}, "required": ["by"]});
    let gone = json!({"type": "object", "properties": {"is": {"const": "gone"}}, "required": ["is"]});
    let not_sent = "Existing clients do not send it.";
    assert_eq!(why("P/size/enum/-", json!("huge")), not_sent);
    assert_eq!(why("P/pay/oneOf/-", free), not_sent);
    assert_eq!(why("R/size/enum/-", json!("huge")), "The enum is open: readers keep unknown values.");
    assert_eq!(why("R/state/oneOf/-", gone), "The union is open: readers keep unknown variants.");
}

#[test]
fn elements_of_lists_are_compared() {
    rule(
        &[put("P/list/items/format", json!("int64"))],
        &["rust: params.list[] is an int64 instead of an int32"],
        &["wire: params.list[] is an int32 instead of an int64"],
    );
    rule(
        &[put("P/list", json!({"type": "string"}))],
        &["wire: params.list is a string instead of a list whose elements are an int32"],
        &["wire: params.list is a list whose elements are an int32 instead of a string"],
    );
}

#[test]
fn types_change() {
    rule(
        &[put("P/text/type", json!("boolean"))],
        &["wire: params.text is a boolean instead of a string"],
        &["wire: params.text is a string instead of a boolean"],
    );
    rule(
        &[put("R/note/contentEncoding", json!("base64"))],
        &["wire: result.note is base64 bytes instead of a string"],
        &["wire: result.note is a string instead of base64 bytes"],
    );
    rule(
        &[put("P/size", json!({"type": "string"}))],
        &["rust: params.size is a string instead of the enum `BuyRequestSize`"],
        &["wire: params.size is the enum `BuyRequestSize` instead of a string"],
    );
    rule(
        &[put("R/size", json!({"type": "string"}))],
        &["rust: result.size is a string instead of the enum `BuyResultSize`"],
        &["rust: result.size is the enum `BuyResultSize` instead of a string"],
    );
    rule(
        &[put("R/size", json!({"type": "object", "properties": {"cm": {"type": "string"}}}))],
        &["wire: result.size is the object `BuyResultSize` instead of the enum `BuyResultSize`"],
        &["wire: result.size is the enum `BuyResultSize` instead of the object `BuyResultSize`"],
    );
}

#[test]
fn enum_values_are_added_and_removed() {
    rule(
        &[put("P/size/enum/-", json!("huge"))],
        &["compatible: params.size has the new value `huge`"],
        &["wire: params.size has no value `huge` any more"],
    );
    rule(
        &[put("R/size/enum/-", json!("huge"))],
        &["compatible: result.size has the new value `huge`"],
        &["rust: result.size has no value `huge` any more"],
    );
    rule(
        &[put("P/size/enumIdentifiers", json!({"small": "tiny"}))],
        &["rust: params.size has the variant `Tiny` for `small`"],
        &["rust: params.size has the variant `Small` for `small`"],
    );
    rule(
        &[put("P/size/enumDescriptions", json!({"small": "Fits in a hand."}))],
        &["compatible: params.size has `small` described in other words"],
        &["compatible: params.size has `small` described in other words"],
    );
}

#[test]
fn tagged_unions_are_open() {
    let free = json!({"type": "object", "properties": {"by": {"const": "free"}}, "required": ["by"]});
    rule(
        &[put("P/pay/oneOf/-", free)],
        &["compatible: params.pay<by=free> is new"],
        &["wire: params.pay<by=free> is removed"],
    );
    let gone = json!({"type": "object", "properties": {"is": {"const": "gone"}}, "required": ["is"]});
    rule(
        &[put("R/state/oneOf/-", gone)],
        &["compatible: result.state<is=gone> is new"],
        &["rust: result.state<is=gone> is removed"],
    );
    rule(
        &[put("P/pay/oneOf/0/description", json!("Coins."))],
        &["compatible: params.pay<by=cash> has a new description"],
        &["compatible: params.pay<by=cash> has a new description"],
    );
}

#[test]
fn untagged_unions_are_closed() {
    let middle = json!({"type": "object", "properties": {"middle": {"type": "string"}}, "required": ["middle"]});
    rule(&[put("R/one/oneOf/-", middle)], &["wire: result.one.middle is new"], &["rust: result.one.middle is removed"]);
    rule(
        &[put("P/either/oneOf/-", json!({"type": "integer", "format": "int32", "title": "Many"}))],
        &["compatible: params.either<number> is new"],
        &["wire: params.either<number> is removed"],
    );
    rule(
        &[put("P/either/oneOf/0/title", json!("Words"))],
        &["rust: params.either<string> is called `Words` instead of `Name`"],
        &["rust: params.either<string> is called `Name` instead of `Words`"],
    );
}

#[test]
fn variant_contents_are_added_and_removed() {
    let tip = |pointer| put(pointer, json!({"type": "string"}));
    rule(
        &[tip("P/pay/oneOf/0/properties/tip")],
        &["rust: params.pay<by=cash> holds the object `BuyRequestPayCash`"],
        &["wire: params.pay<by=cash> holds nothing any more"],
    );
    rule(
        &[tip("P/pay/oneOf/0/properties/tip"), put("P/pay/oneOf/0/required/-", json!("tip"))],
        &["wire: params.pay<by=cash> holds the object `BuyRequestPayCash`"],
        &["wire: params.pay<by=cash> holds nothing any more"],
    );
    rule(
        &[tip("R/state/oneOf/0/properties/tip")],
        &["rust: result.state<is=open> holds the object `BuyResultStateOpen`"],
        &["rust: result.state<is=open> holds nothing any more"],
    );
    rule(
        &[tip("R/state/oneOf/0/properties/tip"), put("R/state/oneOf/0/required/-", json!("tip"))],
        &["rust: result.state<is=open> holds the object `BuyResultStateOpen`"],
        &["wire: result.state<is=open> holds nothing any more"],
    );
    rule(
        &[tip("P/pay/oneOf/1/properties/tip")],
        &["compatible: params.pay<by=card>.tip is new, and optional"],
        &["wire: params.pay<by=card>.tip is removed"],
    );
}

#[test]
fn tags_of_unions_change() {
    let variant = |tag: &str| json!({"type": "object", "properties": {"with": {"const": tag}}, "required": ["with"]});
    rule(
        &[put("P/pay/oneOf", json!([variant("cash"), variant("card")]))],
        &["wire: params.pay distinguishes its alternatives by the tag `with` instead of by the tag `by`"],
        &["wire: params.pay distinguishes its alternatives by the tag `by` instead of by the tag `with`"],
    );
}

#[test]
fn shared_types_are_added_and_removed() {
    let thing = json!({"description": "A thing.", "type": "object", "properties": {"name": {"type": "string"}}});
    rule(
        &[put("/$defs/Thing", thing), put("P/thing", json!({"$ref": "#/$defs/Thing"}))],
        &["compatible: Thing is new", "compatible: params.thing is new, and optional"],
        &["rust: Thing is removed", "wire: params.thing is removed"],
    );
}

#[test]
fn types_are_renamed() {
    rule(
        &[put("P/size/title", json!("Measure"))],
        &["rust: params.size has the type `Measure` instead of `BuyRequestSize`"],
        &["rust: params.size has the type `BuyRequestSize` instead of `Measure`"],
    );
    rule(
        &[
            put("/typePrefix", json!("Bo")),
            put("/$defs/BoTh", json!({"description": "A thing.", "type": "object", "properties": {}})),
            put("P/th", json!({"$ref": "#/$defs/BoTh"})),
        ],
        &["compatible: BoTh is new", "compatible: params.th is new, and optional"],
        &["rust: BoTh is removed", "wire: params.th is removed"],
    );
    // A type of the same form with another name is compatible on the wire.
    let same = json!({
        "description": "Travels both ways.", "type": "object",
        "properties": {"name": {"type": "string"}, "note": {"type": "string"}}, "required": ["name"]
    });
    rule(
        &[put("/$defs/Other", same), put("P/both", json!({"$ref": "#/$defs/Other"}))],
        &["compatible: Other is new", "rust: params.both has the type `Other` instead of `Both`"],
        &["rust: Other is removed", "rust: params.both has the type `Both` instead of `Other`"],
    );
}

#[test]
fn recursive_types_are_compared() {
    rule(
        &[put("/$defs/Tree/properties/fruit", json!({"type": "string"}))],
        &["compatible: Tree fruit is new, and optional"],
        &["rust: Tree fruit is removed"],
    );
    let tree = json!({
        "description": "Goes on.", "type": "object",
        "properties": {"leaf": {"type": "string"}, "branches": {"type": "array", "items": {"$ref": "#/$defs/Bush"}}},
        "required": ["branches"]
    });
    rule(
        &[take("/$defs/Tree"), put("/$defs/Bush", tree), put("R/tree", json!({"$ref": "#/$defs/Bush"}))],
        &["rust: Tree is renamed to `Bush`"],
        &["rust: Bush is renamed to `Tree`"],
    );
}

#[test]
fn outcomes_and_reasons_change() {
    let alternative = |key: &str| {
        let object =
            json!({"type": "object", "title": key, "properties": {"why": {"type": "string"}}, "required": ["why"]});
        json!({"type": "object", "properties": {key: object}, "required": [key]})
    };
    let union = json!({"oneOf": [alternative("Bad"), alternative("Good")]});
    let reason =
        |index: usize| ["R/state/oneOf/0/properties/Bad/reason", "R/state/oneOf/1/properties/Good/reason"][index];
    let base = [put("R/state", union), put("B/result/required/-", json!("state"))];
    let with = |edits: &[Edit]| api(&[&base, edits].concat());
    let changes = |old: &Api, new: &Api| diff(old, new).list().iter().map(short).collect::<Vec<_>>();
    let plain = with(&[]);
    let errors = with(&[put(reason(0), json!("why")), put(reason(1), json!("why"))]);
    let outcome = |ok: &str, error: &str| {
        let outcome = json!({"ok": ok, "error": error});
        let reasons = [put(reason(0), json!("why")), put(reason(1), json!("why"))];
        with(&[&reasons[..], &[put("R/state/outcome", outcome)]].concat())
    };
    let (there, back) = (outcome("Good", "Bad"), outcome("Bad", "Good"));
    assert_eq!(changes(&errors, &there), ["compatible: result.state is an outcome"]);
    assert_eq!(changes(&there, &errors), ["rust: result.state is no outcome any more"]);
    assert_eq!(changes(&there, &back), ["rust: result.state has another success or failure"]);
    assert_eq!(changes(&there, &there), [""; 0]);
    let reasons = |what: &str| ["Bad", "Good"].map(|key| what.replace("KEY", key));
    assert_eq!(changes(&plain, &errors), reasons("compatible: result.state.KEY has another `reason`"));
    assert_eq!(changes(&errors, &plain), reasons("rust: result.state.KEY names no `reason` any more"));
}
