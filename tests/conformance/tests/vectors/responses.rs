//! Responses over HTTP: frames, blobs, statuses and errors.

use decthings_tests::codec::join_response;
use serde_json::{Value, json};

use crate::build::{accepted, accepted_bytes, bytes, rejected, rejected_bytes};

/// The scalar 1 and the scalar 2, of type u8.
const ONE: &[u8] = &[7, 0, 1];
const TWO: &[u8] = &[7, 0, 2];

const READ: &str = r#"{"result":{}}"#;
const STATE: &str = r#"{"result":{"stateKeyNames":["w","b"]}}"#;
const ENTRIES: &str = r#"{"result":{"keys":["a","b"],"indexes":[4,7]}}"#;
const METRICS: &str =
    r#"{"result":{"metrics":[{"name":"m","startIndex":0,"entries":[{"timestamp":5},{"timestamp":6}]}]}}"#;
const OUTPUT: &str = r#"{"result":{"output":[{"name":"a"},{"name":"b"}]}}"#;

pub fn responses() -> Vec<Value> {
    [frames(), blobs(), errors(), statuses()].concat()
}

fn scalar(value: u8) -> Value {
    json!({ "type": "u8", "shape": [], "data": [value] })
}

/// Lengths, and frames that end too early or too late.
fn frames() -> Vec<Value> {
    let long = vec![b'y'; 253];
    let longer = [b"\xfd\x00\x0d", READ.as_bytes(), b"\xfe\x00\x00\x00\x01y"].concat();
    let data = |data: &str| json!({ "result": { "data": bytes(data) } });
    let read = |name: &str, frame: &[u8], why: &str| rejected_bytes(name, "FS.read", frame, why);
    let whole = join_response(READ, &[b"ab"]);
    let too_long = |length: &[u8]| [length, READ.as_bytes()].concat();
    vec![
        accepted("an empty blob", "FS.read", (READ, &[b""]), data("")),
        accepted("a length of three bytes", "FS.read", (READ, &[&long]), data(&format!("{}eQ==", "eXl5".repeat(84)))),
        accepted_bytes("lengths that are longer than needed", "FS.read", &longer, data("eQ==")),
        read("an empty body", b"", "it is truncated"),
        read("truncated in the length of the JSON", b"\xfd\x00", "it is truncated"),
        read("truncated after the length of the JSON", &whole[..1], "it is truncated"),
        read("truncated in the JSON", &whole[..8], "it is truncated"),
        read("truncated after the JSON", &whole[..14], "a blob is missing"),
        read("truncated after the length of a blob", &whole[..15], "it is truncated"),
        read("truncated in a blob", &whole[..16], "it is truncated"),
        read("truncated in the length of a blob", &[&whole[..14], b"\xfd\x00"].concat(), "it is truncated"),
        read("JSON of length zero", b"\x00", "it is no JSON"),
        read("JSON of 4 GiB", &too_long(b"\xfe\xff\xff\xff\xff"), "it is truncated"),
        read("JSON of a length that overflows", &too_long(b"\xff\xff\xff\xff\xff\xff\xff\xff\xf2"), "it is truncated"),
        read("a byte behind the last blob", &[&whole[..], b"\xff"].concat(), "a length is truncated"),
    ]
}

