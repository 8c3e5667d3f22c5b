//! Uploads a model in Python, trains it on this machine, shows its accuracy as it rises, and evaluates it.
//!
//! ```console
//! $ python3 -m venv .venv && .venv/bin/pip install decthings-model
//! $ DECTHINGS_PYTHON=.venv/bin/python cargo run --example own_model
//! ```
//!
//! The folder `images` beside it is another model, with a neural network of scikit-learn.

#[path = "../common/mod.rs"]
mod common;

use decthings::api::model::{ModelOptions, ModelOptionsCode};
use decthings::files::ModelFiles;
use decthings::types::{ModelLanguage, ParameterProvider};
use decthings::{Client, Tensor};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/own_model/model");

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Python));
    let model = client.model().create_model(common::unique("circle"), "Of an example.", options).await?;
    let model_id = model.into_result().model_id;
    ModelFiles::new(&client, &model_id).upload(FILES, "").await?;

    let created = client.model().create_state(&model_id, "untrained", [], common::launcher()).await?;
    match created.into_result() {
        Err(error) if std::env::var_os("DECTHINGS_PYTHON").is_none() => {
            println!("The model does not run: {error}");
            println!("Install the package decthings-model, and set DECTHINGS_PYTHON to the interpreter that has it.");
            return Ok(());
        }
        created => created?,
    };

    let state_id = train(&client, &model_id).await?;
    client.model().set_active_model_state(&model_id, &state_id).await?;
    for point in [[0.0_f32, 0.1], [0.9, 0.9]] {
        let points = ParameterProvider::new("points", vec![Tensor::from(point)]);
        let result = client.model().evaluate(&model_id, [points]).await?.into_result()?;
        let inside = result.output.first().and_then(|output| output.data.first()).ok_or("no output")?;
        println!("{point:?} is inside: {:.3}", inside.item::<f32>()?);
    }
    Ok(())
}

/// Trains, and returns the id of the new state.
async fn train(client: &Client, model_id: &str) -> common::Result<String> {
    let coordinates = (0..20_u8).map(|index| f32::from(index) / 10.0 - 0.95);
    let points: Vec<[f32; 2]> = coordinates.clone().flat_map(|x| coordinates.clone().map(move |y| [x, y])).collect();
    let is_inside = |[x, y]: &[f32; 2]| x.hypot(*y) < 0.7;
    let inside: Vec<Tensor> = points.iter().map(|point| Tensor::scalar(u8::from(is_inside(point)))).collect();
    let points: Vec<Tensor> = points.into_iter().map(Tensor::from).collect();
    let params = [ParameterProvider::new("points", points), ParameterProvider::new("inside", inside)];
    let training = client.model().train(model_id, "trained", params, common::launcher()).await?;

    let mut progress = training.progress();
    while let Some(update) = progress.next().await {
        if let Some(row) = update?.rows().into_iter().last() {
            for (name, entry) in row.values {
                println!("epoch {}: {name} {:.3}", row.step, entry.data.item::<f32>()?);
            }
        }
    }
    Ok(progress.wait().await?.created_state_id.clone())
}
