//! Trains a model from start to end: a dataset, a model, a first state, a training session with its loss as it falls,
//! and the accuracy before and after.
//!
//! ```console
//! $ cargo run --example train
//! $ cargo run --example train -- --csv iris.csv    # the last column is the label
//! ```
//!
//! Without `DECTHINGS_API_KEY` or `DECTHINGS_HTTP_URL` in the environment it starts a local Decthings server.

// The lints of library code are not for an example.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod chart;
mod data;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use data::{Data, Sample};
use decthings::api::model::{ModelOptions, TrainingStatus};
use decthings::types::{
    DatasetKeyData, DatasetReference, ExecutionLocation, LauncherSpec, ModelLanguage, ParameterProvider,
};
use decthings::{Client, Tensor};
use decthings_local::{Local, LocalConfig, LocalServer};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Below this the default problem counts as not learned.
const WANTED_ACCURACY: f64 = 0.95;

/// How often the progress is shown.
const MOMENT: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("error: the accuracy is below {WANTED_ACCURACY}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool> {
    let csv = arguments()?;
    let data = match &csv {
        Some(path) => Data::read_csv(path)?,
        None => Data::two_spirals(600),
    };
    // The server, if it is ours, lives as long as the client is used.
    let (client, _server) = connect().await?;
    let name = format!("example-{}", std::process::id());

    let dataset_id = make_dataset(&client, &name, &data).await?;
    println!("dataset   {} samples of {} features, {} classes", data.train.len(), data.features, data.classes.len());

    let model_id = make_model(&client, &name, &data).await?;
    let before = accuracy(&client, &model_id, &data.test).await?;

    let state_id = train(&client, &model_id, &dataset_id).await?;
    client.model().set_active_model_state(&model_id, &state_id).await?;
    let after = accuracy(&client, &model_id, &data.test).await?;

    println!("accuracy  {before:.3} before, {after:.3} after, on {} held-out samples", data.test.len());
    Ok(csv.is_some() || after >= WANTED_ACCURACY)
}

fn arguments() -> Result<Option<String>> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Ok(None),
        (Some("--csv"), Some(path), None) => Ok(Some(path)),
        _ => Err("usage: train [--csv FILE]".into()),
    }
}

/// A client for the server of the environment, or for one that is started here.
async fn connect() -> Result<(Client, Option<LocalServer>)> {
    if ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL"].iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok((Client::from_env()?, None));
    }
    let server = LocalServer::start(Local::new(LocalConfig::new()), ([127, 0, 0, 1], 0).into()).await?;
    let client = Client::builder().http_url(server.url()).api_key(server.key()).build()?;
    println!("server    {}", server.url());
    Ok((client, Some(server)))
}

async fn make_dataset(client: &Client, name: &str, data: &Data) -> Result<String> {
    let keys = [data::key("x", [data.features as i64]), data::key("y", [])];
    let dataset = client.dataset().create_dataset(name, "Points of an example.", keys).await?;
    let x = DatasetKeyData::new("x", features(&data.train)?);
    let y = DatasetKeyData::new("y", data.train.iter().map(|sample| sample.class));
    client.dataset().add_entries(&dataset.dataset_id, [x, y]).in_parts().await?;
    Ok(dataset.dataset_id)
}

async fn make_model(client: &Client, name: &str, data: &Data) -> Result<String> {
    let code = decthings::api::model::ModelOptionsCode::new(ModelLanguage::Rust).preset("mlp");
    let model = client.model().create_model(name, "A small neural network.", ModelOptions::Code(code)).await?;
    let params = [
        ParameterProvider::new("inputs", vec![Tensor::scalar(data.features as u32)]),
        ParameterProvider::new("outputs", vec![Tensor::scalar(data.classes.len() as u32)]),
    ];
    client.model().create_state(&model.model_id, "untrained", params, launcher()).await?.into_result()?;
    Ok(model.into_result().model_id)
}

/// Trains on the dataset, showing how far it is; the id of the new state.
async fn train(client: &Client, model_id: &str, dataset_id: &str) -> Result<String> {
    let params = ["x", "y"].map(|key| ParameterProvider::new(key, DatasetReference::new(dataset_id, key)));
    let session = client.model().train(model_id, "trained", params, launcher()).await?.poll_interval(MOMENT);

    let mut losses: Vec<f32> = Vec::new();
    let mut progress = session.progress();
    while let Some(update) = progress.next().await.transpose()? {
        for row in update.rows() {
            if let Some(loss) = row.get("loss") {
                losses.push(loss.data.item()?);
            }
        }
        let done = match &update.response.status {
            TrainingStatus::Starting => 0.0,
            TrainingStatus::Running(running) => running.progress,
            _ => 1.0,
        };
        print!("\rtraining  {}", chart::progress_bar(done, losses.last().copied()));
        std::io::stdout().flush()?;
    }
    let completed = progress.wait().await?;
    println!("\n\n{}", chart::curve("loss", &losses));
    Ok(completed.created_state_id)
}

/// A tensor for each sample, all of them in one array.
fn features(samples: &[Sample]) -> Result<Vec<Tensor>> {
    let columns = samples.first().map_or(0, |sample| sample.features.len());
    let values: Vec<f32> = samples.iter().flat_map(|sample| &sample.features).copied().collect();
    Ok(Tensor::new([samples.len(), columns], values)?.rows()?)
}

/// The share of samples whose likeliest class is their own.
async fn accuracy(client: &Client, model_id: &str, samples: &[Sample]) -> Result<f64> {
    let x = ParameterProvider::new("x", features(samples)?);
    let evaluated = client.model().evaluate(model_id, [x]).await?.into_result()?;
    let output = evaluated.output.first().ok_or("the model gave no output")?;
    let mut right = 0_u32;
    for (sample, prediction) in samples.iter().zip(&output.data) {
        let chances: Vec<f32> = prediction.to_vec()?;
        let likeliest =
            chances.iter().enumerate().max_by(|left, right| left.1.total_cmp(right.1)).map(|(class, _)| class);
        right += u32::from(likeliest == Some(sample.class as usize));
    }
    Ok(f64::from(right) / samples.len() as f64)
}

fn launcher() -> ExecutionLocation {
    ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 512))
}
