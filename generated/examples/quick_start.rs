//! The shortest way to a model's output.

mod common;

use decthings::Tensor;
use decthings::types::ParameterProvider;

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?; // at home: Client::from_env()?
    let model_id = common::new_model(&client, "quick-start").await?;
    let point = ParameterProvider::new("x", vec![Tensor::from([0.5_f32, -1.5])]);
    let evaluated = client.model().evaluate(&model_id, [point]).await?.into_result()?;
    println!("{:#?}", evaluated.output);
    Ok(())
}
