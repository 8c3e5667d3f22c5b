//! Uses the client without async code.

mod common;

use decthings::blocking;

fn main() -> common::Result {
    let (client, _server) = blocking::wait(common::connect())??;
    for name in ["first", "second"] {
        blocking::wait(common::new_model(&client, name))??;
    }

    println!("there are {} models", client.model().get_models().total_blocking()?);
    for model in client.model().get_models().items_blocking()? {
        let model = model?;
        let state = client.model().get_model_state(&model.id).send_blocking()?;
        println!("  {}, with a state of {} keys", model.name, state.data.len());
    }
    Ok(())
}
