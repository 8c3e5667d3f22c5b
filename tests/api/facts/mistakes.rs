//! Proof that the comparison can fail: changes of the definition, and the differences that each one gives.

use decthings_codegen::ir::{BlobKind, Method, Service};
use serde_json::{Value, json};

use super::{definition, facts, load, surprises};

fn at<'a>(document: &'a mut Value, path: &str) -> &'a mut Value {
    document.pointer_mut(&format!("/{path}")).unwrap_or_else(|| panic!("there is no {path}"))
}

fn set(document: &mut Value, path: &str, value: Value) {
    *at(document, path) = value;
}

/// Removes a member of an object, or an element of a list of names.
fn remove(document: &mut Value, path: &str, name: &str) {
    let removed = match at(document, path) {
        Value::Object(members) => members.shift_remove(name).is_some(),
        Value::Array(names) => names.iter().position(|known| known == name).map(|index| names.remove(index)).is_some(),
        _ => false,
    };
    assert!(removed, "there is no {path}/{name}");
}

/// Moves a member of an object to the end, under that name.
fn move_to_end(document: &mut Value, path: &str, name: &str, new_name: &str) {
    let members = at(document, path).as_object_mut().unwrap();
    let value = members.shift_remove(name).unwrap();
    members.insert(new_name.to_owned(), value);
}

