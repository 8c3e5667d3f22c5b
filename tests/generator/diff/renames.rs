//! What is gone under one name and new under another.

use decthings_codegen::diff::diff;
use serde_json::{Value, json};

use super::{api, changes, put, rule, short, take};

#[test]
fn methods_are_renamed() {
    let list = json!({
        "description": "Lists things.",
        "params": {"type": "object", "properties": {
            "offset": {"type": "integer", "format": "uint32"}, "limit": {"type": "integer", "format": "uint32"}
        }},
        "result": {"type": "object", "properties": {
            "things": {"type": "array", "items": {"type": "string"}},
            "others": {"type": "array", "items": {"type": "string"}},
            "offset": {"type": "integer", "format": "uint32"},
            "limit": {"type": "integer", "format": "uint32"},
            "total": {"type": "integer", "format": "uint32"}
        }, "required": ["things", "others", "offset", "limit", "total"]},
        "paginated": {"items": "things"}
    });
    rule(
        &[take("S/methods/list"), put("S/methods/getThings", list.clone())],
        &["wire: list is renamed to `getThings`"],
        &["wire: getThings is renamed to `list`"],
    );
    // What else is different is reported as well.
    let mut filtered = list;
    filtered["params"]["properties"]["filter"] = json!({"type": "string"});
    rule(
        &[take("S/methods/list"), put("S/methods/getThings", filtered)],
        &["wire: list is renamed to `getThings`", "compatible: list params.filter is new, and optional"],
        &["wire: getThings is renamed to `list`", "wire: getThings params.filter is removed"],
    );
}

#[test]
fn other_methods_are_removed_and_new() {
    let paint = json!({
        "description": "Paints the shop.",
        "params": {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"]},
        "result": {"type": "object", "properties": {"until": {"type": "string"}}}
    });
    rule(
        &[take("S/methods/list"), put("S/methods/paint", paint)],
        &["wire: list is removed", "compatible: paint is new"],
        &["wire: paint is removed", "compatible: list is new"],
    );
}

#[test]
fn properties_are_renamed() {
    let text = |description: &str| json!({"description": description, "type": "string"});
    rule(
        &[take("P/text"), put("P/words", text("A text.")), put("B/params/required/0", json!("words"))],
        &["wire: params.text is renamed to `words`"],
        &["wire: params.words is renamed to `text`"],
    );
    // Under the old name as an alias, it is read.
    let mut aliased = text("A text.");
    aliased["aliases"] = json!(["text"]);
    assert_eq!(
        changes(&[take("P/text"), put("P/words", aliased), put("B/params/required/0", json!("words"))]),
        ["rust: params.text is renamed to `words`", "compatible: params.text has the new alias `text`"]
    );
    // The alias says so even if nothing else is alike.
    let phrase = json!({"description": "What is said.", "type": "string", "aliases": ["text"]});
    assert_eq!(
        changes(&[take("P/text"), put("P/phrase", phrase), put("B/params/required/0", json!("phrase"))]),
        [
            "rust: params.text is renamed to `phrase`",
            "compatible: params.text has the new alias `text`",
            "compatible: params.text has a new description"
        ]
    );
    // Another text.
    assert_eq!(
        changes(&[take("P/text"), put("P/colour", text("A colour.")), put("B/params/required/0", json!("colour"))]),
        ["wire: params.text is removed", "wire: params.colour is new, and required"]
    );
    rule(
        &[take("R/note"), put("R/notes", json!({"type": "string"}))],
        &["rust: result.note is renamed to `notes`"],
        &["rust: result.notes is renamed to `note`"],
    );
}

#[test]
fn bytes_are_renamed_without_a_change_of_the_frame() {
    let photos = json!({"type": "string", "format": "binary", "blob": "bytes", "acceptsText": true});
    rule(
        &[
            take("P/photo"),
            put("P/photos", photos),
            put("B/params/required", json!(["text", "count", "size", "photos"])),
        ],
        &["rust: params.photo is renamed to `photos`"],
        &["rust: params.photos is renamed to `photo`"],
    );
}

#[test]
fn alternatives_of_unions_are_renamed() {
    let union = |key: &str, aliases: &[&str]| {
        let either = |key: &str, aliases: &[&str]| {
            let mut text = json!({"description": "A text.", "type": "string"});
            if !aliases.is_empty() {
                text["aliases"] = json!(aliases);
            }
            json!({"type": "object", "properties": {key: text}, "required": [key]})
        };
        json!({"oneOf": [either(key, aliases), either("other", &[])]})
    };
    let changes = |pointer: &'static str, old: Value, new: Value| -> Vec<String> {
        let (old, new) = (api(&[put(pointer, old)]), api(&[put(pointer, new)]));
        diff(&old, &new).list().iter().map(short).collect()
    };
    let (plain, renamed) = (union("words", &[]), union("phrase", &[]));
    let aliased = union("phrase", &["words"]);
    assert_eq!(changes("P/key", plain.clone(), renamed.clone()), ["wire: params.key.words is renamed to `phrase`"]);
    assert_eq!(
        changes("P/key", plain.clone(), aliased.clone()),
        ["rust: params.key.words is renamed to `phrase`", "compatible: params.key.words has the new alias `words`"]
    );
    assert_eq!(changes("R/key", plain.clone(), renamed), ["wire: result.key.words is renamed to `phrase`"]);
    assert_eq!(
        changes("R/key", aliased, plain),
        [
            "rust: result.key.phrase is renamed to `words`",
            "compatible: result.key.phrase no longer has the alias `words`"
        ]
    );
    let gone = [put("P/pay/oneOf/1/properties/by/const", json!("cards")), put("P/pay/oneOf/1/title", json!("Card"))];
    assert!(super::changes(&gone).contains(&"wire: params.pay<by=card> is renamed to `cards`".to_owned()));
    let shut = put("R/state/oneOf/1/properties/is/const", json!("shuts"));
    assert!(super::changes(&[shut]).contains(&"rust: result.state<is=shut> is renamed to `shuts`".to_owned()));
}

