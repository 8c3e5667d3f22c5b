//! Exports for other languages: what tools rely on, and the declarations of a small definition.

use decthings_codegen::{Files, Source};
use decthings_tests::repository;
use serde_json::{Value, json};

fn exports(definition: &str) -> Files {
    let api = decthings_codegen::load(&Source::new("definition.json", definition)).unwrap_or_else(|it| panic!("{it}"));
    decthings_codegen::exports(&api, "shop")
}

fn ours() -> Files {
    exports(&std::fs::read_to_string(repository("schema/decthings.json")).unwrap())
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| walk(member, see)),
        Value::Array(elements) => elements.iter().for_each(|element| walk(element, see)),
        _ => {}
    }
}

#[test]
fn references_resolve_and_have_no_siblings() {
    for (name, text) in ours().iter().filter(|(name, _)| name.ends_with(".json")) {
        let document: Value = serde_json::from_str(text).unwrap();
        let mut seen = 0;
        walk(&document, &mut |value| {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else { return };
            seen += 1;
            assert_eq!(value.as_object().unwrap().len(), 1, "{name}: something stands beside {target}");
            assert!(document.pointer(&target[1..]).is_some_and(|it| !it.is_null()), "{name}: {target} leads nowhere");
        });
        assert!(seen > 50, "{name}");
    }
}