#[test]
fn differences_of_every_kind_are_reported() {
    let Some(facts) = facts() else { return };
    let sound: Value = serde_json::from_str(&definition()).unwrap();
    let mut mistakes: Vec<(String, Vec<String>)> = Vec::new();
    let mut check = |mistake: &dyn Fn(&mut Value), expected: &[&str]| {
        let mut document = sound.clone();
        mistake(&mut document);
        let text = serde_json::to_string_pretty(&document).unwrap();
        mistakes.push((text, expected.iter().map(|line| String::from(*line)).collect()));
    };

    // The API, services, methods and events.
    let revision = sound["revision"].as_str().unwrap();
    check(&|d| set(d, "revision", json!("0")), &[&format!("API: revision {revision} in the facts, revision 0 here")]);
    check(
        &|d| set(d, "endpoints/http", json!("https://localhost/v0")),
        &["API: https://api.decthings.com/v0 in the facts, https://localhost/v0 here"],
    );
    check(
        &|d| move_to_end(d, "services", "Model", "Model"),
        &[
            "services: Dataset, Debug, FS, Image, Language, Model, Organization, PersistentLauncher, Spawned, Terminal, User in the facts, Dataset, Debug, FS, Image, Language, Organization, PersistentLauncher, Spawned, Terminal, User, Model here",
        ],
    );
    check(
        &|d| remove(d, "services/Model/methods", "getFilesystemUsage"),
        &["API: 114 methods in the facts, 113 methods here", "Model.getFilesystemUsage: only in the facts"],
    );
    check(
        &|d| move_to_end(d, "services/Dataset/methods", "getEntries", "readEntries"),
        &["Dataset.getEntries: only in the facts", "Dataset.readEntries: only here"],
    );
    check(
        &|d| remove(d, "services/Terminal/events", "data"),
        &["API: 12 events in the facts, 11 events here", "Terminal event data: only in the facts"],
    );

    // Fields: their names, order, presence, types and widths.
    let lookup = "services/FS/methods/lookup/params";
    let fields = &format!("{lookup}/properties");
    check(
        &|d| move_to_end(d, fields, "snapshotId", "snapshotId"),
        &[
            "order of FS.lookup params: modelId, snapshotId, parent, name in the facts, modelId, parent, name, snapshotId here",
        ],
    );
    check(
        &|d| move_to_end(d, fields, "snapshotId", "snapshot"),
        &["FS.lookup params.snapshot: only here", "FS.lookup params.snapshotId: only in the facts"],
    );
    check(
        &|d| remove(d, &format!("{lookup}/required"), "parent"),
        &["FS.lookup params.parent: required in the facts, optional here"],
    );
    check(
        &|d| set(d, &format!("{lookup}/required"), json!(["modelId", "snapshotId", "parent", "name"])),
        &["FS.lookup params.snapshotId: optional in the facts, required here"],
    );
    check(
        &|d| set(d, &format!("{fields}/parent"), json!({"type": "string"})),
        &[
            "FS.lookup params.parent: number in the facts, string here",
            "FS.lookup params.parent: uint64 in the facts, no width here",
        ],
    );
    check(
        &|d| set(d, &format!("{fields}/parent/format"), json!("int64")),
        &["FS.lookup params.parent: uint64 in the facts, int64 here"],
    );
    check(
        &|d| set(d, &format!("{fields}/name"), json!({"type": "string"})),
        &[
            "FS.lookup params.name: base64 always in the facts, no base64 here",
            "FS.lookup params.name: bytes or string in the facts, string here",
        ],
    );
    check(
        &|d| remove(d, &format!("{fields}/name"), "acceptsText"),
        &["FS.lookup params.name: bytes or string in the facts, bytes here"],
    );
    let methods = ["getattr", "link", "lookup", "mkdir", "mknod", "setattr", "symlink"];
    let spellings = methods.map(|method| {
        [
            format!("FS.{method} result.stat.ctimeNsec: only in the facts"),
            format!("FS.{method} result.stat.ctime_nsec: no width in the facts, int64 here"),
        ]
    });
    let spellings: Vec<&str> = spellings.as_flattened().iter().map(String::as_str).collect();
    check(&|d| remove(d, "$defs/Stat/properties/ctime_nsec", "aliases"), &spellings);

    // Enums, unions and results of which exactly one key is there.
    let language = "services/Language/methods/startLanguageServer/params/properties/language";
    check(
        &|d| set(d, language, json!({"type": "string", "enum": ["python", "rust"]})),
        &["Language.startLanguageServer params.language: enum go|python|rust in the facts, enum python|rust here"],
    );
    let status = "services/Debug/methods/getTrainingStatus/result/properties/status/oneOf";
    let reasons = &format!("{status}/3/properties/failReason/oneOf");
    check(
        &|d| drop(at(d, reasons).as_array_mut().unwrap().pop()),
        &["Debug.getTrainingStatus result.status<failed>.failReason<exception>: only in the facts"],
    );
    check(
        &|d| at(d, reasons).as_array_mut().unwrap().swap(1, 2),
        &[
            "variants of Debug.getTrainingStatus result.status<failed>.failReason: unknown, cancelled, max_duration_exceeded, exception in the facts, unknown, max_duration_exceeded, cancelled, exception here",
        ],
    );
    let result = "services/Model/methods/createState/result";
    check(
        &|d| at(d, &format!("{result}/oneOf")).as_array_mut().unwrap().reverse(),
        &[
            "Model.createState result: exactly one of failed, success in the facts, exactly one of success, failed here",
            "order of Model.createState result: failed, success in the facts, success, failed here",
        ],
    );
    check(
        &|d| {
            let mut properties = at(d, &format!("{result}/oneOf/0/properties")).clone();
            let other = at(d, &format!("{result}/oneOf/1/properties/success")).clone();
            properties.as_object_mut().unwrap().insert("success".to_owned(), other);
            set(d, result, json!({"type": "object", "properties": properties}));
        },
        &["Model.createState result: exactly one of failed, success in the facts, no choice here"],
    );

    // Error codes and their fields.
    let errors = "services/Model/methods/train/errors";
    check(&|d| remove(d, errors, "access_denied"), &["Model.train error access_denied: only in the facts"]);
    check(
        &|d| at(d, errors).as_array_mut().unwrap().push(json!("limit_exceeded")),
        &["Model.train error limit_exceeded: only here"],
    );
    let methods = ["callCreateModelState", "callEvaluate", "callGetModelState", "callInstantiateModel", "callTrain"];
    let details = methods
        .map(|method| format!("Debug.{method} error exception.exceptionDetails: optional in the facts, required here"));
    check(
        &|d| at(d, "errors/exception/fields")["required"] = json!(["exceptionDetails"]),
        &details.each_ref().map(String::as_str),
    );

    // Transport and subscriptions.
    check(
        &|d| remove(d, "services/Language/methods/writeToLanguageServer", "transport"),
        &["Language.writeToLanguageServer: ws in the facts, http here"],
    );
    check(
        &|d| set(d, "services/Spawned/methods/spawnCommand/transport/websocketUnless/equals", json!(true)),
        &[
            "Spawned.spawnCommand: add result.spawnedCommandId when ok-and-subscribed in the facts, add result.spawnedCommandId when ok here",
            "Spawned.spawnCommand: ws-if-subscribed-default-true in the facts, ws unless subscribeToEvents is true here",
        ],
    );
    check(
        &|d| set(d, "services/Debug/methods/unsubscribeFromEvents/transport/openWebsocketElse", json!("unknown")),
        &["Debug.unsubscribeFromEvents: ws-if-open in the facts, ws if open, else unknown here"],
    );
    check(
        &|d| remove(d, "services/Debug/methods/subscribeToEvents", "subscription"),
        &["Debug.subscribeToEvents: add params.debugSessionId when ok in the facts, no subscription here"],
    );
    check(
        &|d| {
            set(
                d,
                "services/Debug/methods/unsubscribeFromEvents/subscription",
                json!({"opens": "params.debugSessionId"}),
            )
        },
        &[
            "Debug.unsubscribeFromEvents: remove params.debugSessionId when ok-or-not-sent in the facts, add params.debugSessionId when ok-or-not-sent here",
        ],
    );
    check(
        &|d| remove(d, "services/Language/events/exit/subscription", "ends"),
        &["Language event exit: remove params.languageServerId in the facts, the subscription goes on here"],
    );

    // Defaults.
    check(
        &|d| set(d, "services/Model/methods/getModels/params/properties/limit/default", json!(50)),
        &["Model.getModels params.limit: default 20 in the facts, default 50 here"],
    );
    check(
        &|d| remove(d, "services/Model/methods/train/params/properties/stateId", "defaultsTo"),
        &["Model.train params.stateId: default \"<active>\" in the facts, no default here"],
    );
    check(
        &|d| set(d, &format!("{fields}/snapshotId"), json!({"type": "string", "default": "latest"})),
        &["FS.lookup params.snapshotId: no default in the facts, default \"latest\" here"],
    );

    // Blobs and base64.
    let in_json = json!({"type": "string", "contentEncoding": "base64"});
    check(
        &|d| set(d, "services/FS/methods/write/params/properties/data", in_json.clone()),
        &[
            "FS.write params.data: no base64 in the facts, base64 always here",
            "FS.write request blob data: only in the facts",
            "FS.write request change remove data: only in the facts",
        ],
    );
    check(
        &|d| set(d, "services/FS/methods/read/result/properties/data", in_json.clone()),
        &[
            "FS.read response blob data: only in the facts",
            "FS.read result.data: no base64 in the facts, base64 always here",
        ],
    );
    check(
        &|d| set(d, "services/Terminal/events/data/params/properties/data", in_json.clone()),
        &[
            "Terminal event data blob data: only in the facts",
            "Terminal event data params.data: no base64 in the facts, base64 always here",
        ],
    );
    check(
        &|d| remove(d, "services/Terminal/methods/writeToTerminalSession/params/properties/data", "acceptsText"),
        &[
            "Terminal.writeToTerminalSession params.data: bytes or string in the facts, bytes here",
            "Terminal.writeToTerminalSession request blob data: buffer or string-utf8 in the facts, buffer here",
        ],
    );
    let state = "services/Debug/methods/callInstantiateModel/params/properties/stateData/oneOf/0/properties";
    check(
        &|d| remove(d, &format!("{state}/data/blob"), "at"),
        &[
            "Debug.callInstantiateModel request blob stateData.data: names at stateKeyNames in the facts, names at stateData.stateKeyNames here",
            "Debug.callInstantiateModel request change add stateData.stateKeyNames: only here",
            "Debug.callInstantiateModel request change add stateKeyNames: only in the facts",
        ],
    );
    check(
        &|d| set(d, &format!("{state}/data/blob/keyed"), json!("labels")),
        &[
            "Debug.callInstantiateModel request blob stateData.data: names at stateKeyNames in the facts, names at labels here",
            "Debug.callInstantiateModel request change add labels: only here",
            "Debug.callInstantiateModel request change add stateKeyNames: only in the facts",
        ],
    );
    check(
        &|d| set(d, &format!("{state}/type/const"), json!("bytes")),
        &[
            "Debug.callInstantiateModel params.stateData<bytes>: only here",
            "Debug.callInstantiateModel params.stateData<data>: only in the facts",
            "Debug.callInstantiateModel request blob stateData.data: when stateData.type=data in the facts, when stateData.type=bytes here",
            "Debug.callInstantiateModel request change add stateKeyNames: when stateData.type=data in the facts, when stateData.type=bytes here",
            "Debug.callInstantiateModel request change remove stateData.data: when stateData.type=data in the facts, when stateData.type=bytes here",
        ],
    );
    check(
        &|d| set(d, "$defs/DatasetEntries/properties/keys/blob/entries", json!("numbers")),
        &[
            "Dataset.getEntries response blob keys: indexes at indexes in the facts, indexes at numbers here",
            "Dataset.getEntries response change remove indexes: only in the facts",
            "Dataset.getEntries response change remove numbers: only here",
            "Dataset.getNeedsReviewEntries response blob keys: indexes at indexes in the facts, indexes at numbers here",
            "Dataset.getNeedsReviewEntries response change remove indexes: only in the facts",
            "Dataset.getNeedsReviewEntries response change remove numbers: only here",
        ],
    );
    check(
        &|d| {
            set(
                d,
                "services/FS/methods/readdir/result/properties/entries/items/properties/basename",
                json!({"type": "string"}),
            )
        },
        &[
            "FS.readdir result.entries.basename: base64 always in the facts, no base64 here",
            "FS.readdir result.entries.basename: bytes in the facts, string here",
        ],
    );

    // A deviation that no longer exists.
    check(
        &|d| {
            remove(d, "services/Debug/events/exit/params/properties/reason", "declared");
            set(d, "services/Debug/events/exit/params/required", json!(["debugSessionId", "reason"]));
        },
        &["no deviation any more: Debug event exit params.reason: required in the facts, optional here"],
    );

    std::thread::scope(|scope| {
        for (text, expected) in &mistakes {
            scope.spawn(|| assert_eq!(surprises(&facts, &load(text)), *expected));
        }
    });
}

