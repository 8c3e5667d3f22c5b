//! Services in the same process behave as they do behind a socket.

use std::sync::Arc;

use decthings::api::model::{TrainError, TrainRequest};
use decthings::api::types::{
    DatasetReference, EntryRange, ExecutionLocation, LauncherSpec, ParameterProvider, StateEntry,
};
use decthings::runtime::{Call, ErrorCode};
use decthings::{ApiError, Client, Error, RetryPolicy, Router, Tensor};
use decthings_tests::{KEY, soon};

use super::service::{RemoteService, Small, train_errors};
use super::support::{MOMENT, get_state, in_process, state_bytes};

fn train(client: &Client, model: impl Into<String>, params: Vec<ParameterProvider>) -> Call<TrainRequest> {
    let location = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    client.model().train(model, "new", params, location)
}

/// One service, in process and behind a socket.
struct Both {
    direct: Client,
    socket: RemoteService,
}

impl Both {
    async fn new(service: &Arc<Small>) -> Self {
        Self { direct: in_process(service.router()), socket: RemoteService::start(service.router()).await }
    }

    fn clients(&self) -> [&Client; 2] {
        [&self.direct, &self.socket.client]
    }
}

#[tokio::test]
async fn every_api_error_round_trips() {
    let both = Both::new(&Small::new()).await;
    for (number, sent) in train_errors().into_iter().enumerate() {
        let mut texts = Vec::new();
        for client in both.clients() {
            let call = train(client, number.to_string(), Vec::new()).retry(RetryPolicy::off());
            let error = soon(call).await.unwrap_err();
            assert_eq!(error.code(), Some(sent.code()));
            assert_eq!(error.is_retryable(), sent.is_retryable());
            texts.push(error.to_string());
            assert_eq!(error.into_api().unwrap(), sent);
        }
        assert_eq!(texts[0], texts[1]);
        assert!(texts[0].starts_with("Model.train: ") && texts[0].contains(sent.code()), "{}", texts[0]);
    }
}

#[tokio::test]
async fn an_untyped_error_with_a_known_code_arrives_typed() {
    let both = Both::new(&Small::new()).await;
    for client in both.clients() {
        let error = soon(train(client, "other", Vec::new())).await.unwrap_err();
        assert_eq!(error.api(), Some(&TrainError::ModelNotFound));
    }
}

#[tokio::test]
async fn tensors_and_references_arrive() {
    let tensors = vec![Tensor::from([1.5_f32, 2.5]), Tensor::from(["a", "é"])];
    let wanted = format!("a={tensors:?},b=[],c@d");
    let both = Both::new(&Small::new()).await;
    for client in both.clients() {
        let params = vec![
            ParameterProvider::new("a", tensors.clone()),
            ParameterProvider::new("b", Vec::<Tensor>::new()),
            ParameterProvider::new("c", DatasetReference::new("d", "k")),
        ];
        assert_eq!(soon(train(client, "m", params)).await.unwrap().training_session_id, wanted);
    }
}

#[tokio::test]
async fn bytes_round_trip() {
    let both = Both::new(&Small::new()).await;
    for client in both.clients() {
        let entries = [StateEntry::new("a", vec![7; 100_000]), StateEntry::new("b", "")];
        let uploaded = soon(client.model().upload_state("m", "n", entries)).await.unwrap();
        assert_eq!(uploaded.state_id, "a:100000,b:0");
        let state = soon(client.model().get_model_state("model é").keys(["x", "y"])).await.unwrap();
        let got: Vec<_> = state.data.iter().map(|entry| (entry.key.as_str(), entry.data.as_bytes().unwrap())).collect();
        assert_eq!(got, [("x", "model é".as_bytes()), ("y", "model é".as_bytes())]);
    }
}

#[tokio::test]
async fn entries_arrive_by_key_and_index() {
    let both = Both::new(&Small::new()).await;
    for client in both.clients() {
        let entries = soon(client.dataset().get_entries("d", EntryRange::new(0, 9))).await.unwrap();
        let label = &entries.keys[1];
        assert_eq!((label.name.as_str(), label.data[1].index), ("label", 5));
        assert_eq!(label.data[1].data, Tensor::from([1.5_f32, 5.0]));
    }
}

