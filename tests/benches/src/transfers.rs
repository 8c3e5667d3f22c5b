//! Large tensors to a server, and large states from one.

use anyhow::{Result, ensure};
use bytes::Bytes;
use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{ResponseBuffer, Client, Tensor};
use decthings_api::client as official;
use decthings_api::client::ndarray;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::{Request, Response};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;

use crate::contender::Contender::{self, Bare, Floor, Official, Ours};
use crate::frames;
use crate::measure::{Meter, Sample, in_turn};
use crate::server::Server;
use crate::table::Table;

const MEBIBYTE: usize = 1 << 20;
/// Calls that a process makes and that are measured together, after one that warms up.
const CALLS: usize = 4;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let (mebibytes, rounds) = if quick { (8, 1) } else { (256, 5) };
    let rate = |samples: &[Sample]| -> Vec<f64> {
        samples.iter().map(|sample| (CALLS * mebibytes * MEBIBYTE) as f64 / sample.seconds / 1e9).collect()
    };
    let extra = |samples: &[Sample]| -> Vec<f64> {
        samples.iter().map(|sample| sample.extra_bytes as f64 / MEBIBYTE as f64).collect()
    };
    let upload = in_turn(&format!("upload={mebibytes}"), &[Ours, Bare, Official], server.http(), rounds)?;
    let [ours, bare, official] = &upload[..] else { unreachable!("one for each") };
    let what = format!("`train` with {mebibytes} MiB of f32");
    table.row(&what, "GB/s", rate(ours)).beside("bare hyper", rate(bare), "≥ 0.9").beside(
        "decthings-api",
        rate(official),
        "≥ 5",
    );
    table
        .row(&format!("{what}: memory beyond the tensor"), "MiB", extra(ours))
        .aim("≤ 8 MiB")
        .beside("bare hyper", extra(bare), "")
        .beside("decthings-api", extra(official), "");
    let download = in_turn(&format!("download={mebibytes}"), &[Ours, Bare, Official], server.http(), rounds)?;
    let [ours, bare, official] = &download[..] else { unreachable!("one for each") };
    table
        .row(&format!("`getModelState` of {mebibytes} MiB, into a reused buffer"), "GB/s", rate(ours))
        .beside("bare hyper, discarding", rate(bare), "≥ 0.9")
        .beside("decthings-api", rate(official), "");
    Ok(())
}

/// Sends a training call with so many mebibytes of f32.
#[tokio::main(flavor = "current_thread")]
pub async fn upload(contender: Contender, url: &str, mebibytes: usize) -> Result<Sample> {
    let values = vec![1.5f32; mebibytes * MEBIBYTE / 4];
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            let tensor = Tensor::from(values);
            let call = || {
                let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
                client.model().train("model", "state", [ParameterProvider::new("x", vec![tensor.clone()])], launcher)
            };
            call().await?;
            let meter = Meter::start();
            for _ in 0..CALLS {
                call().await?;
            }
            Ok(meter.stop())
        }
        Bare => {
            let client: legacy::Client<_, _> = legacy::Client::builder(TokioExecutor::new()).build_http();
            let tensor = Tensor::from(values);
            let blob = tensor.bytes().cloned().unwrap_or_default();
            let call = || {
                let pieces = [frames::train_head(blob.len() / 4), blob.clone()];
                let length: usize = pieces.iter().map(Bytes::len).sum();
                let pieces = pieces.into_iter().map(|piece| Ok::<_, std::convert::Infallible>(Frame::data(piece)));
                let request = Request::post(format!("{url}/Model/train"))
                    .header("content-type", "application/octet-stream")
                    .header("content-length", length)
                    .body(StreamBody::new(stream::iter(pieces)));
                client.request(request.expect("a valid request"))
            };
            drain(call().await?).await?;
            let meter = Meter::start();
            for _ in 0..CALLS {
                drain(call().await?).await?;
            }
            Ok(meter.stop())
        }
        Floor => anyhow::bail!("is what bare hyper is, for one tensor"),
        Official => {
            let client = client_of_others(url);
            let values = ndarray::Array::from_vec(values).into_dyn();
            let spec = official::rpc::LauncherSpec {
                cpus: 2.0,
                memory_mebibytes: 4096,
                disk_mebibytes: None,
                swap_mebibytes: None,
                gpus: None,
            };
            let call = || {
                let tensor = decthings_api::tensor::DecthingsTensor::F32(values.view().into());
                let data = official::DecthingsParameterProviderData::Data(vec![tensor]);
                client.model.train(official::rpc::model::TrainParams {
                    model_id: "model",
                    state_id: None,
                    new_state_name: "state",
                    params: vec![official::DecthingsParameterProvider { name: "x", data }],
                    execution_location: official::rpc::ExecutionLocationProvider::TemporaryLauncher { spec: &spec },
                })
            };
            call().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            let meter = Meter::start();
            for _ in 0..CALLS {
                call().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            }
            Ok(meter.stop())
        }
    }
}

