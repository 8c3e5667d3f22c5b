//! Responses that show how JSON is read.

use serde_json::{Value, json};

use crate::build::{accepted, bytes, rejected, rejected_bytes};

pub fn responses() -> Vec<Value> {
    [open(), integers(), texts(), structure()].concat()
}

type Json<'j> = (&'j str, &'j [&'j [u8]]);

/// A response without blobs.
fn plain(json: &str) -> Json<'_> {
    (json, &[])
}

/// A response with the result of `FS.write`.
fn written(number: &str) -> String {
    format!(r#"{{"result":{{"bytesWritten":{number}}}}}"#)
}

fn status(status: &str) -> String {
    format!(r#"{{"result":{{"id":"t","createdAt":1,"metrics":[],"status":{status}}}}}"#)
}

fn status_value(status: Value) -> Value {
    json!({ "result": { "id": "t", "createdAt": 1, "metrics": [], "status": status } })
}

/// What is absent, unknown, or spelled in another way.
fn open() -> Vec<Value> {
    let user = r#"{"type":"user","userId":"u","username":"n"}"#;
    let repository = |access: &str| {
        format!(
            r#"{{"result":{{"repositories":[{{"name":"r","description":"","publicAccess":true,"createdAt":-1,"owner":{user},"access":{access}}}],"total":1,"offset":0,"limit":20}}}}"#
        )
    };
    let repository_value: Value = serde_json::from_str(&repository(r#""admin""#)).expect("JSON");
    let launched = r#"{"type":"temporaryLauncher","spec":{"cpus":1,"memoryMebibytes":2}}"#;
    let launched_value: Value = serde_json::from_str(launched).expect("JSON");
    let command = |more: &str| {
        format!(
            r#"{{"result":{{"spawnedCommands":[{{"id":"c","startedAt":1,{more}"executionLocation":{launched}}}]}}}}"#
        )
    };
    let command_value = json!({ "result": { "spawnedCommands": [{ "id": "c", "startedAt": 1, "executionLocation": launched_value }] } });
    let stat = |name: &str| {
        format!(
            r#"{{"result":{{"stat":{{"mode":1,"nlink":1,"rdev":0,"size":2,"blksize":3,"blocks":4,"atime":5,"{name}":6,"mtime":7,"mtime_nsec":8,"ctime":9,"ctime_nsec":10}}}}}}"#
        )
    };
    let stat_twice = stat("atime_nsec").replace(r#""atime":5"#, r#""atimeNsec":6,"atime":5"#);
    let stat_value: Value = serde_json::from_str(&stat("atime_nsec")).expect("JSON");
    let entries = r#"{"result":{"entries":[{"basename":"YQ==","filetype":1,"ino":2}]}}"#;
    let entry = json!({ "result": { "entries": [{ "basename": bytes("YQ=="), "filetype": 1, "ino": 2 }] } });
    let unknown = r#"{"zz":0,"result":{"zz":{"a":[1,null]},"bytesWritten":3,"constructor":"c","toString":{}}}"#;
    let (training, list) = ("Debug.getTrainingStatus", "Image.getRepositories");
    vec![
        accepted(
            "an optional property is absent",
            "Spawned.getSpawnedCommands",
            plain(&command("")),
            command_value.clone(),
        ),
        accepted(
            "an optional property is null",
            "Spawned.getSpawnedCommands",
            plain(&command(r#""modelId":null,"#)),
            command_value,
        ),
        accepted(
            "unknown members at every level",
            "FS.write",
            plain(unknown),
            json!({ "result": { "bytesWritten": 3 } }),
        ),
        accepted("an unknown value of an enum", list, plain(&repository(r#""admin""#)), repository_value),
        accepted(
            "a variant",
            training,
            plain(&status(r#"{"state":"starting"}"#)),
            status_value(json!({ "state": "starting" })),
        ),
        accepted(
            "a variant whose tag comes last",
            training,
            plain(&status(r#"{"trainDuration":3,"finishedAt":2,"state":"completed"}"#)),
            status_value(json!({ "state": "completed", "finishedAt": 2, "trainDuration": 3 })),
        ),
        accepted(
            "an unknown variant",
            training,
            plain(&status(r#"{"state":"paused","since":[1,null]}"#)),
            status_value(json!({ "state": "paused", "since": [1, null] })),
        ),
        accepted("another spelling of a property", "FS.getattr", plain(&stat("atimeNsec")), stat_value),
        accepted("base64 in the JSON", "FS.readdir", plain(entries), entry),
        rejected("a property twice, in two spellings", "FS.getattr", plain(&stat_twice), "the property is there twice"),
        rejected("null for a required property", "FS.write", plain(&written("null")), "`bytesWritten` is missing"),
        rejected("a required property is missing", "FS.write", plain(r#"{"result":{}}"#), "`bytesWritten` is missing"),
        rejected("a value of an enum that is a number", list, plain(&repository("1")), "it has another type"),
        rejected("a variant without its tag", training, plain(&status("{}")), "`state` is missing"),
        rejected("a variant whose tag is a number", training, plain(&status(r#"{"state":1}"#)), "a tag is text"),
        rejected(
            "a known variant without a property",
            training,
            plain(&status(r#"{"state":"completed","finishedAt":2}"#)),
            "`trainDuration` is missing",
        ),
        rejected("a variant that is text", training, plain(&status(r#""starting""#)), "it has another type"),
    ]
}

/// Numbers.
fn integers() -> Vec<Value> {
    let accept = |name: &str, number: &str, value: Value| {
        accepted(name, "FS.write", plain(&written(number)), json!({ "result": { "bytesWritten": value } }))
    };
    let double = |name: &str, number: &str, value: Value| {
        let json = format!(r#"{{"result":{{"amount":{number}}}}}"#);
        accepted(name, "User.estimateAmountDue", plain(&json), json!({ "result": { "amount": value } }))
    };
    let reject = |name: &str, number: &str, why: &str| rejected(name, "FS.write", plain(&written(number)), why);
    let list = |total: &str| format!(r#"{{"result":{{"repositories":[],"total":{total},"offset":0,"limit":20}}}}"#);
    vec![
        accept("an integer of more than 53 bits", "9007199254740993", json!(9_007_199_254_740_993_u64)),
        accept("the largest integer of 64 bits", "18446744073709551615", json!(u64::MAX)),
        double("a floating-point number spelled as an integer", "3", json!(3)),
        double("a floating-point number with an exponent", "1.5e2", json!(150)),
        reject("an integer spelled 1.0", "1.0", "it is spelled as a fraction"),
        reject("an integer spelled 1e0", "1e0", "it is spelled with an exponent"),
        reject("an integer spelled -0", "-0", "it is negative zero"),
        reject("a fraction for an integer", "1.5", "it is no integer"),
        reject("a negative unsigned integer", "-1", "it is out of range"),
        reject("65 bits for 64", "18446744073709551616", "it is out of range"),
        rejected("33 bits for 32", "Image.getRepositories", plain(&list("4294967296")), "it is out of range"),
        reject("text for an integer", "\"1\"", "it has another type"),
        reject("true for an integer", "true", "it has another type"),
        reject("a leading zero", "01", "it is no JSON"),
        reject("a leading plus", "+1", "it is no JSON"),
        reject("not a number", "NaN", "it is no JSON"),
        rejected(
            "a number that no double holds",
            "User.estimateAmountDue",
            plain(r#"{"result":{"amount":1e400}}"#),
            "it is out of range",
        ),
    ]
}

/// Text, and bytes that are no text.
fn texts() -> Vec<Value> {
    let model = |text: &str| format!(r#"{{"result":{{"organizationId":{text}}}}}"#);
    let accept = |name: &str, text: &str, value: &str| {
        accepted(
            name,
            "Organization.createOrganization",
            plain(&model(text)),
            json!({ "result": { "organizationId": value } }),
        )
    };
    let reject = |name: &str, text: &[u8], why: &str| {
        let json = [br#"{"result":{"organizationId":"#.as_slice(), text, b"}}"].concat();
        rejected_bytes(name, "Organization.createOrganization", &[&[json.len() as u8], json.as_slice()].concat(), why)
    };
    vec![
        accept("escapes", r#""\u0000\n\"\/é""#, "\0\n\"/é"),
        accept("a surrogate pair in escapes", r#""\ud83d\ude00""#, "😀"),
        reject("a lone surrogate in an escape", br#""\ud800""#, "it is no Unicode text"),
        reject("a lone trailing surrogate in an escape", br#""a\udc00""#, "it is no Unicode text"),
        reject("a control character without an escape", b"\"a\nb\"", "it is no JSON"),
        reject("a byte that is not UTF-8", b"\"\xff\"", "it is not UTF-8"),
        reject("an overlong form of UTF-8", b"\"\xc0\xaf\"", "it is not UTF-8"),
        reject("a surrogate in UTF-8", b"\"\xed\xa0\x80\"", "it is not UTF-8"),
        reject("text without its end", b"\"a", "it is no JSON"),
    ]
}

/// Objects, nesting, and what is around them.
fn structure() -> Vec<Value> {
    let result = json!({ "result": {} });
    let nested = |depth: usize| format!(r#"{{"result":{{"zz":{}{}}}}}"#, "[".repeat(depth - 2), "]".repeat(depth - 2));
    let reject = |name: &str, json: &str, why: &str| rejected(name, "Model.deleteModel", plain(json), why);
    vec![
        accepted(
            "white space around the JSON",
            "Model.deleteModel",
            plain(" \t\r\n{ \"result\" : { } } "),
            result.clone(),
        ),
        accepted("nested 64 deep", "Model.deleteModel", plain(&nested(64)), result),
        reject("nested 200 deep", &nested(200), "it is too deep"),
        reject("a list for the result", r#"{"result":[]}"#, "a result is an object"),
        rejected("a list of the properties", "FS.write", plain(r#"{"result":[1]}"#), "a result is an object"),
        reject("null", "null", "a response is an object"),
        reject("text", "\"result\"", "a response is an object"),
        reject("JSON that ends early", r#"{"result":{}"#, "it is no JSON"),
        reject("two documents", r#"{"result":{}}{"result":{}}"#, "it is no JSON"),
        reject("a comment", r#"{"result":{}/**/}"#, "it is no JSON"),
        reject("a byte order mark", "\u{feff}{\"result\":{}}", "it is no JSON"),
        reject("a member without quotes", "{result:{}}", "it is no JSON"),
        reject("a comma too many", r#"{"result":{},}"#, "it is no JSON"),
        reject("two results", r#"{"result":{},"result":{}}"#, "the key is there twice"),
        rejected(
            "a property twice",
            "FS.write",
            plain(r#"{"result":{"bytesWritten":1,"bytesWritten":1}}"#),
            "the key is there twice",
        ),
        rejected(
            "a property twice, once with an escape",
            "FS.write",
            plain(r#"{"result":{"bytesWritten":1,"bytes\u0057ritten":1}}"#),
            "the key is there twice",
        ),
        reject("the key __proto__", r#"{"result":{"__proto__":{"a":1}}}"#, "the key is one of attacks"),
    ]
}
