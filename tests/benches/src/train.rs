//! `train` with many small tensors, made before. What a call consumes is cloned before it, and not measured.

use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Tensor};
use decthings_api::client as official;
use decthings_api::client::ndarray::{ArrayD, ArrayViewD, arr1};
use decthings_api::tensor::DecthingsTensor;

use crate::contender::Contender::{self, Bare, Floor, Official, Ours};
use crate::floor;
use crate::measure::{Sample, in_turn, process_seconds};
use crate::server::Server;
use crate::table::Table;
use crate::transfers::client_of_others;

/// Tensors of so many elements each, and the calls that a process makes with them.
struct Case {
    tensors: usize,
    elements: usize,
    calls: usize,
    /// What the rate beside the official client's should be.
    aim: &'static str,
}

const CASES: [Case; 3] = [
    Case { tensors: 100_000, elements: 2, calls: 20, aim: "≥ 1.5" },
    Case { tensors: 1_000, elements: 784, calls: 100, aim: "≥ 1.5" },
    Case { tensors: 1_000, elements: 2, calls: 2_000, aim: "≥ 1" },
];

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    for (index, Case { tensors, elements, calls, aim }) in CASES.iter().enumerate() {
        let samples = in_turn(&format!("train={index}"), &[Ours, Floor, Official], server.http(), rounds)?;
        let rate = |samples: &[Sample]| -> Vec<f64> {
            samples.iter().map(|sample| (calls * tensors) as f64 / sample.seconds / 1e6).collect()
        };
        let cpu = |samples: &[Sample]| -> Vec<f64> {
            samples.iter().map(|sample| sample.cpu_seconds / (calls * tensors) as f64 * 1e9).collect()
        };
        let [ours, floor, official] = &samples[..] else { unreachable!("one for each") };
        let what = format!("`train` with {tensors} tensors of {elements} f32");
        table.row(&format!("{what}: rate"), "M tensors/s", rate(ours)).beside("floor", rate(floor), "").beside(
            "decthings-api",
            rate(official),
            aim,
        );
        table
            .row(&format!("{what}: client's processor time"), "ns a tensor", cpu(ours))
            .beside("floor", cpu(floor), "")
            .beside("decthings-api", cpu(official), "");
    }
    Ok(())
}

/// Makes the calls of one case.
#[tokio::main(flavor = "current_thread")]
pub async fn run(contender: Contender, url: &str, case: usize) -> Result<Sample> {
    let Case { tensors, elements, calls, .. } = CASES.get(case).context("no such case")?;
    let values = vec![1.5f32; *elements];
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            let tensors: Vec<Tensor> = (0..*tensors).map(|_| Tensor::from(values.clone())).collect();
            let call = async |tensors| {
                let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
                let params = [ParameterProvider::new("x", tensors)];
                let session = client.model().train("model", "state", params, launcher).await?;
                ensure!(session.training_session_id == "session", "a wrong response");
                Ok(())
            };
            repeat(*calls, || tensors.clone(), call).await
        }
        Floor => {
            let client = floor::Floor::new(url)?;
            let tensors: Vec<floor::Tensor> = (0..*tensors).map(|_| floor::Tensor::of_f32(&values)).collect();
            let call = async |tensors: &[floor::Tensor]| {
                let request = floor::TrainRequest {
                    model_id: "model",
                    new_state_name: "state",
                    params: &[floor::Parameter { name: "x", data: floor::ParameterData::Tensors(tensors) }],
                    execution_location: floor::ExecutionLocation::temporary_launcher(2.0, 4096),
                };
                let (session, _) = client.call::<floor::TrainResult>("Model/train", request.body()?).await?;
                ensure!(session.training_session_id == "session", "a wrong response");
                Ok(())
            };
            repeat(*calls, || tensors.as_slice(), call).await
        }
        Official => {
            let client = client_of_others(url);
            let arrays: Vec<ArrayD<f32>> = (0..*tensors).map(|_| arr1(&values).into_dyn()).collect();
            let views: Vec<ArrayViewD<'_, f32>> = arrays.iter().map(ArrayD::view).collect();
            let spec = official::rpc::LauncherSpec {
                cpus: 2.0,
                memory_mebibytes: 4096,
                disk_mebibytes: None,
                swap_mebibytes: None,
                gpus: None,
            };
            let tensors = || views.iter().map(|view| DecthingsTensor::F32(view.clone().into())).collect();
            let call = async |tensors| {
                let data = official::DecthingsParameterProviderData::Data(tensors);
                let session = client.model.train(official::rpc::model::TrainParams {
                    model_id: "model",
                    state_id: None,
                    new_state_name: "state",
                    params: vec![official::DecthingsParameterProvider { name: "x", data }],
                    execution_location: official::rpc::ExecutionLocationProvider::TemporaryLauncher { spec: &spec },
                });
                let session = session.await.map_err(|error| anyhow!("{error:?}"))?;
                ensure!(session.training_session_id == "session", "a wrong response");
                Ok(())
            };
            repeat(*calls, tensors, call).await
        }
        Bare => anyhow::bail!("is what the floor is"),
    }
}

/// Makes calls one after the other, after one that warms up. Their times count, without that of making what they
/// consume.
async fn repeat<I>(calls: usize, input: impl Fn() -> I, call: impl AsyncFn(I) -> Result<()>) -> Result<Sample> {
    call(input()).await?;
    let mut sample = Sample::default();
    for _ in 0..calls {
        let input = input();
        let (started, cpu) = (Instant::now(), process_seconds());
        call(input).await?;
        sample.cpu_seconds += process_seconds() - cpu;
        sample.seconds += started.elapsed().as_secs_f64();
    }
    Ok(sample)
}
