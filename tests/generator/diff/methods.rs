//! The API, services, methods, errors and events.

use decthings_codegen::diff::diff;
use serde_json::{Value, json};

use super::{Edit, api, put, rule, short, take};

#[test]
fn endpoints_change() {
    let other = ["wire: endpoints.http is a different address"];
    rule(&[put("/endpoints/http", json!("http://shop.example/v2"))], &other, &other);
    let other = ["wire: endpoints.websocket is a different address"];
    rule(&[put("/endpoints/websocket", json!("ws://shop.example/v2/ws"))], &other, &other);
    rule(&[take("/endpoints/websocket")], &other, &["compatible: endpoints.websocket is new"]);
    let words = ["compatible: has a new description"];
    rule(&[put("/description", json!("The shop."))], &words, &words);
    rule(&[put("/revision", json!("2"))], &[], &[]);
}

#[test]
fn services_and_methods_are_added_and_removed() {
    rule(&[take("/services/Bank")], &["wire: Bank is removed"], &["compatible: Bank is new"]);
    rule(&[take("S/methods/list")], &["wire: list is removed"], &["compatible: list is new"]);
    let words = ["compatible: Bank has a new description"];
    rule(&[put("/services/Bank/description", json!("Has money."))], &words, &words);
    rule(
        &[put("B/deprecated", json!({"since": "2", "use": "`sell`"}))],
        &["compatible: is deprecated since `2`: use `sell`"],
        &["compatible: is no longer deprecated"],
    );
    let mark = ["compatible: has a different `since`"];
    rule(&[put("B/since", json!("1"))], &mark, &mark);
}

#[test]
fn methods_are_renamed_in_code() {
    rule(
        &[put("S/methods/bake/identifier", json!("make"))],
        &[
            "rust: bake is called `make` instead of `bake`",
            "rust: bake params has the type `MakeRequest` instead of `BakeRequest`",
            "rust: bake result has the type `MakeResult` instead of `BakeResult`",
        ],
        &[
            "rust: bake is called `bake` instead of `make`",
            "rust: bake params has the type `BakeRequest` instead of `MakeRequest`",
            "rust: bake result has the type `BakeResult` instead of `MakeResult`",
        ],
    );
}

#[test]
fn blobs_are_added_and_removed() {
    rule(
        &[take("P/photo"), put("B/params/required", json!(["text", "count", "size"]))],
        &["wire: params.photo is removed", "wire: params has different blobs"],
        &["wire: params.photo is new, and required", "wire: params has different blobs"],
    );
    let scan = json!({"type": "string", "format": "binary", "blob": "bytes"});
    rule(
        &[put("R/scan", scan), put("B/result/required/-", json!("scan"))],
        &["compatible: result.scan is new, and always present", "wire: result has different blobs"],
        &["wire: result.scan is removed", "wire: result has different blobs"],
    );
    let scan = json!({"type": "string", "format": "binary", "blob": "bytes"});
    rule(
        &[put("S/events/sold/params/properties/scan", scan), put("S/events/sold/params/required/-", json!("scan"))],
        &["compatible: sold params.scan is new, and always present", "wire: sold params has different blobs"],
        &["wire: sold params.scan is removed", "wire: sold params has different blobs"],
    );
}

