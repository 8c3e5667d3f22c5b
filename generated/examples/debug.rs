//! Calls the functions of a model one by one in a debug session, and shows what its code prints.

mod common;

use decthings::api::debug::{DebugEvent, StateSource};
use decthings::types::ParameterProvider;
use decthings::{Tensor, Update};

#[tokio::main]
async fn main() -> common::Result {
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "debug").await?;

    let mut session = client.debug().launch_debug_session(&model_id, common::launcher()).subscribe().await?;
    while let Some(update) = session.next().await {
        match update {
            Update::Event(DebugEvent::Stdout(printed)) => {
                print!("{}", String::from_utf8_lossy(printed.data.as_bytes()?))
            }
            Update::Event(DebugEvent::Initialized(_)) => break,
            other => return Err(format!("the session did not start: {other:?}").into()),
        }
    }

    let state = session.call_create_model_state(common::sizes()).await?;
    let instance = session.call_instantiate_model(StateSource::data_id(&state.data_id)).await?;
    let point = ParameterProvider::new("x", vec![Tensor::from([0.5_f32, -1.5])]);
    let result = session.call_evaluate(&instance.instantiated_model_id, [point]).await?;
    println!("{:#?}", result.output);

    session.terminate_debug_session().await?;
    while let Some(update) = session.next().await {
        match update {
            Update::Event(DebugEvent::Stdout(printed)) => {
                print!("{}", String::from_utf8_lossy(printed.data.as_bytes()?))
            }
            Update::Event(DebugEvent::Exit(exit)) => println!("the session has ended: {:?}", exit.reason),
            _ => {}
        }
    }
    Ok(())
}
