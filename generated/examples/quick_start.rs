//! The shortest way to a model's output.

mod common;

use decthings::Tensor;
use decthings::types::{EvaluationResult, ParameterProvider};

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?; // at home: Client::from_env()?
    let model_id = common::new_model(&client, "quick-start").await?;
    let point = ParameterProvider::new("x", vec![Tensor::from([0.5_f32, -1.5])]);
    match client.model().evaluate(&model_id, [point]).await? {
        EvaluationResult::Success(success) => println!("{:#?}", success.output),
        failed => return Err(format!("the evaluation failed: {failed:?}").into()),
    }
    Ok(())
}
