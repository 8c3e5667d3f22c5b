//! Cases that random samples may miss: each variant, no content, and as many blobs as a request holds.

use decthings_tests::codec::Codec;
use serde_json::{Value, json};

/// A method with its parameters and its result.
pub type Case = (&'static str, Value, Value);

pub fn all(codec: &Codec) -> Vec<Case> {
    let simple = |method| super::samples(codec, method, &[vec![], vec![]]);
    let mut cases: Vec<Case> = Vec::new();
    for method in ["put", "choose", "feed", "upload", "enter", "grow"] {
        let [params, result] = simple(method);
        cases.push((method, params, result));
    }
    let mut change = |method, path: &str, value: Value| {
        let [mut params, mut result] = simple(method);
        *place(&mut params, path) = value.clone();
        if method != "enter" {
            *place(&mut result, path) = value;
        }
        cases.push((method, params, result));
    };
    for content in contents() {
        change("choose", "content", content.clone());
        change("choose", "maybeContent", content);
    }
    for choice in choices() {
        change("choose", "choice", choice.clone());
        change("choose", "maybeChoice", choice.clone());
        change("choose", "content", json!({ "type": "choice", "choice": choice }));
    }
    for value in values() {
        change("choose", "value", value.clone());
        change("choose", "maybeValue", value);
    }
    change("choose", "pieces", json!([piece(b"a"), { "type": "end" }, { "type": "text", "text": "t" }, piece(b"")]));
    change("put", "maybe", full_crate());
    change("put", "maybeFiles", json!([file("a", b""), file("a", b"bc")]));
    change("put", "maybeFiles", json!([]));
    change("put", "crates", json!([[], [{ "parts": parts(), "label": "l" }, { "parts": [], "label": "" }]]));
    change("feed", "inputs", inputs());
    change("feed", "maybeInputs", inputs());
    change("feed", "source", json!({ "type": "inputs", "inputs": inputs() }));
    for (index, value) in wide_values().into_iter().enumerate() {
        let wide = json!({ "key": "k", "value": value });
        change("feed", "wide", json!([{ "key": format!("{index}"), "value": [] }, wide]));
        change("feed", "maybeWide", wide.clone());
        change("feed", "source", json!({ "type": "wide", "wide": wide }));
    }
    for (index, value) in [json!({ "hash": bytes(b"\0") }), json!("text"), json!([tensor(1)])].into_iter().enumerate() {
        change(
            "feed",
            "hashed",
            json!([{ "value": [], "label": "" }, { "value": value, "label": format!("{index}") }]),
        );
    }
    for scalar in [bytes(b"hash"), json!(-1.5), json!([file("f", b"f")]), json!([])] {
        change("feed", "scalar", scalar.clone());
        change("feed", "maybeScalar", scalar);
    }
    for what in uploads() {
        change("upload", "upload", json!({ "what": what, "size": 1 }));
    }
    for source in rows() {
        change("enter", "rows", json!({ "source": source }));
    }
    for tree in trees() {
        change("grow", "tree", tree);
    }
    let [mut most, _] = simple("put");
    let others = codec.request("Nest", "put", &most)[0];
    most["files"] = (others..255).map(|index| file(&index.to_string(), &[])).collect();
    let [_, result] = simple("put");
    cases.push(("put", most, result));
    for result in results() {
        let [params, _] = simple("enter");
        cases.push(("enter", params, result));
    }
    cases
}

fn place<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    &mut value[name]
}

fn bytes(bytes: &[u8]) -> Value {
    serde_json::to_value(decthings::Blob::from(bytes.to_vec())).unwrap()
}

fn tensor(value: u8) -> Value {
    json!({ "type": "u8", "shape": [], "data": [value] })
}

fn file(name: &str, content: &[u8]) -> Value {
    json!({ "name": name, "content": bytes(content) })
}

fn piece(data: &[u8]) -> Value {
    json!({ "type": "bytes", "data": bytes(data) })
}

fn parts() -> Value {
    json!([{ "key": "\u{10000}", "data": bytes(b"x") }, { "key": "", "data": bytes(b"") }, { "key": "a", "data": bytes(b"yz") }])
}

fn full_crate() -> Value {
    json!({
        "label": "l", "firstData": bytes(b"first"), "self": -1, "weights": tensor(1), "key_text": bytes(b"\xff"),
        "parts": parts(), "ratio": 0.5, "rest": [tensor(2), tensor(3)], "type": "t",
    })
}

