//! Calls by name, with JSON for parameters and results.

use std::collections::BTreeSet;

use decthings::api::dynamic::{methods, operation, services};
use decthings::runtime::describe::{FieldInfo, TypeKind, ValueType};
use decthings::runtime::{DynamicMessage, DynamicService};
use decthings::{ApiError, Blob, Client, Error, Tensor};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::{Temporary, soon};
use serde_json::{Value, json};

use super::service::Small;
use super::support::{client, frame, in_process};

async fn call(client: &Client, service: &str, method: &str, params: Value) -> Result<Value, Error<ApiError>> {
    soon(client.call_json(service, method, params)).await
}

fn small() -> Client {
    in_process(Small::new().router())
}

fn train(data: Value) -> Value {
    let spec = json!({"cpus": 1.0, "memoryMebibytes": 1024});
    let location = json!({"type": "temporaryLauncher", "spec": spec});
    let params = json!([{"name": "a", "data": data}]);
    json!({"modelId": "m", "newStateName": "n", "params": params, "executionLocation": location})
}

#[tokio::test]
async fn unknown_methods_are_named() {
    for (service, method, expected) in [
        ("Modle", "train", "unknown service `Modle`; did you mean `Model`?"),
        ("Model", "getModel", "unknown method `Model.getModel`; did you mean `getModels`?"),
        ("Model", "Train", "unknown method `Model.Train`; did you mean `train`?"),
        ("Language", "fly", "unknown method `Language.fly`; the methods are `startLanguageServer`, "),
        ("", "", "unknown service ``; the services are `Dataset`, "),
    ] {
        let error = call(&small(), service, method, Value::Null).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(expected), "{text}");
        assert!(text.len() < 1000);
    }
    let long = "x".repeat(1_000_000);
    let error = call(&small(), &long, &long, Value::Null).await.unwrap_err();
    assert!(error.to_string().len() < 1000);
}

#[test]
fn services_of_a_feature_that_is_off_name_it() {
    let error = DynamicService::find(services(), &[("Sleep", "sleep-service")], ("Sleep", "wake")).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }));
    assert!(error.to_string().contains("the service `Sleep` needs the cargo feature `sleep-service`"), "{error}");
}

#[tokio::test]
async fn unknown_parameters_are_invalid_at_every_depth() {
    let reference = |key: &str| json!([{"name": "a", "data": {"type": "dataset", "datasetId": "d", key: "k"}}]);
    let with = |name: &str, value: Value| {
        let mut params = train(json!([]));
        params[name] = value;
        params
    };
    let spec = json!({"cpu": 1.0, "memoryMebibytes": 1024});
    for (service, method, params, path, help) in [
        ("Model", "getModels", json!({"limt": 1}), "limt", "did you mean `limit`?"),
        ("Model", "getModels", json!({"limt": null}), "limt", "did you mean `limit`?"),
        ("Model", "getModels", json!({"Limit": 1}), "Limit", "did you mean `limit`?"),
        ("Model", "train", with("extra", json!(1)), "extra", "the names here are `modelId`, "),
        ("Model", "train", with("params", json!([{"name": "a", "dta": []}])), "params[0].dta", "did you mean `data`?"),
        ("Model", "train", with("params", reference("datasetkey")), "params[0].data.datasetkey", "`datasetKey`?"),
        (
            "Model",
            "train",
            with("executionLocation", json!({"type": "temporaryLauncher", "spec": spec})),
            "executionLocation.spec.cpu",
            "did you mean `cpus`?",
        ),
        (
            "Model",
            "train",
            with("executionLocation", json!({"type": "temporaryLauncher", "spec": {}, "speck": {}})),
            "executionLocation.speck",
            "did you mean `spec`?",
        ),
        (
            "Organization",
            "assignRoles",
            json!({"organizationId": "o", "members": {"userID": "u", "role": "admin"}}),
            "members.userID",
            "did you mean `userId`?",
        ),
    ] {
        let error = call(&small(), service, method, params.clone()).await.unwrap_err();
        let Error::Invalid { path: found, reason, .. } = &error else { panic!("{params}: {error:?}") };
        assert_eq!(&**found, path, "{params}");
        assert!(reason.starts_with("unknown; ") && reason.contains(help), "{reason}");
        let encoded = operation(service, method).unwrap().encode_request(params).unwrap_err();
        assert_eq!(encoded.to_string(), error.to_string());
    }
}

