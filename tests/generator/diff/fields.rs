//! Members of objects.

use decthings_codegen::diff::diff;
use serde_json::json;

use super::{put, rule, take};

#[test]
fn request_fields_are_added_and_removed() {
    rule(
        &[put("P/more", json!({"type": "string"}))],
        &["compatible: params.more is new, and optional"],
        &["wire: params.more is removed"],
    );
    rule(
        &[put("P/more", json!({"type": "string"})), put("B/params/required/-", json!("more"))],
        &["wire: params.more is new, and required"],
        &["wire: params.more is removed"],
    );
}

#[test]
fn result_fields_are_added_and_removed() {
    rule(
        &[put("R/more", json!({"type": "string"}))],
        &["compatible: result.more is new, and optional"],
        &["rust: result.more is removed"],
    );
    rule(
        &[put("R/more", json!({"type": "string"})), put("B/result/required/-", json!("more"))],
        &["compatible: result.more is new, and always present"],
        &["wire: result.more is removed"],
    );
}

#[test]
fn fields_become_required_or_optional() {
    rule(
        &[put("B/params/required/-", json!("amount"))],
        &["wire: params.amount is required"],
        &["rust: params.amount is optional"],
    );
    rule(
        &[put("B/result/required/-", json!("note"))],
        &["rust: result.note is always present"],
        &["wire: result.note is optional"],
    );
    rule(
        &[put("/$defs/Both/required/-", json!("note"))],
        &["wire: Both note is required"],
        &["wire: Both note is optional"],
    );
}

#[test]
fn reordered_required_fields_break_requests_only() {
    let text = json!({"description": "A text.", "type": "string"});
    let moved = [take("P/text"), put("P/text", text)];
    let order = ["rust: params has its required properties in a different order"];
    rule(&moved, &order, &order);
    rule(&[take("R/text"), put("R/text", json!({"type": "string"}))], &[], &[]);
}

#[test]
fn fields_are_renamed_in_code() {
    rule(
        &[put("P/text/identifier", json!("words"))],
        &["rust: params.text is called `words` instead of `text`"],
        &["rust: params.text is called `text` instead of `words`"],
    );
}

#[test]
fn aliases_are_added_and_removed() {
    rule(
        &[put("P/text/aliases", json!(["txt"]))],
        &["compatible: params.text has the new alias `txt`"],
        &["wire: params.text no longer has the alias `txt`"],
    );
    rule(
        &[put("R/text/aliases", json!(["txt"]))],
        &["wire: result.text has the new alias `txt`"],
        &["compatible: result.text no longer has the alias `txt`"],
    );
}

#[test]
fn defaults_change() {
    rule(
        &[put("P/note/default", json!("some"))],
        &["wire: params.note has the default `\"some\"` instead of `\"none\"`"],
        &["wire: params.note has the default `\"none\"` instead of `\"some\"`"],
    );
    rule(
        &[take("P/note/default"), put("P/note/defaultsTo", json!("everything"))],
        &["wire: params.note has the default everything instead of `\"none\"`"],
        &["wire: params.note has the default `\"none\"` instead of everything"],
    );
    rule(
        &[take("P/note/default")],
        &["compatible: params.note no longer documents its default"],
        &["compatible: params.note documents its default"],
    );
}

#[test]
fn required_lists_become_empty_by_default() {
    let list = [
        put("P/words", json!({"type": "array", "items": {"type": "string"}})),
        put("B/params/required/-", json!("words")),
    ];
    let empty = [list.as_slice(), &[put("P/words/default", json!([]))]].concat();
    let (list, empty) = (super::api(&list), super::api(&empty));
    let changes = |old, new| -> Vec<String> { diff(old, new).list().iter().map(super::short).collect() };
    assert_eq!(changes(&list, &empty), ["rust: params.words is empty by default"]);
    assert_eq!(changes(&empty, &list), ["rust: params.words has no default any more"]);
}

#[test]
fn bytes_start_and_stop_accepting_text() {
    rule(
        &[take("P/photo/acceptsText")],
        &["rust: params.photo no longer takes text"],
        &["compatible: params.photo takes text as well"],
    );
}

#[test]
fn comments_break_nothing() {
    rule(
        &[put("P/text/description", json!("Another text."))],
        &["compatible: params.text has a new description"],
        &["compatible: params.text has a new description"],
    );
    rule(
        &[put("P/text/deprecated", json!({"since": "2", "use": "`words`"}))],
        &["compatible: params.text is deprecated since `2`: use `words`"],
        &["compatible: params.text is no longer deprecated"],
    );
    rule(
        &[put("P/text/since", json!("1"))],
        &["compatible: params.text has a different `since`"],
        &["compatible: params.text has a different `since`"],
    );
    rule(
        &[put("P/text/examples", json!(["bread"]))],
        &["compatible: params.text has a different example"],
        &["compatible: params.text has a different example"],
    );
    rule(
        &[put("/$defs/Both/description", json!("Goes both ways."))],
        &["compatible: Both has a new description"],
        &["compatible: Both has a new description"],
    );
}

#[test]
fn constants_are_added_and_removed() {
    let with = [put("/$defs/Both/properties/is", json!({"const": "both"})), put("/$defs/Both/required/-", json!("is"))];
    rule(&with, &["wire: Both has the constant `is`: `both`"], &["wire: Both has no constant `is` any more"]);
    rule(
        &[put("/$defs/Marked/properties/kind/const", json!("signed"))],
        &["wire: Marked has the constant `kind`: `signed` instead of `kind`: `marked`"],
        &["wire: Marked has the constant `kind`: `marked` instead of `kind`: `signed`"],
    );
    let received =
        [put("/$defs/Tree/properties/is", json!({"const": "tree"})), put("/$defs/Tree/required/-", json!("is"))];
    rule(&received, &["compatible: Tree has the constant `is`: `tree`"], &["wire: Tree has no constant `is` any more"]);
    let sent = [take("/$defs/Marked/properties/kind"), take("/$defs/Marked/required/0")];
    rule(
        &sent,
        &["compatible: Marked has no constant `kind` any more"],
        &["wire: Marked has the constant `kind`: `marked`"],
    );
}