#[test]
fn the_same_frame_may_be_spelled_differently() {
    let states = |key: &str, blob: Value| {
        let key_type = json!({"description": "Name of the part.", "type": "string"});
        let data = json!({"type": "string", "format": "binary"});
        let items = json!({"type": "object", "properties": {key: key_type, "data": data}, "required": [key, "data"]});
        [
            put("P/states", json!({"type": "array", "items": items, "blob": blob})),
            put("B/params/required/-", json!("states")),
        ]
    };
    let between =
        |old: &[Edit], new: &[Edit]| -> Vec<String> { diff(&api(old), &api(new)).list().iter().map(short).collect() };
    let beside = states("key", json!({"keyed": "names"}));
    assert_eq!(between(&beside, &states("key", json!({"keyed": "names", "at": "root"}))), [""; 0]);
    assert_eq!(between(&beside, &states("key", json!({"keyed": "keys"}))), ["wire: params has different blobs"]);
    // The names of the items' members are not in the JSON.
    assert_eq!(
        between(&beside, &states("name", json!({"keyed": "names"}))),
        ["rust: params.states[].key is renamed to `name`"]
    );
    // Within an object, the names are beside the property or at the root, which are two places.
    let nested = |blob: Value| {
        let [(_, states), _] = states("key", blob);
        let inside = json!({"type": "object", "properties": {"states": states}, "required": ["states"]});
        [put("P/inside", inside), put("B/params/required/-", json!("inside"))]
    };
    assert_eq!(
        between(&nested(json!({"keyed": "names"})), &nested(json!({"keyed": "names", "at": "root"}))),
        ["wire: params has different blobs"]
    );
    // One tensor is a blob of tensors, but several are not one.
    let tensor = json!({"type": "object", "format": "tensor"});
    let one = [put("P/image", json!({"type": "object", "format": "tensor", "blob": "tensor"}))];
    let several = [put("P/image", json!({"type": "array", "items": tensor, "blob": "tensors"}))];
    let required = put("B/params/required/-", json!("image"));
    let [one, several] = [one, several].map(|edits| [&edits[..], std::slice::from_ref(&required)].concat());
    assert_eq!(
        between(&one, &several),
        ["rust: params.image is a list whose elements are a tensor instead of a tensor"]
    );
    assert_eq!(
        between(&several, &one),
        [
            "wire: params.image is a tensor instead of a list whose elements are a tensor",
            "wire: params has different blobs"
        ]
    );
}

#[test]
fn blobs_follow_the_order_of_the_properties() {
    let bytes = || json!({"type": "string", "format": "binary", "blob": "bytes"});
    let with = |names: [&'static str; 2]| {
        let edits = names.map(|pointer| put(pointer, bytes()));
        api(&[&edits[..], &[put("B/params/required", json!(["text", "photo", "front", "back"]))]].concat())
    };
    let (old, new) = (with(["P/front", "P/back"]), with(["P/back", "P/front"]));
    let changes: Vec<String> = diff(&old, &new).list().iter().map(short).collect();
    let order = "rust: params has its required properties in a different order";
    assert!(changes.contains(&"wire: params has different blobs".to_owned()), "{changes:?}");
    assert!(!changes.contains(&"wire: result has different blobs".to_owned()), "{changes:?}");
    assert!(changes.contains(&order.to_owned()), "{changes:?}");
}

#[test]
fn transports_change() {
    rule(
        &[put("B/transport", json!("websocket"))],
        &["wire: is sent on the WebSocket instead of over HTTP"],
        &["wire: is sent over HTTP instead of on the WebSocket"],
    );
    rule(&[put("B/transport", json!("http"))], &[], &[]);
}

#[test]
fn subscriptions_change() {
    let other = ["wire: watch affects a subscription differently"];
    rule(&[take("S/methods/watch/subscription")], &other, &["compatible: watch affects a subscription"]);
    rule(&[put("S/methods/watch/subscription", json!({"opens": "result.id2"}))], &other, &other);
}

#[test]
fn retry_paging_and_waiter_hints_change() {
    rule(&[take("B/idempotent")], &["wire: is no longer idempotent"], &["compatible: is idempotent"]);
    rule(
        &[put("B/deadlineSeconds", json!(600))],
        &["compatible: has a deadline of 600 s instead of 60 s"],
        &["compatible: has a deadline of 60 s instead of 600 s"],
    );
    rule(
        &[take("B/deadlineSeconds")],
        &["compatible: has the default deadline instead of 60 s"],
        &["compatible: has a deadline of 60 s instead of the default"],
    );
    let paged = ["rust: list is paginated differently"];
    rule(&[take("S/methods/list/paginated")], &paged, &["compatible: list is paginated"]);
    rule(&[put("S/methods/list/paginated/items", json!("others"))], &paged, &paged);
    rule(&[take("S/methods/bake/waiter")], &["rust: bake no longer has a waiter"], &["compatible: bake has a waiter"]);
    let waited = ["wire: bake has a different waiter"];
    let ends = [put("S/methods/bake/waiter/done", json!("burnt")), put("S/methods/bake/waiter/failed", json!("ready"))];
    rule(&ends, &waited, &waited);
}

