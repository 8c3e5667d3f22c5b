//! Downloads the state of a model, which is what it has learned, and uploads it as a new one.

mod common;

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "state").await?;

    let downloaded = client.model().get_model_state(&model_id).await?;
    for entry in &downloaded.data {
        println!("{:<20} {:>6} bytes", entry.key, entry.data.len());
    }
    // To keep it, save each entry: `entry.data.save_as(path).await?`.

    let uploaded = client.model().upload_state(&model_id, "a copy", downloaded.data.clone()).await?;
    client.model().set_active_model_state(&model_id, &uploaded.state_id).await?;

    let copy = client.model().get_model_state(&model_id).await?;
    println!("the active state is the copy, and {} the original", if copy == downloaded { "equals" } else { "is not" });
    Ok(())
}