/// What the definition says of each method, and what the descriptions of its operation have to say.
#[test]
fn operations_say_what_the_definition_says_of_their_methods() {
    let definition = std::fs::read_to_string(repository("schema/decthings.json")).unwrap();
    let definition: Value = serde_json::from_str(&definition).unwrap();
    let exports = ours();
    let open: Value = serde_json::from_str(&exports["openapi.json"]).unwrap();
    let socket: Value = serde_json::from_str(&exports["asyncapi.json"]).unwrap();
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for (service, definition) in definition["services"].as_object().unwrap() {
        for (name, method) in definition["methods"].as_object().unwrap() {
            let operation = &open["paths"][format!("/{service}/{name}")]["post"];
            let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
            assert_eq!(statuses, ["200", "4XX"], "{service}.{name}");
            let mut operations = vec![operation];
            let id = format!("call{service}{}{}", name[..1].to_uppercase(), &name[1..]);
            operations.extend(socket["operations"].get(&id));
            assert_eq!(operations.len(), if method.get("transport").is_some() { 2 } else { 1 }, "{service}.{name}");
            for operation in operations {
                let is = |keyword: &str| operation.get(format!("x-{keyword}"));
                assert_eq!(is("idempotent").unwrap(), method.get("idempotent").unwrap_or(&false.into()));
                assert_eq!(is("transport").unwrap(), method.get("transport").unwrap_or(&"http".into()));
                assert_eq!(is("deadline-seconds"), method.get("deadlineSeconds"), "{service}.{name}");
                assert_eq!(is("subscription"), method.get("subscription"), "{service}.{name}");
                assert_eq!(is("waiter"), method.get("waiter"), "{service}.{name}");
                let pages = |value: &Value| value["items"].clone();
                assert_eq!(is("paginated").map(pages), method.get("paginated").map(pages), "{service}.{name}");
                assert!(method["description"].as_str().unwrap().starts_with(operation["summary"].as_str().unwrap()));
                assert!(is("retryable").unwrap().as_array().unwrap().contains(&"too_many_requests".into()));
                for keyword in ["deadline-seconds", "subscription", "waiter", "paginated"] {
                    *seen.entry(keyword).or_default() += usize::from(is(keyword).is_some());
                }
            }
        }
    }
    assert!(seen.len() == 4 && seen.values().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn blobs_are_described_by_rule_and_path() {
    let blobs = |service: &str, method: &str, side: &str| {
        let open: Value = serde_json::from_str(&ours()["openapi.json"]).unwrap();
        let mut blobs = open["paths"][format!("/{service}/{method}")]["post"]["x-frame"][side]["blobs"].clone();
        for blob in blobs.as_array_mut().unwrap() {
            assert!(blob["holds"].as_str().is_some_and(|text| text.starts_with("one blob")));
            blob.as_object_mut().unwrap().shift_remove("holds");
        }
        blobs
    };
    let tensors = json!([{"path": "params[].data", "rule": "tensors", "uniqueName": "name"}]);
    assert_eq!(blobs("Model", "train", "request"), tensors);
    let keyed = json!([{"path": "data", "rule": "keyed", "names": "stateKeyNames", "at": "beside", "key": "key", "data": "data"}]);
    assert_eq!(blobs("Model", "getModelState", "response"), keyed);
    assert_eq!(
        blobs("Dataset", "addEntries", "request"),
        json!([{"path": "keys", "rule": "entries", "key": "key", "data": "data"}])
    );
    let indexed = json!([{
        "path": "keys", "rule": "indexedEntries", "indexes": "indexes", "key": "name", "data": "data", "index": "index", "tensor": "data"
    }]);
    assert_eq!(blobs("Dataset", "getEntries", "response"), indexed);
}

fn bundled(exports: &Files, name: &str) -> Value {
    serde_json::from_str(&exports[name]).unwrap()
}

#[test]
fn documents_have_the_version_and_the_license_of_the_definition() {
    let definition = |head: &str| {
        exports(&format!(
            r#"{{"title": "Shop", {head} "description": "A shop.", "services": {{"Shop": {{"description": "Sells things.",
               "methods": {{"open": {{
                 "description": "Opens the shop. It stays open.", "params": {{"type": "object", "properties": {{}}}},
                 "transport": "websocket",
                 "result": {{"type": "object", "properties": {{}}}}
               }}}}}}}}}}"#
        ))
    };
    let whole = definition(
        r#""version": "1.2.3-beta.1", "revision": "7", "summary": "Sells things",
           "license": {"name": "MIT", "identifier": "MIT"}, "contact": {"name": "Bo", "email": "bo@shop.example"},"#,
    );
    let info = |exports: &Files, name: &str| {
        let mut info = bundled(exports, name)["info"].clone();
        info.as_object_mut().unwrap().retain(|name, _| name != "description" && name != "tags");
        info
    };
    let contact = json!({"name": "Bo", "email": "bo@shop.example"});
    let mut expected = json!({
        "title": "Shop", "summary": "Sells things", "version": "1.2.3-beta.1", "x-revision": "7",
        "contact": contact, "license": {"name": "MIT", "identifier": "MIT"}
    });
    assert_eq!(info(&whole, "openapi.json"), expected);
    // These have no place for a summary, nor for an SPDX expression.
    expected.as_object_mut().unwrap().shift_remove("summary");
    expected["license"] = json!({"name": "MIT"});
    assert_eq!(info(&whole, "openapi-3.0.json"), expected);
    assert_eq!(info(&whole, "asyncapi.json"), expected);
    let least = definition("");
    assert_eq!(info(&least, "openapi.json"), json!({"title": "Shop", "version": "0.0.0"}));
    let operation = &bundled(&least, "openapi.json")["paths"]["/Shop/open"]["post"];
    assert_eq!(operation["summary"], "Opens the shop.");
}

#[test]
fn an_api_over_http_has_no_asyncapi() {
    let with = |transport: &str| {
        exports(&format!(
            r#"{{"title": "Shop", "description": "A shop.", "services": {{"Shop": {{"description": "Sells things.",
               "methods": {{"open": {{
                 "description": "Opens the shop.", "params": {{"type": "object", "properties": {{}}}},
                 "transport": "{transport}", "result": {{"type": "object", "properties": {{}}}}
               }}}}}}}}}}"#
        ))
    };
    assert!(!with("http").contains_key("asyncapi.json"));
    assert!(with("websocket").contains_key("asyncapi.json"));
}

#[test]
fn outcomes_and_reasons_are_marked() {
    let schemas = &bundled(&ours(), "openapi.json")["components"]["schemas"];
    let outcomes: Vec<&Value> = schemas.as_object().unwrap().values().filter_map(|it| it.get("x-outcome")).collect();
    assert!(outcomes.iter().any(|outcome| **outcome == json!({"ok": "success", "error": "failed"})), "{outcomes:?}");
    let mut errors = schemas.as_object().unwrap().values().filter(|it| it.get("x-reason").is_some()).peekable();
    assert!(errors.peek().is_some());
    for error in errors {
        let reason = error["x-reason"].as_str().unwrap();
        assert!(error["required"].as_array().unwrap().contains(&reason.into()), "{error}");
    }
    // Pure JSON Schema has its own keywords only.
    let bundle = &ours()["shop.bundle.schema.json"];
    assert!(!bundle.contains("\"x-"), "the bundle has members that are not keywords of JSON Schema");
}