/// Receives a state of so many mebibytes.
#[tokio::main(flavor = "current_thread")]
pub async fn download(contender: Contender, url: &str, mebibytes: usize) -> Result<Sample> {
    let id = mebibytes.to_string();
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            let buffer = ResponseBuffer::new();
            let call = || client.model().get_model_state(&id).buffer(&buffer);
            call().await?;
            let len = (mebibytes * MEBIBYTE) as u64;
            let meter = Meter::start();
            for _ in 0..CALLS {
                let result = call().await?;
                ensure!(result.data.iter().all(|part| part.data.len() == len), "a wrong length");
            }
            Ok(meter.stop())
        }
        Bare => {
            let client: legacy::Client<_, _> = legacy::Client::builder(TokioExecutor::new()).build_http();
            let json = format!(r#"{{"modelId":"{id}"}}"#);
            let mut frame = vec![0];
            frame.extend(frames::varint(json.len() as u64));
            frame.extend(json.as_bytes());
            let frame = Bytes::from(frame);
            let call = || {
                let request = Request::post(format!("{url}/Model/getModelState"))
                    .header("content-type", "application/octet-stream")
                    .body(http_body_util::Full::new(frame.clone()));
                client.request(request.expect("a valid request"))
            };
            drain(call().await?).await?;
            let meter = Meter::start();
            for _ in 0..CALLS {
                drain(call().await?).await?;
            }
            Ok(meter.stop())
        }
        Floor => anyhow::bail!("is what bare hyper is, for one tensor"),
        Official => {
            let client = client_of_others(url);
            let call = || {
                client.model.get_model_state(official::rpc::model::GetModelStateParams {
                    model_id: &id,
                    state_id: None,
                    keys: None::<&[&str]>,
                })
            };
            call().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            let meter = Meter::start();
            for _ in 0..CALLS {
                call().await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            }
            Ok(meter.stop())
        }
    }
}

/// The response to a request for a state, in pieces.
pub fn response(request: &Bytes) -> Vec<Bytes> {
    const CHUNK: usize = 256 * 1024;
    static ZEROS: [u8; CHUNK] = [0; CHUNK];
    let text = String::from_utf8_lossy(request);
    let id = text.split_once(r#""modelId":""#).and_then(|(_, rest)| rest.split_once('"'));
    let bytes = id.and_then(|(id, _)| id.parse::<usize>().ok()).unwrap_or(1) * MEBIBYTE;
    let mut pieces = vec![frames::answer_head(r#"{"result":{"stateKeyNames":["weights"]}}"#, bytes)];
    pieces.extend(std::iter::repeat_n(Bytes::from_static(&ZEROS), bytes / CHUNK));
    pieces
}

async fn drain(response: Response<hyper::body::Incoming>) -> Result<()> {
    ensure!(response.status().is_success(), "the status is {}", response.status());
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(())
}

/// The official client, which takes two addresses.
pub fn client_of_others(url: &str) -> official::DecthingsClient {
    official::DecthingsClient::new(official::DecthingsClientOptions {
        http_server_address: url.to_owned(),
        ws_server_address: url.replacen("http", "ws", 1),
        ..Default::default()
    })
}
