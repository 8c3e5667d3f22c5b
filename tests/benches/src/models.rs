//! `getModels`, responding with 20 models.

use std::hint::black_box;
use std::sync::{Arc, OnceLock};

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use decthings::Client;
use decthings_api::client as official;

use crate::contender::Contender::{self, Bare, Floor, Official, Ours};
use crate::measure::{Sample, in_turn};
use crate::repeat::repeat;
use crate::server::Server;
use crate::table::Table;
use crate::transfers::client_of_others;
use crate::{floor, frames};

/// Calls that are measured.
const CALLS: usize = 6_400;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    for concurrency in [1, 16, 64] {
        let samples = in_turn(&format!("models={concurrency}"), &[Ours, Bare, Floor, Official], server.http(), rounds)?;
        let [ours, bare, floor, official] = &samples[..] else { unreachable!("one for each") };
        let mut add = |what: &str, unit: &'static str, figure: &dyn Fn(&Sample) -> f64, aims: [&str; 2]| {
            let figures = |samples: &[Sample]| -> Vec<f64> { samples.iter().map(figure).collect() };
            table
                .row(&format!("`getModels`, {concurrency} at a time: {what}"), unit, figures(ours))
                .beside("bare reqwest", figures(bare), "")
                .beside("floor", figures(floor), aims[0])
                .beside("decthings-api", figures(official), aims[1]);
        };
        if concurrency == 16 {
            let cpu = |sample: &Sample| sample.cpu_seconds / sample.calls.len() as f64 * 1e6;
            add("client's processor time", "µs a call", &cpu, ["≤ 1.1", "≤ 0.9"]);
            continue;
        }
        add("rate", "calls/s", &|sample| sample.calls.len() as f64 / sample.seconds, [""; 2]);
        add("p50", "µs", &|sample| sample.percentile(0.5) * 1e6, [""; 2]);
        add("p99", "µs", &|sample| sample.percentile(0.99) * 1e6, [""; 2]);
    }
    Ok(())
}

/// Makes calls, so many at a time.
#[tokio::main(flavor = "current_thread")]
pub async fn run(contender: Contender, url: &str, concurrency: usize) -> Result<Sample> {
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            repeat(CALLS, concurrency, move || {
                let client = client.clone();
                async move {
                    let result = client.model().get_models().await?;
                    ensure!(result.models.len() == MODELS, "a wrong response");
                    Ok(())
                }
            })
            .await
        }
        Bare => {
            let client = reqwest::Client::builder().no_proxy().build()?;
            let url = format!("{url}/Model/getModels");
            repeat(CALLS, concurrency, move || {
                let request = client.post(&url).header("content-type", "application/octet-stream");
                let request = request.body(Bytes::from_static(NO_PARAMETERS));
                async move {
                    let body = request.send().await?.error_for_status()?.bytes().await?;
                    ensure!(body.len() == response().len(), "a wrong response");
                    Ok(())
                }
            })
            .await
        }
        Floor => {
            let client = floor::Floor::new(url)?;
            repeat(CALLS, concurrency, move || {
                let client = client.clone();
                async move {
                    let (result, _) =
                        client.call::<floor::Models>("Model/getModels", Bytes::from_static(NO_PARAMETERS)).await?;
                    ensure!(black_box(result).models.len() == MODELS, "a wrong response");
                    Ok(())
                }
            })
            .await
        }
        Official => {
            let client = Arc::new(client_of_others(url));
            repeat(CALLS, concurrency, move || {
                let client = client.clone();
                async move {
                    let params = official::rpc::model::GetModelsParams::<&str> {
                        offset: None,
                        limit: None,
                        filter: None,
                        sort: None,
                        sort_direction: None,
                    };
                    let result = client.model.get_models(params).await.map_err(|error| anyhow!("{error:?}"))?;
                    ensure!(result.models.len() == MODELS, "a wrong response");
                    Ok(())
                }
            })
            .await
        }
    }
}

/// The body of a call without parameters.
const NO_PARAMETERS: &[u8] = b"\0\x02{}";

const MODELS: usize = 20;

/// The body of the response.
pub fn response() -> &'static Bytes {
    static RESPONSE: OnceLock<Bytes> = OnceLock::new();
    RESPONSE.get_or_init(|| {
        let models: Vec<String> = (0..MODELS).map(model).collect();
        frames::response(&format!(r#"{{"result":{{"models":[{}],"total":20,"offset":0,"limit":20}}}}"#, models.join(",")))
    })
}

fn model(index: usize) -> String {
    format!(
        r#"{{"id":"model-{index}","name":"digits {index}","description":"Reads digits.","publicAccess":false,
        "createdAt":1700000000000,"tags":[{{"tag":"task","value":"classification"}}],
        "owner":{{"type":"user","userId":"u","username":"ada"}},"access":"readwrite","beingCreated":false,
        "language":"rust","wasm":false,
        "image":{{"domain":"d","repository":"r","reference":"l","digest":"sha","targetDomain":"d",
        "targetRepository":"r","targetReference":"l"}},
        "parameterDefinitions":{{"createState":[],"train":[{{"name":"x","rules":{{"shape":[-1],"allowedTypes":["f32"],
        "annotations":[]}},"required":true}}],"evaluateInput":[],"evaluateOutput":[]}},
        "defaultLauncherSpecs":{{"createState":{{"cpus":1.0,"memoryMebibytes":1024}},
        "evaluate":{{"cpus":1.0,"memoryMebibytes":1024}}}},
        "maxDurationsSeconds":{{"codeStartup":60,"instantiateModel":60,"createState":60,"train":60,"evaluate":60}},
        "filesystemSizeMebibytes":1024,"ongoingTrainingSessions":[],"trainingSessions":[],"snapshots":[],"states":[],
        "mountedModels":[],"activeState":"state"}}"#
    )
}