#[tokio::test]
async fn a_long_unknown_name_is_shortened() {
    let name = "limit".repeat(100_000);
    let error = call(&small(), "Model", "getModels", json!({ name: 1 })).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }));
    assert!(error.to_string().len() < 1000);
}

#[test]
fn unknown_variants_are_sent_as_they_are() {
    let mut params = train(json!([]));
    params["executionLocation"] = json!({"type": "onTheMoon", "crater": 7});
    let frame = operation("Model", "train").unwrap().encode_request(params).unwrap();
    assert!(String::from_utf8_lossy(&frame.to_bytes()).contains(r#"{"type":"onTheMoon","crater":7}"#));
}

/// The members of the objects in the parameters, and those of a schema, have to be the same.
fn assert_same_members(fields: &[FieldInfo], schema: &Value, root: &Value, depth: usize) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let names: BTreeSet<&str> = fields.iter().map(|field| field.name).collect();
    let expected = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    assert_eq!(names, expected.collect(), "{schema}");
    let required: BTreeSet<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let expected = schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
    assert_eq!(required, expected.collect(), "{schema}");
    for field in fields.iter().filter(|_| depth > 0) {
        assert!(!field.docs.is_empty(), "{field:?}");
        if let ValueType::Named(describe) = field.ty
            && let TypeKind::Object(members) = describe().kind
        {
            assert_same_members(members, &schema["properties"][field.name], root, depth - 1);
        }
    }
}

#[test]
fn all_methods_are_listed_with_their_parameters_docs_and_schemas() {
    let definition: Value = serde_json::from_str(include_str!("../../schema/decthings.json")).unwrap();
    let mut listed = 0;
    for method in methods() {
        let facts = method.method();
        let defined = &definition["services"][facts.service]["methods"][facts.name];
        assert_eq!(defined["description"], method.docs(), "{method:?}");
        assert_eq!(defined["idempotent"].as_bool().unwrap_or(false), facts.idempotent, "{method:?}");
        let schema = method.params_schema();
        assert_same_members(method.params(), &schema, &schema, 4);
        assert!(method.result_schema().is_object());
        let codes: Vec<&str> = method.errors().into_iter().map(|(code, _)| code).collect();
        for code in defined["errors"].as_array().into_iter().flatten() {
            let code = code.as_str().unwrap();
            let code = definition["errors"][code]["code"].as_str().unwrap_or(code);
            assert!(codes.contains(&code), "{method:?} {code} {codes:?}");
        }
        listed += 1;
    }
    let services = definition["services"].as_object().unwrap();
    let defined = services.values().map(|service| service["methods"].as_object().unwrap().len());
    assert_eq!(listed, defined.sum::<usize>());
}

#[test]
fn parameters_are_listed_with_their_kinds_and_values() {
    let params = operation("Dataset", "addEntries").unwrap().params();
    let words: Vec<String> = params.iter().map(|param| format!("{} {}", param.name, param.ty)).collect();
    assert_eq!(words, ["datasetId string", "keys list of DatasetKeyData", "datasetVersionId string"]);
    let train = operation("Model", "train").unwrap();
    let location = train.params().iter().find(|param| param.name == "executionLocation").unwrap();
    let ValueType::Named(describe) = location.ty else { panic!("{location:?}") };
    let TypeKind::Tagged { tag, variants } = describe().kind else { panic!("{location:?}") };
    assert_eq!(tag, "type");
    let tags: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
    assert_eq!(tags, ["persistentLauncher", "temporaryLauncher"]);
    let state = train.params().iter().find(|param| param.name == "stateId").unwrap();
    assert!(!state.required && state.docs == "Id of the state to start from. Default: the active state.");
}

#[tokio::test]
async fn parameters_must_be_an_object() {
    for params in [json!(["m"]), json!("m"), json!(7), json!(true), json!([])] {
        let error = call(&small(), "Model", "getModelState", params.clone()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{params}: {error:?}");
        let text = error.to_string();
        assert!(text.starts_with("Model.getModelState: ") && text.contains("object"), "{text}");
    }
}

#[tokio::test]
async fn null_means_no_parameters() {
    let server =
        Server::always(Reply::Respond(ok(&frame(r#"{"result":{"models":[],"total":0,"offset":0,"limit":9}}"#, &[]))));
    let server = server.await;
    for params in [Value::Null, json!({})] {
        let result = call(&client(&server), "Model", "getModels", params).await.unwrap();
        assert_eq!(result, json!({"models": [], "total": 0, "offset": 0, "limit": 9}));
    }
    for request in server.requests() {
        assert_eq!(request.body, b"\x00\x02{}");
    }
}

#[tokio::test]
async fn null_lacks_required_parameters() {
    let error = call(&small(), "Model", "getModelState", Value::Null).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert!(error.to_string().contains("modelId"), "{error}");
}

#[tokio::test]
async fn one_member_is_sent_as_a_list() {
    let server = Server::always(Reply::Respond(ok(&frame(r#"{"result":{}}"#, &[])))).await;
    let member = json!({"userId": "u", "role": "admin"});
    for members in [member.clone(), json!([member])] {
        let params = json!({"organizationId": "o", "members": members});
        call(&client(&server), "Organization", "assignRoles", params).await.unwrap();
    }
    let sent = json!({"organizationId": "o", "members": [member]}).to_string();
    assert_eq!(server.requests().len(), 2);
    for request in server.requests() {
        assert!(request.body.ends_with(sent.as_bytes()), "{}", request.body.escape_ascii());
    }
}

#[tokio::test]
async fn an_invalid_parameter_is_named_with_its_path() {
    let error = call(&small(), "Model", "getModelState", json!({"modelId": "m", "keys": ["a", 7]})).await.unwrap_err();
    let Error::Invalid { path, .. } = &error else { panic!("{error:?}") };
    assert_eq!(&**path, "keys[1]");
    let text = error.to_string();
    assert!(text.contains("`keys[1]`") && text.contains('7') && text.contains("nothing was sent"), "{text}");
}

#[tokio::test]
async fn an_invalid_tensor_is_named_with_its_path() {
    let wrong = json!([{"type": "f32", "shape": [2], "data": [1.0]}]);
    let error = call(&small(), "Model", "train", train(wrong)).await.unwrap_err();
    let Error::Invalid { path, .. } = &error else { panic!("{error:?}") };
    assert!(path.starts_with("params[0]"), "{path}");
}

#[tokio::test]
async fn tensors_in_parameters_are_read_from_their_notation() {
    let tensors = json!([{"type": "f32", "shape": [2], "data": [1.5, 2.5]}]);
    let result = call(&small(), "Model", "train", train(tensors)).await.unwrap();
    let expected = format!("a={:?}", [decthings::Tensor::from([1.5_f32, 2.5])]);
    assert_eq!(result, json!({"trainingSessionId": expected}));
}

#[tokio::test]
async fn bytes_in_parameters_are_read_from_base64_or_text() {
    let data = json!([{"key": "a", "data": {"$bytes": "AAEC/w=="}}, {"key": "b", "data": "text"}]);
    let params = json!({"modelId": "m", "name": "n", "data": data});
    let result = call(&small(), "Model", "uploadState", params).await.unwrap();
    assert_eq!(result, json!({"stateId": "a:4,b:4"}));
}

#[tokio::test]
async fn bytes_in_results_are_written_as_base64() {
    let result = call(&small(), "Model", "getModelState", json!({"modelId": "abc", "keys": ["k"]})).await.unwrap();
    assert_eq!(result, json!({"data": [{"key": "k", "data": {"$bytes": "YWJj"}}]}));
}

#[tokio::test]
async fn tensors_in_results_are_written_in_their_notation() {
    let result = call(&small(), "Dataset", "getEntries", json!({"datasetId": "d", "entries": [3, 5]})).await.unwrap();
    let image = &result["keys"][0];
    assert_eq!(image["name"], "image");
    let tensor = json!({"type": "f32", "shape": [2], "data": [0.5, 5.0]});
    assert_eq!(image["data"][1], json!({"index": 5, "data": tensor}));
}

#[tokio::test]
async fn errors_keep_code_fields_and_description() {
    let mut params = train(json!([]));
    params["modelId"] = json!("12");
    let error = call(&small(), "Model", "train", params.clone()).await.unwrap_err();
    assert_eq!(error.code(), Some("dataset_key_not_found"));
    assert_eq!(error.api().unwrap().fields()["datasetKey"], "k");
    assert!(error.to_string().contains("does not have the given key"), "{error}");
    params["modelId"] = json!("7");
    let error = call(&small(), "Model", "train", params).await.unwrap_err();
    assert_eq!(error.code(), Some("too_many_requests"));
    assert!(error.is_retryable());
}

/// Parameters with bytes under a key, to which they refer by an index.
fn upload(index: usize) -> Value {
    json!({"modelId": "m", "name": "n", "data": [{"key": "w", "data": {"$attachment": index}}]})
}

#[tokio::test]
async fn bytes_and_tensors_stand_beside_the_json() {
    let folder = Temporary::new();
    let file = Blob::from_file(folder.write("w.bin", vec![7; 100_000])).unwrap();
    let message = DynamicMessage::new(upload(0), vec![file.into()]);
    let call = operation("Model", "uploadState").unwrap().prepare(&small(), message).unwrap();
    assert_eq!(call.frame().unwrap().blob_lens(), [100_000]);

    let tensor = json!({"name": "a", "data": [{"$attachment": 0}]});
    let params = train(json!([])).as_object().unwrap().clone();
    let params =
        params.into_iter().map(|(name, value)| if name == "params" { (name, json!([tensor])) } else { (name, value) });
    let message = DynamicMessage::new(params.collect(), vec![Tensor::scalar(1.5_f32).into()]);
    let call = operation("Model", "train").unwrap().prepare(&small(), message).unwrap();
    assert_eq!(call.frame().unwrap().blob_lens(), [6]);
}

#[tokio::test]
async fn bytes_of_a_response_stand_beside_its_json() {
    let body = frame(r#"{"result":{"stateKeyNames":["v","w"]}}"#, &[b"first", b"second"]);
    let server = Server::always(Reply::Respond(ok(&body))).await;
    let call = operation("Model", "getModelState").unwrap();
    let call = call.prepare(&client(&server), json!({"modelId": "m"}).into()).unwrap();
    let message = soon(call.send()).await.unwrap();
    let data = json!([{"key": "v", "data": {"$attachment": 0}}, {"key": "w", "data": {"$attachment": 1}}]);
    assert_eq!(message.json, json!({"data": data}));
    assert_eq!(message.attachments, [Blob::from("first").into(), Blob::from("second").into()]);
}

#[tokio::test]
async fn attachments_that_do_not_fit_are_invalid() {
    let prepare = |params: Value, attachments| {
        let call = operation("Model", "uploadState").unwrap();
        call.prepare(&small(), DynamicMessage::new(params, attachments)).unwrap().frame().unwrap_err().to_string()
    };
    let missing = prepare(upload(1), vec![Blob::from("x").into()]);
    assert!(missing.contains("there is no attachment 1"), "{missing}");
    let other = prepare(upload(0), vec![Tensor::scalar(1_u8).into()]);
    assert!(other.contains("expected bytes, found a tensor"), "{other}");
    // Without attachments, the reference is nothing.
    let error = call(&small(), "Model", "uploadState", upload(0)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}
