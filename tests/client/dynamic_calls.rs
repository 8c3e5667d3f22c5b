//! Calls by name, with JSON for parameters and results.

use decthings::{ApiError, Client, Error};
use decthings_tests::server::{Reply, Server, ok};
use decthings_tests::soon;
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
    for (service, method) in [("Modle", "train"), ("Model", "fly"), ("Model", "Train"), ("", "")] {
        let error = call(&small(), service, method, Value::Null).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&format!("unknown method {service}.{method}")) && text.contains("feature"), "{text}");
    }
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
