//! Small calls: `getModels`, answered with 20 models.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use decthings::Client;
use decthings_api::client as official;

use crate::contender::Contender::{self, Bare, Official, Ours};
use crate::frames;
use crate::measure::{Meter, Sample, in_turn};
use crate::server::Server;
use crate::table::Table;
use crate::transfers::client_of_others;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    for concurrency in [1, 16, 64] {
        let samples = in_turn(&format!("calls={concurrency}"), &[Ours, Bare, Official], server.http(), rounds)?;
        let figures = |figure: &dyn Fn(&Sample) -> f64| -> Vec<Vec<f64>> {
            samples.iter().map(|samples| samples.iter().map(figure).collect()).collect()
        };
        let mut add = |what: &str, unit: &'static str, figure: &dyn Fn(&Sample) -> f64, aim: &str| {
            let all = figures(figure);
            let [ours, bare, official] = &all[..] else { return };
            table.add(
                &format!("`getModels`, {concurrency} at a time: {what}"),
                unit,
                ours,
                &[("bare reqwest", bare), ("decthings-api", official)],
                aim,
            );
        };
        let cpu: &dyn Fn(&Sample) -> f64 = &|sample| sample.cpu_seconds / sample.calls.len() as f64 * 1e6;
        if concurrency == 16 {
            add("client's processor time", "µs a call", cpu, "≤ 1.2");
            continue;
        }
        add("rate", "calls/s", &|sample| sample.calls.len() as f64 / sample.seconds, "");
        add("p50", "µs", &|sample| sample.percentile(0.5) * 1e6, "");
        add("p99", "µs", &|sample| sample.percentile(0.99) * 1e6, "");
    }
    Ok(())
}

/// Makes calls, so many at a time.
#[tokio::main(flavor = "current_thread")]
pub async fn run(contender: Contender, url: &str, concurrency: usize) -> Result<Sample> {
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            repeat(concurrency, move || {
                let client = client.clone();
                async move {
                    let result = client.model().get_models().await?;
                    ensure!(result.models.len() == MODELS, "a wrong answer");
                    Ok(())
                }
            })
            .await
        }
        Bare => {
            let client = reqwest::Client::builder().no_proxy().build()?;
            let url = format!("{url}/Model/getModels");
            repeat(concurrency, move || {
                let request = client.post(&url).header("content-type", "application/octet-stream");
                let request = request.body(Bytes::from_static(b"\0\x02{}"));
                async move {
                    let body = request.send().await?.error_for_status()?.bytes().await?;
                    ensure!(body.len() == answer().len(), "a wrong answer");
                    Ok(())
                }
            })
            .await
        }
        Official => {
            let client = Arc::new(client_of_others(url));
            repeat(concurrency, move || {
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
                    ensure!(result.models.len() == MODELS, "a wrong answer");
                    Ok(())
                }
            })
            .await
        }
    }
}

/// Calls that are measured.
const CALLS: usize = 6_400;

async fn repeat<F: Future<Output = Result<()>> + Send + 'static>(
    concurrency: usize,
    call: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Sample> {
    let round = |calls: usize| {
        let tasks = (0..concurrency).map(|_| {
            let call = call.clone();
            async move {
                let mut times = Vec::with_capacity(calls);
                for _ in 0..calls {
                    let started = Instant::now();
                    call().await?;
                    times.push(started.elapsed().as_secs_f64());
                }
                Ok::<_, anyhow::Error>(times)
            }
        });
        let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
        async move {
            let mut times = Vec::new();
            for task in tasks {
                times.extend(task.await??);
            }
            Ok::<_, anyhow::Error>(times)
        }
    };
    round(CALLS / 10 / concurrency).await?;
    let meter = Meter::start();
    let mut calls = round(CALLS / concurrency).await?;
    let sample = meter.stop();
    calls.sort_by(f64::total_cmp);
    Ok(Sample { calls, ..sample })
}

const MODELS: usize = 20;

/// The body of the answer.
pub fn answer() -> &'static Bytes {
    static ANSWER: OnceLock<Bytes> = OnceLock::new();
    ANSWER.get_or_init(|| {
        let models: Vec<String> = (0..MODELS).map(model).collect();
        frames::answer(&format!(r#"{{"result":{{"models":[{}],"total":20,"offset":0,"limit":20}}}}"#, models.join(",")))
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