fn contents() -> Vec<Value> {
    vec![
        json!({ "type": "file", "file": file("f", b"content") }),
        json!({ "type": "crate", "crate": full_crate() }),
        json!({ "type": "crate", "crate": full_crate(), "more": full_crate() }),
        json!({ "type": "pieces", "pieces": [] }),
        json!({ "type": "pieces", "pieces": [piece(b"1"), { "type": "hash", "hash": bytes(b"h") }, piece(b"2")] }),
        json!({ "type": "grid", "rows": [[{ "cell": tensor(1) }], [], [{ "cell": tensor(2), "title": "t" }, { "cell": tensor(3) }]] }),
        json!({ "type": "names", "data": parts() }),
        json!({ "type": "note", "text": "t", "marks": [-1] }),
        json!({ "type": "stop" }),
        json!({ "type": "empty" }),
    ]
}

fn choices() -> Vec<Value> {
    vec![
        json!({ "file": file("f", b"f") }),
        json!({ "files": [file("f", b"1"), file("g", b"2")] }),
        json!({ "files": [] }),
        json!({ "value": full_crate() }),
        json!({ "value": "text" }),
        json!({ "hash": bytes(b"") }),
        json!({ "hashes": [[bytes(b"1")], [], [bytes(b"2"), bytes(b"3")]] }),
        json!({ "label": "l" }),
    ]
}

fn values() -> Vec<Value> {
    vec![full_crate(), json!([]), json!([file("f", b"f"), file("", b"")]), json!("text"), json!(1.5), json!(true)]
}

fn inputs() -> Value {
    json!([
        { "name": "b", "data": [tensor(1), tensor(2)] },
        { "name": "a", "data": { "type": "stored", "id": "i", "hash": bytes(b"h") }, "shape": [1] },
        { "name": "c", "data": [] },
        { "name": "", "data": { "type": "stored", "id": "" } },
        { "name": "é", "data": [tensor(3)], "shape": [] },
    ])
}

fn wide_values() -> Vec<Value> {
    vec![bytes(b"hash"), json!([tensor(1)]), json!([]), json!(i64::MIN), json!(false)]
}

fn uploads() -> Vec<Value> {
    vec![
        json!({ "type": "parts", "data": parts() }),
        json!({ "type": "parts", "data": [] }),
        json!({ "type": "more", "first": tensor(1), "data": parts(), "last": bytes(b"last") }),
        json!({ "type": "nothing" }),
    ]
}

fn rows() -> Vec<Value> {
    let column = |key: &str, data: &[u8]| json!({ "key": key, "data": data.iter().map(|value| tensor(*value)).collect::<Value>() });
    let two = json!([column("\u{e000}", &[1, 2]), column("\u{10000}", &[3, 4])]);
    vec![
        json!({ "type": "rows", "first": [tensor(9)], "keys": two, "size": 2 }),
        json!({ "type": "others", "count": 0, "keys": [column("b", &[]), column("a", &[])] }),
        json!({ "type": "others", "count": 1, "keys": [column("b", &[1]), column("", &[2]), column("a", &[3])] }),
        json!({ "type": "none" }),
    ]
}

fn results() -> Vec<Value> {
    let column = |name: &str, cells: &[(u32, u8)]| {
        let cells: Value = cells.iter().map(|(at, value)| json!({ "tensor": tensor(*value), "at": at })).collect();
        json!({ "cells": cells, "column": name })
    };
    let columns = json!([column("b", &[(9, 1), (0, 2)]), column("a", &[(9, 3), (0, 4)])]);
    let tables = json!([{ "name": "t", "table": columns }, { "name": "u", "table": [] }, { "name": "v", "table": [column("", &[])] }]);
    vec![
        json!({ "success": { "columns": columns, "tables": tables, "total": 2 } }),
        json!({ "success": { "columns": [], "tables": tables, "maybe": { "keys": columns, "data": bytes(b"d") }, "total": 0 } }),
        json!({ "failed": { "reason": "r" } }),
        json!({ "partial": [file("f", b"f"), file("g", b"")] }),
        json!({ "partial": [] }),
        json!({ "hash": bytes(b"h") }),
    ]
}

fn trees() -> Vec<Value> {
    let leaf = json!({ "name": bytes(b"leaf") });
    let branch = json!({ "type": "fork", "first": { "type": "leaf", "hash": bytes(b"1") }, "second": { "type": "fork", "first": { "type": "none" } } });
    let pair = json!({ "first": [[]], "hash": bytes(b"p"), "more": { "end": true } });
    let term = json!([[], { "first": pair, "hash": bytes(b"q"), "more": { "pair": pair } }]);
    vec![
        json!({ "name": bytes(b""), "left": leaf, "right": { "name": bytes(b"r"), "left": leaf }, "children": [leaf, leaf] }),
        json!({ "name": bytes(b""), "branch": branch, "term": term }),
        json!({ "name": bytes(b""), "branch": { "type": "text", "text": "t" }, "term": { "first": [], "hash": bytes(b""), "more": { "hash": bytes(b"r") } }, "children": [] }),
    ]
}
