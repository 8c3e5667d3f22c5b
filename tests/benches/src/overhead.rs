//! A call without a network: what the client does around the transport.

use std::hint::black_box;

use anyhow::Result;
use bytes::Bytes;
use decthings::runtime::{BoxFuture, TransportError, TransportRequest, TransportResponse};
use decthings::types::{DatasetReference, ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Transport};
use hyper::StatusCode;

use crate::floor::{self, Response};
use crate::frames;
use crate::measure::functions;
use crate::server::Server;
use crate::table::Table;

const RESPONSE: &str = r#"{"result":{"trainingSessionId":"session"}}"#;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let (calls, rounds) = if quick { (1_000, 1) } else { (200_000, 5) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::builder().http_url(server.http()).transport(Memory(frames::response(RESPONSE))).build()?;
    let train = async || {
        let images = ParameterProvider::new("x", DatasetReference::new("dataset", "image"));
        let labels = ParameterProvider::new("y", DatasetReference::new("dataset", "label"));
        let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
        client.model().train("model", "state", [images, labels], launcher).await
    };
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                runtime.block_on(async {
                    for _ in 0..calls {
                        black_box(train().await.expect("a response"));
                    }
                });
            },
            &mut || {
                for _ in 0..calls {
                    black_box(write_and_read());
                }
            },
        ],
    );
    let time = |seconds: &[f64]| -> Vec<f64> { seconds.iter().map(|seconds| seconds / calls as f64 * 1e6).collect() };
    let [ours, json] = &seconds[..] else { unreachable!("one for each") };
    table.row("`train` on a dataset, everything but the transport", "µs a call", time(ours)).aim("≤ 2 µs").beside(
        "serde_json, writing and reading the same",
        time(json),
        "",
    );
    Ok(())
}

/// Responds at once.
struct Memory(Bytes);

impl Transport for Memory {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, Result<TransportResponse, TransportError>> {
        Box::pin(async move {
            black_box(request);
            Ok(TransportResponse::new(StatusCode::OK, self.0.clone()))
        })
    }
}

/// The JSON of the same call.
fn write_and_read() -> String {
    let parameter = |name, dataset_key| {
        let data = floor::ParameterData::Dataset { dataset_id: "dataset", dataset_key };
        floor::Parameter { name, data }
    };
    let request = floor::TrainRequest {
        model_id: "model",
        new_state_name: "state",
        params: &[parameter("x", "image"), parameter("y", "label")],
        execution_location: floor::ExecutionLocation::temporary_launcher(2.0, 4096),
    };
    black_box(serde_json::to_vec(&request).expect("a valid request"));
    match serde_json::from_str::<Response<floor::TrainResult>>(black_box(RESPONSE)) {
        Ok(Response::Result(result)) => result.training_session_id,
        _ => unreachable!("a valid response"),
    }
}