/// Each rule of blobs, and blobs that do not match the JSON.
fn blobs() -> Vec<Value> {
    let state = |names: &[&str]| {
        let entry = |(name, data): (&&str, &str)| json!({ "key": name, "data": bytes(data) });
        json!({ "result": { "data": names.iter().zip(["AQ==", ""]).map(entry).collect::<Vec<_>>() } })
    };
    let cells =
        |first: u8, second: u8| json!([{ "index": 4, "data": scalar(first) }, { "index": 7, "data": scalar(second) }]);
    let entries =
        json!({ "result": { "keys": [{ "name": "a", "data": cells(1, 1) }, { "name": "b", "data": cells(2, 2) }] } });
    let metrics = |first: u8, second: u8| {
        let entries = json!([{ "timestamp": 5, "data": scalar(first) }, { "timestamp": 6, "data": scalar(second) }]);
        json!({ "result": { "metrics": [{ "name": "m", "startIndex": 0, "entries": entries }] } })
    };
    let with_data = METRICS.replace(r#""timestamp":5"#, r#""timestamp":5,"data":null"#);
    let outputs = |tensors: Value| json!({ "result": { "output": [{ "name": "a", "data": tensors }, { "name": "b", "data": [] }] } });
    let launcher = r#"{"type":"persistentLauncher","persistentLauncherId":"p","spec":{"cpus":1,"memoryMebibytes":2}}"#;
    let head = format!(r#""totalDuration":1,"durations":{{"evaluate":1}},"executedOnLauncher":{launcher}"#);
    let head_value: Value = serde_json::from_str(&format!("{{{head}}}")).expect("JSON");
    let success = format!(r#"{{"result":{{"success":{{{head},"output":[{{"name":"a"}}]}}}}}}"#);
    let failed = format!(r#"{{"result":{{"failed":{{{head},"error":{{"code":"cancelled"}}}}}}}}"#);
    let other_key = failed.replace("\"failed\"", "\"evaluationFailed\"");
    let of = |key: &str, member: &str, value: Value| {
        let mut result = json!({ "result": { key: head_value.clone() } });
        result["result"][key][member] = value;
        result
    };
    let no_entries = r#"{"result":{"keys":["a"],"indexes":[]}}"#;
    let no_names = r#"{"result":{"stateKeyNames":[]}}"#;
    let both = [ONE, TWO].concat();
    vec![
        accepted("bytes by name", "Model.getModelState", (STATE, &[b"\x01", b""]), state(&["w", "b"])),
        accepted("bytes by name, none", "Model.getModelState", (no_names, &[]), state(&[])),
        accepted("a tensor for each key and index", "Dataset.getEntries", (ENTRIES, &[ONE, TWO, ONE, TWO]), entries),
        accepted(
            "a key without indexes",
            "Dataset.getEntries",
            (no_entries, &[]),
            json!({ "result": { "keys": [{ "name": "a", "data": [] }] } }),
        ),
        accepted("a tensor for each item", "Model.getTrainingMetrics", (METRICS, &[ONE, TWO]), metrics(1, 2)),
        accepted(
            "a tensor whose place in the JSON has something",
            "Model.getTrainingMetrics",
            (&with_data, &[ONE, TWO]),
            metrics(1, 2),
        ),
        accepted(
            "any number of tensors for each item",
            "Debug.callEvaluate",
            (OUTPUT, &[&both, b""]),
            outputs(json!([scalar(1), scalar(2)])),
        ),
        accepted(
            "tensors below a key that is present",
            "Model.evaluate",
            (&success, &[ONE]),
            of("success", "output", json!([{ "name": "a", "data": [scalar(1)] }])),
        ),
        accepted(
            "no tensors, as their key is not present",
            "Model.evaluate",
            (&failed, &[]),
            of("failed", "error", json!({ "code": "cancelled" })),
        ),
        accepted(
            "another spelling of a key",
            "Model.evaluate",
            (&other_key, &[]),
            of("failed", "error", json!({ "code": "cancelled" })),
        ),
        rejected("no blob for bytes", "FS.read", (READ, &[]), "a blob is missing"),
        rejected("two blobs for one", "FS.read", (READ, &[b"a", b"b"]), "a blob is left over"),
        rejected("a blob for nothing", "Model.deleteModel", (READ, &[b"a"]), "a blob is left over"),
        rejected("an empty blob for nothing", "Model.deleteModel", (READ, &[b""]), "a blob is left over"),
        rejected("a blob fewer than names", "Model.getModelState", (STATE, &[b"a"]), "a blob is missing"),
        rejected("a blob more than names", "Model.getModelState", (STATE, &[b"a", b"b", b"c"]), "a blob is left over"),
        rejected("no names", "Model.getModelState", (READ, &[]), "`stateKeyNames` is missing"),
        rejected(
            "a blob fewer than keys and indexes",
            "Dataset.getEntries",
            (ENTRIES, &[ONE, TWO, ONE]),
            "a blob is missing",
        ),
        rejected("an entry more than indexes", "Dataset.getEntries", (ENTRIES, &[ONE; 6]), "blobs are left over"),
        rejected("no indexes", "Dataset.getEntries", (r#"{"result":{"keys":["a"]}}"#, &[ONE]), "`indexes` is missing"),
        rejected(
            "no tensor where one is needed",
            "Model.getTrainingMetrics",
            (METRICS, &[ONE, b""]),
            "a tensor is missing",
        ),
        rejected(
            "two tensors where one is needed",
            "Model.getTrainingMetrics",
            (METRICS, &[ONE, &both]),
            "a tensor is left over",
        ),
        rejected("a byte behind tensors", "Debug.callEvaluate", (OUTPUT, &[ONE, b"\x07"]), "a tensor is truncated"),
        rejected("tensors below a key that is not present", "Model.evaluate", (&failed, &[ONE]), "a blob is left over"),
        rejected(
            "a blob beside an error",
            "FS.read",
            (r#"{"error":{"code":"unknown"}}"#, &[b"a"]),
            "errors have no blobs",
        ),
    ]
}

/// Errors of the API, and responses that are neither a result nor an error.
fn errors() -> Vec<Value> {
    let one = |json: &'static str| (json, &[] as &[&[u8]]);
    let error = |name: &str, json: &'static str| {
        accepted(name, "Image.createRepository", one(json), serde_json::from_str(json).expect("JSON"))
    };
    let none = |name: &str, json: &'static str, why: &str| rejected(name, "Model.deleteModel", one(json), why);
    vec![
        error("an error without fields", r#"{"error":{"code":"access_denied"}}"#),
        error("an error with fields", r#"{"error":{"code":"invalid_parameter","parameterName":"name","reason":"é"}}"#),
        error(
            "an unknown error",
            r#"{"error":{"code":"new","detail":[1,null,{"a":"b"}],"constructor":"c","toString":1}}"#,
        ),
        accepted(
            "an error beside null",
            "Model.deleteModel",
            one(r#"{"error":{"code":"unknown"},"result":null}"#),
            json!({ "error": { "code": "unknown" } }),
        ),
        accepted(
            "a result beside null",
            "Model.deleteModel",
            one(r#"{"error":null,"result":{}}"#),
            json!({ "result": {} }),
        ),
        none("a result and an error", r#"{"result":{},"error":{"code":"unknown"}}"#, "there are both"),
        none("neither a result nor an error", "{}", "there is neither"),
        none("null for an error", r#"{"error":null}"#, "there is neither"),
        none("an error that is text", r#"{"error":"unknown"}"#, "an error is an object"),
        none("an error without a code", r#"{"error":{}}"#, "`code` is missing"),
        none("a code that is a number", r#"{"error":{"code":5}}"#, "a code is text"),
        none(
            "a known error without its fields",
            r#"{"error":{"code":"invalid_parameter"}}"#,
            "`parameterName` is missing",
        ),
    ]
}

/// Statuses: the body is a frame only if the status is a success.
fn statuses() -> Vec<Value> {
    let with_status = |mut vector: Value, status: u16| {
        vector["status"] = status.into();
        vector
    };
    let result = || accepted("status 201", "Model.deleteModel", (READ, &[]), json!({ "result": {} }));
    let no_frame =
        |name: &str, json: &str| rejected(name, "Model.deleteModel", (json, &[]), "the status is no success");
    vec![
        with_status(result(), 201),
        with_status(no_frame("status 302", READ), 302),
        with_status(no_frame("status 400, with an error", r#"{"error":{"code":"unknown"}}"#), 400),
        with_status(no_frame("status 500, with a result", READ), 500),
        with_status(
            rejected_bytes("status 404, with text", "Model.deleteModel", b"not found", "the status is no success"),
            404,
        ),
        with_status(rejected_bytes("status 204", "Model.deleteModel", b"", "there is no frame"), 204),
    ]
}