#[test]
fn services_and_events_are_renamed() {
    let text = json!({"type": "string"});
    let bought = json!({
        "description": "Something was sold.",
        "params": {
            "type": "object", "properties": {"id": text, "id2": text, "thing": text}, "required": ["id", "id2", "thing"]
        },
        "subscription": {"id": "id"}
    });
    rule(
        &[take("S/events/sold"), put("S/events/bought", bought)],
        &["rust: sold is renamed to `bought`"],
        &["rust: bought is renamed to `sold`"],
    );
    let nothing = json!({"type": "object", "properties": {}});
    let pay = json!({"description": "Pays.", "params": nothing, "result": nothing});
    let treasury = json!({"description": "Keeps money.", "methods": {"pay": pay}});
    rule(
        &[take("/services/Bank"), put("/services/Treasury", treasury)],
        &["wire: Bank is renamed to `Treasury`"],
        &["wire: Treasury is renamed to `Bank`"],
    );
}

#[test]
fn shared_types_are_renamed() {
    let both = json!({
        "description": "Travels both ways.", "type": "object",
        "properties": {"name": {"type": "string"}, "note": {"type": "string"}}, "required": ["name"]
    });
    let twin = json!({"$ref": "#/$defs/Twin"});
    rule(
        &[take("/$defs/Both"), put("/$defs/Twin", both), put("P/both", twin.clone()), put("R/both", twin)],
        &["rust: Both is renamed to `Twin`"],
        &["rust: Twin is renamed to `Both`"],
    );
}

#[test]
fn values_of_enums_are_renamed() {
    rule(
        &[put("P/size/enum/1", json!("larger"))],
        &["wire: params.size has the value `larger` instead of `large`"],
        &["wire: params.size has the value `large` instead of `larger`"],
    );
    // Neither a similar name nor the same description.
    assert_eq!(
        changes(&[put("R/size/enum/1", json!("infinite"))]),
        ["rust: result.size has no value `large` any more", "compatible: result.size has the new value `infinite`"]
    );
}

#[test]
fn error_codes_are_renamed() {
    let gone = json!({"description": "Nothing is left."});
    let edits = [take("/errors/sold_out"), put("/errors/all_sold", gone), put("B/errors/0", json!("all_sold"))];
    let there = changes(&edits);
    assert!(there.contains(&"rust: errors returns `all_sold` instead of `sold_out`".to_owned()), "{there:?}");
}

#[test]
fn a_type_that_is_no_longer_sent_may_require_more() {
    // `Both` is in the params and in the result of `buy`.
    let edits = [take("P/both"), put("/$defs/Both/required/-", json!("note"))];
    assert_eq!(changes(&edits), ["rust: Both note is always present", "wire: params.both is removed"]);
    // It is taken by another method only.
    let only_there = [
        take("P/both"),
        take("R/both"),
        put("S/methods/bake/params/properties/both", json!({"$ref": "#/$defs/Both"})),
        put("/$defs/Both/required/-", json!("note")),
    ];
    let there = changes(&only_there);
    assert!(there.iter().any(|change| change == "rust: Both note is always present"), "{there:?}");
    assert!(!there.iter().any(|change| change.starts_with("wire: Both")), "{there:?}");
}
