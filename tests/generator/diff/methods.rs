//! The API, services, methods, errors and events.

use serde_json::json;

use super::{put, rule, take};

#[test]
fn endpoints_change() {
    let other = ["wire: endpoints.http is another address"];
    rule(&[put("/endpoints/http", json!("http://shop.example/v2"))], &other, &other);
    let other = ["wire: endpoints.websocket is another address"];
    rule(&[put("/endpoints/websocket", json!("ws://shop.example/v2/ws"))], &other, &other);
    rule(&[take("/endpoints/websocket")], &other, &["compatible: endpoints.websocket is new"]);
    let words = ["compatible: is described in other words"];
    rule(&[put("/description", json!("The shop."))], &words, &words);
    rule(&[put("/revision", json!("2"))], &[], &[]);
}

#[test]
fn services_and_methods_are_added_and_removed() {
    rule(&[take("/services/Bank")], &["wire: Bank is gone"], &["compatible: Bank is new"]);
    rule(&[take("S/methods/list")], &["wire: list is gone"], &["compatible: list is new"]);
    let words = ["compatible: Bank is described in other words"];
    rule(&[put("/services/Bank/description", json!("Has money."))], &words, &words);
    rule(
        &[put("B/deprecated", json!({"since": "2", "use": "`sell`"}))],
        &["compatible: is deprecated since `2`: use `sell`"],
        &["compatible: is no longer deprecated"],
    );
    let mark = ["compatible: has another `since` mark"];
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
        &["wire: params.photo is gone", "wire: params has other blobs"],
        &["wire: params.photo is new, and required", "wire: params has other blobs"],
    );
    let scan = json!({"type": "string", "format": "binary", "blob": "bytes"});
    rule(
        &[put("R/scan", scan), put("B/result/required/-", json!("scan"))],
        &["compatible: result.scan is new, and always present", "wire: result has other blobs"],
        &["wire: result.scan is gone", "wire: result has other blobs"],
    );
    let scan = json!({"type": "string", "format": "binary", "blob": "bytes"});
    rule(
        &[put("S/events/sold/params/properties/scan", scan), put("S/events/sold/params/required/-", json!("scan"))],
        &["compatible: sold params.scan is new, and always present", "wire: sold params has other blobs"],
        &["wire: sold params.scan is gone", "wire: sold params has other blobs"],
    );
}

#[test]
fn transports_change() {
    rule(
        &[put("B/transport", json!("websocket"))],
        &["wire: travels on the WebSocket instead of over HTTP"],
        &["wire: travels over HTTP instead of on the WebSocket"],
    );
    rule(&[put("B/transport", json!("http"))], &[], &[]);
}

#[test]
fn subscriptions_change() {
    let other = ["wire: watch concerns a subscription in another way"];
    rule(&[take("S/methods/watch/subscription")], &other, &["compatible: watch concerns a subscription"]);
    rule(&[put("S/methods/watch/subscription", json!({"opens": "result.id2"}))], &other, &other);
}

#[test]
fn retry_paging_and_waiter_hints_change() {
    rule(&[take("B/idempotent")], &["wire: is no longer safe to repeat"], &["compatible: is safe to repeat"]);
    let deadline = ["compatible: has another deadline"];
    rule(&[put("B/deadlineSeconds", json!(600))], &deadline, &deadline);
    let paged = ["rust: list is paged in another way"];
    rule(&[take("S/methods/list/paginated")], &paged, &["compatible: list is read page by page"]);
    rule(&[put("S/methods/list/paginated/items", json!("others"))], &paged, &paged);
    rule(
        &[take("S/methods/bake/waiter")],
        &["rust: bake can no longer be waited for"],
        &["compatible: bake can be waited for"],
    );
    let waited = ["wire: bake is waited for in another way"];
    let ends = [put("S/methods/bake/waiter/done", json!("burnt")), put("S/methods/bake/waiter/failed", json!("ready"))];
    rule(&ends, &waited, &waited);
}

#[test]
fn errors_are_added_and_removed() {
    rule(
        &[put("/errors/robbed", json!({"description": "Somebody was faster."})), put("B/errors/-", json!("robbed"))],
        &["compatible: errors may answer `robbed`"],
        &["rust: errors no longer answers `robbed`"],
    );
}

#[test]
fn error_fields_and_descriptions_change() {
    rule(
        &[take("/errors/closed/retryable")],
        &["compatible: closed is not worth another try"],
        &["compatible: closed is worth another try"],
    );
    let words = ["compatible: closed is described in other words"];
    rule(&[put("/errors/closed/description", json!("It is late."))], &words, &words);
    let fields = json!({"type": "object", "properties": {"until": {"type": "string"}}});
    rule(
        &[put("/errors/closed/fields", fields)],
        &["rust: closed carries fields"],
        &["wire: closed carries no fields any more"],
    );
    rule(
        &[put("/errors/sold_out/fields/properties/right", json!({"type": "string"}))],
        &["compatible: sold_out right is new, and optional"],
        &["rust: sold_out right is gone"],
    );
    // Another entry with the same code.
    let fields = json!({"type": "object", "properties": {"until": {"type": "string"}}});
    rule(
        &[
            put("/errors/closed_until", json!({"code": "closed", "description": "It is closed.", "fields": fields})),
            put("B/errors/1", json!("closed_until")),
            put("S/methods/bake/errors", json!(["closed"])),
        ],
        &["rust: errors.closed carries fields", "compatible: bake errors may answer `closed`"],
        &["wire: errors.closed carries no fields any more", "rust: bake errors no longer answers `closed`"],
    );
}

#[test]
fn events_change() {
    let stolen = json!({
        "description": "Something was stolen.",
        "params": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
        "subscription": {"id": "id"}
    });
    rule(&[put("S/events/stolen", stolen)], &["compatible: stolen is new"], &["rust: stolen is gone"]);
    rule(
        &[put("S/events/sold/subscription/id", json!("id2"))],
        &["wire: sold goes by `id2` instead of `id`"],
        &["wire: sold goes by `id` instead of `id2`"],
    );
    rule(
        &[put("S/events/sold/subscription/ends", json!(true))],
        &["wire: sold ends its subscription"],
        &["wire: sold no longer ends its subscription"],
    );
    rule(
        &[put("S/events/sold/params/properties/price", json!({"type": "string"}))],
        &["compatible: sold params.price is new, and optional"],
        &["rust: sold params.price is gone"],
    );
    let words = ["compatible: sold is described in other words"];
    rule(&[put("S/events/sold/description", json!("It was sold."))], &words, &words);
}