#[test]
fn errors_are_added_and_removed() {
    rule(
        &[put("/errors/robbed", json!({"description": "Somebody was faster."})), put("B/errors/-", json!("robbed"))],
        &["compatible: errors may return `robbed`"],
        &["rust: errors no longer returns `robbed`"],
    );
}

#[test]
fn errors_move_into_a_shared_set() {
    let set = json!({"late": {"description": "It is late.", "errors": ["closed"], "shared": true}});
    rule(
        &[put("/errorSets", set), put("B/errorSets", json!(["late"])), put("B/errors", json!(["sold_out"]))],
        &["rust: errors returns `closed` as part of the shared error set `late`"],
        &["rust: errors returns `closed` as an error of its own"],
    );
}

#[test]
fn error_fields_and_descriptions_change() {
    rule(
        &[take("/errors/closed/retryable")],
        &["compatible: closed is not retryable"],
        &["compatible: closed is retryable"],
    );
    let words = ["compatible: closed has a new description"];
    rule(&[put("/errors/closed/description", json!("It is late."))], &words, &words);
    let fields = json!({"type": "object", "properties": {"until": {"type": "string"}}});
    rule(
        &[put("/errors/closed/fields", fields)],
        &["rust: closed carries fields"],
        &["wire: closed carries no fields any more"],
    );
    let fields = json!({
        "type": "object",
        "properties": {"part": {"type": "string"}, "problem": {"type": "string"}},
        "required": ["part", "problem"],
    });
    let marked = json!({"parameter": "part", "reason": "problem"});
    rule(
        &[put("/errors/closed/fields", fields), put("/errors/closed/invalidRequest", marked)],
        &[
            "compatible: closed is the error of invalid requests, with `part` and `problem`",
            "rust: closed carries fields",
        ],
        &["compatible: closed is not the error of invalid requests", "wire: closed carries no fields any more"],
    );
    rule(
        &[put("/errors/sold_out/fields/properties/right", json!({"type": "string"}))],
        &["compatible: sold_out right is new, and optional"],
        &["rust: sold_out right is removed"],
    );
    // Another entry with the same code.
    let fields = json!({"type": "object", "properties": {"until": {"type": "string"}}});
    rule(
        &[
            put("/errors/closed_until", json!({"code": "closed", "description": "It is closed.", "fields": fields})),
            put("B/errors/1", json!("closed_until")),
            put("S/methods/bake/errors", json!(["closed"])),
        ],
        &["rust: errors.closed carries fields", "compatible: bake errors may return `closed`"],
        &["wire: errors.closed carries no fields any more", "rust: bake errors no longer returns `closed`"],
    );
}

#[test]
fn events_change() {
    let stolen = json!({
        "description": "Something was stolen.",
        "params": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
        "subscription": {"id": "id"}
    });
    rule(&[put("S/events/stolen", stolen)], &["compatible: stolen is new"], &["rust: stolen is removed"]);
    rule(
        &[put("S/events/sold/subscription/id", json!("id2"))],
        &["wire: sold has its id in `id2` instead of `id`"],
        &["wire: sold has its id in `id` instead of `id2`"],
    );
    rule(
        &[put("S/events/sold/subscription/ends", json!(true))],
        &["wire: sold ends its subscription"],
        &["wire: sold no longer ends its subscription"],
    );
    rule(
        &[put("S/events/sold/params/properties/price", json!({"type": "string"}))],
        &["compatible: sold params.price is new, and optional"],
        &["rust: sold params.price is removed"],
    );
    // Clients would wait for the last event of a subscription.
    let stolen = |name: &'static str| {
        let params = json!({"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]});
        let subscription = json!({"id": "id", "ends": true});
        put(name, json!({"description": "It ends.", "params": params, "subscription": subscription}))
    };
    rule(&[stolen("S/events/closed")], &["compatible: closed is new"], &["wire: closed is removed"]);
    let changes = diff(&api(&[stolen("S/events/closed")]), &api(&[stolen("S/events/close")]));
    assert_eq!(changes.list().iter().map(short).collect::<Vec<_>>(), ["wire: closed is renamed to `close`"]);
    let words = ["compatible: sold has a new description"];
    rule(&[put("S/events/sold/description", json!("It was sold."))], &words, &words);
}