#[test]
fn what_a_client_accepts_or_checks_is_in_members() {
    let exports = ours();
    let open: Value = serde_json::from_str(&exports["openapi.json"]).unwrap();
    let schemas = &open["components"]["schemas"];
    assert_eq!(schemas["Stat"]["x-aliases"]["atime_nsec"], json!(["atimeNsec"]));
    assert_eq!(schemas["EvaluationResult"]["x-aliases"]["success"], json!(["evaluationSuccess"]));
    assert_eq!(schemas["Organization"]["properties"]["pendingInvites"]["x-accepts-item"], true);
    let socket: Value = serde_json::from_str(&exports["asyncapi.json"]).unwrap();
    assert_eq!(socket["components"]["messages"]["DebugExitEvent"]["x-frame"]["service"], "Debug");
    assert_eq!(socket["components"]["schemas"]["CodeTerminated"]["properties"]["exitCode"]["format"], "int32");
}

#[test]
fn nested_types_are_named_and_tags_are_required_strings() {
    for (name, place) in [("shop.bundle.schema.json", "/$defs"), ("openapi.json", "/components/schemas")] {
        let document: Value = serde_json::from_str(&ours()[name]).unwrap();
        for (title, schema) in document.pointer(place).unwrap().as_object().unwrap() {
            assert_eq!(schema["title"], title.as_str());
            let members = schema["properties"].as_object().into_iter().flatten();
            for (member, property) in members {
                let inner = property.get("items").unwrap_or(property);
                let nested = ["properties", "oneOf", "enum"].iter().any(|keyword| inner.get(keyword).is_some());
                assert!(!nested, "{name}: {title}.{member} is a type without a name");
                assert!(property.get("default").is_none(), "{name}: {title}.{member} would become required");
                if property.get("const").is_some() {
                    assert_eq!(property["type"], "string", "{name}: {title}.{member}");
                    assert!(schema["required"].as_array().unwrap().contains(&member.as_str().into()), "{title}");
                }
            }
        }
    }
}

#[test]
fn declarations_follow_the_reference_where_it_differs() {
    let text = &exports(
        r#"{
          "title": "Shop", "description": "A shop.",
          "errors": { "sold_out": { "description": "Nothing is left." }, "closed": { "description": "It is night." } },
          "services": { "Shop": { "description": "Sells things.", "methods": { "buy": {
            "description": "Buys */ a thing.",
            "params": { "type": "object", "properties": {
              "sizes": { "type": "array", "items": { "type": "string" }, "declared": { "as": "item", "why": "Several fit." } }
            } },
            "result": { "type": "object", "properties": {
              "price": { "type": "string", "declared": { "as": "required", "why": "Gifts have none." } },
              "state": { "oneOf": [
                { "type": "object", "properties": { "state": { "const": "sold" } }, "required": ["state"] },
                { "declared": { "as": "absent", "why": "Seen once." },
                  "type": "object", "properties": { "state": { "const": "lent" } }, "required": ["state"] }
              ] }
            } },
            "errors": ["sold_out", "closed"],
            "undeclaredErrors": { "closed": "Seen at night." }
          } } } }
        }"#,
    )["shop.d.ts"];
    for wanted in [
        "sizes?: string;",
        "price: string;",
        "state: 'sold';",
        "code: 'sold_out';",
        "export interface ShopRpc",
        "export interface Services {\n    shop: ShopRpc;\n}",
    ] {
        assert!(text.contains(wanted), "no `{wanted}` in:\n{text}");
    }
    for why in ["Several fit.", "Gifts have none.", "Seen once.", "Seen at night."] {
        assert!(text.contains(why), "`{why}` is missing in:\n{text}");
    }
    assert!(!text.contains("state: 'lent'") && !text.contains("'closed'"), "{text}");
    assert!(text.contains("Buys *\\/ a thing."), "a description must not end its comment:\n{text}");
}
