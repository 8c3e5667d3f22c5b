//! Large requests and responses.

use decthings::api::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{DType, Tensor};
use decthings_tests::server::{Reply, Server, chunked, ok};
use decthings_tests::soon;

use super::support::{client, frame, get_state, state_bytes, state_frame};

const SIZE: usize = 64 << 20;

/// Bytes that reveal missing and misplaced pieces.
fn pattern(size: usize) -> Vec<u8> {
    let mut bytes = (0..=250).collect::<Vec<u8>>().repeat(size / 251 + 1);
    bytes.truncate(size);
    bytes
}

/// Fails without printing the bytes.
fn assert_same(left: &[u8], right: &[u8]) {
    assert_eq!(left.len(), right.len());
    if left != right {
        panic!("they differ at {:?}", left.iter().zip(right).position(|(left, right)| left != right));
    }
}

#[tokio::test]
async fn a_large_tensor_is_sent_with_its_length() {
    let server = Server::always(Reply::Respond(ok(&frame(r#"{"result":{"trainingSessionId":"t"}}"#, &[])))).await;
    let data = bytes::Bytes::from(pattern(SIZE));
    let tensor = Tensor::from_raw(DType::U8, [SIZE], data.clone()).unwrap();
    let location = ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 1024));
    let params = [ParameterProvider::new("a", vec![tensor.clone()])];
    let result = soon(client(&server).model().train("m", "n", params, location)).await.unwrap();
    assert_eq!(result.training_session_id, "t");

    let request = server.only_request();
    assert_eq!(request.header("content-length"), [request.body.len().to_string()]);
    assert!(request.header("transfer-encoding").is_empty());
    // The number of blobs, the lengths of the JSON and of the tensor, the JSON, the tensor.
    assert_eq!(request.body[0], 1);
    let blob = tensor.to_bytes();
    let (head, sent) = request.body.split_at(request.body.len() - blob.len());
    assert_same(sent, &blob);
    let lengths = &head[1..];
    let json = &lengths[1 + 5..];
    assert_eq!(usize::from(lengths[0]), json.len());
    assert_eq!(lengths[1], 254);
    assert_eq!(lengths[2..6], u32::try_from(blob.len()).unwrap().to_be_bytes());
    let json: serde_json::Value = serde_json::from_slice(json).unwrap();
    assert_eq!(json["params"], serde_json::json!([{"name": "a"}]));
}

#[tokio::test]
async fn a_large_response_arrives_whole() {
    let data = pattern(SIZE);
    let server = Server::always(Reply::Respond(ok(&state_frame(&data)))).await;
    assert_same(state_bytes(&get_state(&client(&server)).await), &data);
}

#[tokio::test]
async fn a_large_chunked_response_arrives_whole() {
    let data = pattern(SIZE / 8);
    let server = Server::always(Reply::Respond(chunked(&state_frame(&data), 10_007))).await;
    assert_same(state_bytes(&get_state(&client(&server)).await), &data);
}

#[tokio::test]
async fn a_small_request_is_sent_with_its_length() {
    let server = Server::always(Reply::Respond(ok(&state_frame(b"")))).await;
    get_state(&client(&server)).await.unwrap();
    let request = server.only_request();
    assert_eq!(request.header("content-length"), [request.body.len().to_string()]);
    assert_eq!(request.body, b"\x00\x0f{\"modelId\":\"m\"}");
}