#[tokio::test]
async fn unimplemented_methods_return_not_implemented() {
    let both = Both::new(&Small::new()).await;
    for client in both.clients() {
        let error = soon(client.model().get_models()).await.unwrap_err();
        assert_eq!(error.code(), Some("not_implemented"));
        assert!(error.to_string().contains("Model.getModels is not implemented here"), "{error}");
    }
}

#[tokio::test]
async fn an_unknown_service_is_named() {
    let error = get_state(&in_process(Router::new())).await.unwrap_err();
    assert_eq!(error.code(), Some("unknown_service"));
    assert!(error.to_string().contains("\"Model\""), "{error}");
}

#[tokio::test]
async fn a_panicking_service_does_not_hang_the_caller() {
    let both = Both::new(&Small::new()).await;
    let [direct, socket] = both.clients();
    // Without a socket between them, caller and service are one task, and panic together.
    assert!(soon(tokio::spawn(direct.model().delete_model("m").send())).await.unwrap_err().is_panic());
    let error = soon(socket.model().delete_model("m")).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(soon(tokio::spawn(direct.model().set_filesystem_size("m", 1).send())).await.unwrap_err().is_panic());
    let error = soon(socket.model().set_filesystem_size("m", 1)).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    for client in both.clients() {
        assert_eq!(state_bytes(&get_state(client).await), b"m", "the client still works");
    }
}

#[tokio::test]
async fn a_slow_service_times_out() {
    let service = Small::gated(2);
    let error = soon(in_process(service.router()).model().get_model_state("m").timeout(MOMENT)).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
    assert_eq!(*service.abandoned.borrow(), 1, "the service's future is dropped");
}

#[tokio::test]
async fn malformed_requests_are_rejected() {
    let router = Small::new().router();
    let bodies: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x05\x02{}",
        b"\x00\x02[]",
        b"\x00\x02{}x",
        b"\x00\x02{}",
        b"\x01\x02\x01{}x",
    ];
    for body in bodies {
        let response = soon(router.handle("Model", "train", bytes::Bytes::from_static(body))).await.to_bytes();
        let text = String::from_utf8_lossy(&response);
        assert!(text.contains(r#""code":"invalid_parameter""#) && text.contains("reason"), "{body:?}: {text}");
    }
    let parameters = [
        ("deleteModel", "{}", "modelId", "missing field `modelId`"),
        ("deleteModel", r#"{"modelId":1}"#, "modelId", "expected a string"),
        ("getModels", r#"{"filter":{"ids":["a",2]}}"#, "filter.ids[1]", "expected a string"),
        ("getModels", r#"{"filter":{"tags":[{"tag":"a"}]}}"#, "filter.tags[0].value", "missing field `value`"),
    ];
    for (method, params, path, reason) in parameters {
        let body = [&[0, u8::try_from(params.len()).unwrap()], params.as_bytes()].concat();
        let response = soon(router.handle("Model", method, body.into())).await.to_bytes();
        let text = String::from_utf8_lossy(&response);
        let expected = format!(r#""parameterName":"{path}""#);
        assert!(text.contains(&expected) && text.contains(reason), "{params}: {text}");
    }
    let response = soon(router.handle("Model", "fly", bytes::Bytes::new())).await.to_bytes();
    assert!(String::from_utf8_lossy(&response).contains("unknown_method"));
}

#[tokio::test]
async fn an_api_key_has_no_effect_in_process() {
    let router = Small::new().router();
    let client = Client::builder().service(router).http_url("http://192.0.2.1").api_key(KEY).build().unwrap();
    assert_eq!(state_bytes(&get_state(&client).await), b"m");
}

#[tokio::test]
async fn requests_are_validated_in_process() {
    let client = in_process(Small::new().router());
    let entries = (0..256).map(|number| StateEntry::new(number.to_string(), ""));
    let error = soon(client.model().upload_state("m", "n", entries)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}

#[test]
fn untyped_errors_keep_code_and_fields() {
    let retryable: Vec<bool> = train_errors().iter().map(ErrorCode::is_retryable).collect();
    assert_eq!(retryable.iter().filter(|retryable| **retryable).count(), 1);
    let error = ApiError::with_fields("c", &serde_json::json!({"code": "other", "a": 1}));
    assert_eq!(error.to_json(), serde_json::json!({"code": "c", "a": 1}));
}
