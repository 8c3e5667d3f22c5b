//! Messages of a server on the WebSocket.

use decthings_conformance::hex;
use decthings_tests::codec::{event_message, response_message};
use serde_json::{Value, json};

use crate::build::bytes;

const SUBSCRIBE: &str = "Terminal.subscribeToEvents";

pub fn messages() -> Vec<Value> {
    [responses(), events()].concat()
}

fn message(name: &str, calls: &Value, message: &[u8], answer: Value) -> Value {
    let mut vector = json!({ "name": name, "calls": calls, "hex": hex(message) });
    for (member, value) in answer.as_object().into_iter().flatten() {
        vector[member] = value.clone();
    }
    vector
}

fn responses() -> Vec<Value> {
    let one = json!({ "0": SUBSCRIBE });
    let none = json!({ "result": {} });
    let whole = response_message(0, &none, &[]);
    let launch = json!({ "1": "Terminal.launchTerminalSession", "3": SUBSCRIBE });
    let answer = |id: u32, value: Value| json!({ "id": id, "value": value });
    let reject = |name: &str, bytes: &[u8], why: &str| message(name, &one, bytes, json!({ "rejected": why }));
    let launched = json!({ "result": { "terminalSessionId": "t" } });
    let mut vectors = vec![
        message("a result", &one, &whole, answer(0, none.clone())),
        message(
            "an error",
            &one,
            &response_message(0, json!({ "error": { "code": "terminal_session_not_found" } }), &[]),
            answer(0, json!({ "error": { "code": "terminal_session_not_found" } })),
        ),
        message(
            "an unknown error",
            &one,
            &response_message(0, json!({ "error": { "code": "new", "detail": 1 } }), &[]),
            answer(0, json!({ "error": { "code": "new", "detail": 1 } })),
        ),
        message(
            "a response to an id of two bytes, big-endian",
            &json!({ "258": SUBSCRIBE }),
            &response_message(258, &none, &[]),
            answer(258, none.clone()),
        ),
        message("the first of two calls", &launch, &response_message(1, &launched, &[]), answer(1, launched)),
        message("the second of two calls", &launch, &response_message(3, &none, &[]), answer(3, none.clone())),
    ];
    vectors.push(json!({
        "name": "a result in a text message", "calls": one,
        "text": String::from_utf8(whole.clone()).expect("UTF-8"), "id": 0, "value": none
    }));
    vectors.extend([
        reject("an empty message", b"", "it is truncated"),
        reject("truncated in the id", &whole[..3], "it is truncated"),
        reject("truncated after the id", &whole[..5], "it is truncated"),
        reject("truncated in the JSON", &whole[..10], "it is truncated"),
        reject("a blob for nothing", &response_message(0, json!({ "result": {} }), &[b"a"]), "a blob is left over"),
        reject("a byte too many", &[&whole[..], b"\xff"].concat(), "a length is truncated"),
        reject("neither a result nor an error", &response_message(0, "{}", &[]), "there is neither"),
        reject(
            "a result and an error",
            &response_message(0, r#"{"result":{},"error":{"code":"unknown"}}"#, &[]),
            "there are both",
        ),
        reject("JSON that is null", &response_message(0, "null", &[]), "a response is an object"),
    ]);
    vectors
}

fn events() -> Vec<Value> {
    let calls = json!({});
    let event = |event: &str, params: &Value| json!({ "event": event, "params": params });
    let delivered = |name: &str, (service, kind): (&str, &str), bytes: &[u8], params: Value| {
        message(name, &calls, bytes, json!({ "service": service, "event": kind, "params": params }))
    };
    let terminal = json!({ "terminalSessionId": "t" });
    let with = |member: &str, value: Value| {
        let mut params = terminal.clone();
        params[member] = value;
        params
    };
    let data = |data: &str| with("data", bytes(data));
    let exit = |reason: Value| with("reason", reason);
    let of = |kind: &str, params: &Value, blobs: &[&[u8]]| event_message("Terminal", event(kind, params), blobs);
    let whole = of("data", &terminal, &[b"a"]);
    let reversed = r#"{"params":{"terminalSessionId":"t","reason":{"code":"unknown"}},"event":"exit"}"#;
    let reject = |name: &str, bytes: &[u8], why: &str| message(name, &calls, bytes, json!({ "rejected": why }));
    let debug = json!({ "debugSessionId": "d" });
    let text = of("brandNew", &terminal, &[]);
    let data_event = ("Terminal", "data");
    let exit_event = ("Terminal", "exit");
    let mut more = exit(json!({ "code": "unknown" }));
    more["zz"] = 1.into();
    vec![
        delivered("an event with bytes", data_event, &whole, data("YQ==")),
        delivered("an event with an empty blob", data_event, &of("data", &terminal, &[b""]), data("")),
        delivered(
            "an event with bytes that are no text",
            data_event,
            &of("data", &terminal, &[b"\xff\x00"]),
            data("/wA="),
        ),
        delivered(
            "an event whose bytes are null in the JSON",
            data_event,
            &of("data", &with("data", Value::Null), &[b"a"]),
            data("YQ=="),
        ),
        delivered(
            "an event without bytes",
            ("Debug", "initialized"),
            &event_message("Debug", event("initialized", &debug), &[]),
            debug.clone(),
        ),
        delivered(
            "the last event",
            exit_event,
            &of("exit", &exit(json!({ "code": "inactive_timeout" })), &[]),
            exit(json!({ "code": "inactive_timeout" })),
        ),
        delivered("the last event without a reason", exit_event, &of("exit", &terminal, &[]), terminal.clone()),
        delivered(
            "an unknown reason",
            exit_event,
            &of("exit", &exit(json!({ "code": "new", "a": 1 })), &[]),
            exit(json!({ "code": "new", "a": 1 })),
        ),
        delivered(
            "an unknown member of an event",
            exit_event,
            &of("exit", &more, &[]),
            exit(json!({ "code": "unknown" })),
        ),
        delivered(
            "parameters before the name",
            exit_event,
            &event_message("Terminal", reversed, &[]),
            exit(json!({ "code": "unknown" })),
        ),
        delivered(
            "an unknown event",
            ("Terminal", "brandNew"),
            &of("brandNew", &with("a", json!([1, null])), &[]),
            with("a", json!([1, null])),
        ),
        json!({
            "name": "an event in a text message", "calls": calls, "text": String::from_utf8(text).expect("UTF-8"),
            "service": "Terminal", "event": "brandNew", "params": terminal
        }),
        reject("an event: no blob for bytes", &of("data", &terminal, &[]), "a blob is missing"),
        reject("an event: two blobs for one", &of("data", &terminal, &[b"a", b"b"]), "a blob is left over"),
        reject("an event: a blob for nothing", &of("exit", &terminal, &[b"a"]), "a blob is left over"),
        reject("an event: no id", &of("exit", &json!({}), &[]), "`terminalSessionId` is missing"),
        reject(
            "an event: no name",
            &event_message("Terminal", json!({ "params": terminal }), &[]),
            "`event` is missing",
        ),
        reject("an event: JSON that is null", &event_message("Terminal", "null", &[]), "an event is an object"),
        reject("an event: JSON that is not valid", &event_message("Terminal", "{", &[]), "it is no JSON"),
        reject("an event: truncated in the service", &whole[..5], "it is truncated"),
        reject("an event: truncated after the service", &whole[..10], "it is truncated"),
        reject("an event: truncated in the JSON", &whole[..20], "it is truncated"),
        reject("an event: truncated in a blob", &whole[..whole.len() - 1], "it is truncated"),
        reject(
            "an event: a name of a service that is not UTF-8",
            &[b"\x01\x02\xff\xfe", &whole[10..]].concat(),
            "it is not UTF-8",
        ),
    ]
}