/// Changes that the rules of the format would reject.
#[test]
fn differences_in_the_model_are_reported() {
    let Some(facts) = facts() else { return };
    let sound = load(&definition());
    let check = |service: &str, mistake: &dyn Fn(&mut Service), expected: &[&str]| {
        let mut api = sound.clone();
        mistake(api.services.iter_mut().find(|known| known.wire == service).unwrap());
        assert_eq!(surprises(&facts, &api), expected);
    };
    fn method<'a>(service: &'a mut Service, name: &str) -> &'a mut Method {
        service.methods.iter_mut().find(|method| method.wire == name).unwrap()
    }

    check(
        "Model",
        &|model| method(model, "createModel").request_blobs.swap(0, 2),
        &[
            "Model.createModel request blobs: options.data, options.initialState.params, options.initialState.data in the facts, options.initialState.data, options.initialState.params, options.data here",
        ],
    );
    check(
        "Model",
        &|model| drop(method(model, "createModel").request_blobs.remove(1)),
        &[
            "Model.createModel request blob options.initialState.params: only in the facts",
            "Model.createModel request change strip-tensor-data options.initialState.params: only in the facts",
        ],
    );
    check(
        "Model",
        &|model| method(model, "evaluate").response_blobs.clear(),
        &["Model.evaluate response blob success.output[].data: only in the facts"],
    );
    check(
        "Debug",
        &|debug| method(debug, "getTrainingMetrics").response_blobs[0].kind = BlobKind::Tensors { name: None },
        &[
            "Debug.getTrainingMetrics response blob metrics[].entries[].data: tensor-per-entry in the facts, tensors-per-item here",
        ],
    );
    check(
        "Terminal",
        &|terminal| terminal.events[0].id = "other".to_owned(),
        &[
            "Terminal event exit: remove params.terminalSessionId in the facts, remove params.other here",
            "Terminal event exit: terminalSessionId in the facts, other here",
        ],
    );
    check(
        "Terminal",
        &|terminal| terminal.events.iter_mut().for_each(|event| event.blobs.clear()),
        &["Terminal event data blob data: only in the facts"],
    );
}
