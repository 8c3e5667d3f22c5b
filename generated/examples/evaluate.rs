//! Evaluates many samples, a batch a call.

mod common;

use decthings::Tensor;
use decthings::types::ParameterProvider;

/// All samples of a call are in memory at once, and so are their predictions.
const BATCH: usize = 200;

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "evaluate").await?;
    let points: Vec<f32> = (0_u16..500).flat_map(|i| [f32::from(i).sin(), f32::from(i).cos()]).collect();
    let samples = Tensor::new([500, 2], points)?.rows()?;

    let mut first_class = 0_usize;
    for batch in samples.chunks(BATCH) {
        let params = [ParameterProvider::new("x", batch.to_vec())];
        let evaluated = client.model().evaluate(&model_id, params).await?.into_result()?;
        let output = evaluated.output.first().ok_or("the model gave no output")?;
        let predictions = Tensor::stack(&output.data)?;
        for chances in predictions.view::<f32>()?.chunks(2) {
            first_class = first_class.saturating_add(usize::from(chances.first() > chances.get(1)));
        }
        println!("{:>3} predictions in a batch", output.data.len());
    }
    println!("{first_class} of {} samples are more likely of the first class", samples.len());
    Ok(())
}
