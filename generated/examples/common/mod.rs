//! What the examples share.

#![allow(dead_code)] // not every example needs everything

use decthings::api::model::{ModelOptions, ModelOptionsCode};
use decthings::types::{ExecutionLocation, LauncherSpec, ModelLanguage, ParameterProvider};
use decthings::{Client, Tensor};
use decthings_local::{Local, LocalConfig, LocalServer};

pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A client for the server of the environment, or for one that is started here and lives until it is dropped.
pub async fn connect() -> Result<(Client, Option<LocalServer>)> {
    if ["DECTHINGS_API_KEY", "DECTHINGS_HTTP_URL"].iter().any(|name| std::env::var_os(name).is_some()) {
        return Ok((Client::from_env()?, None));
    }
    // Terminals and models in Python run programs of this machine, which must be allowed.
    let mut config = LocalConfig::new().allow_processes(true);
    if let Some(python) = std::env::var_os("DECTHINGS_PYTHON") {
        config = config.python(python);
    }
    let local = Local::new(config);
    let server = LocalServer::start(local, ([127, 0, 0, 1], 0).into()).await?;
    let client = Client::builder().http_url(server.url()).api_key(server.key()).build()?;
    Ok((client, Some(server)))
}

/// A name that no other run of an example uses.
pub fn unique(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// One processor and 512 MiB.
pub fn launcher() -> ExecutionLocation {
    ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 512))
}

/// A small neural network from two numbers to two classes, untrained; its id.
pub async fn new_model(client: &Client, name: &str) -> Result<String> {
    let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Rust).preset("mlp"));
    let model = client.model().create_model(unique(name), "Of an example.", options).await?;
    client.model().create_state(&model.model_id, "untrained", sizes(), launcher()).await?.into_result()?;
    Ok(model.into_result().model_id)
}

/// What a new state of that model is made of.
pub fn sizes() -> [ParameterProvider; 2] {
    ["inputs", "outputs"].map(|name| ParameterProvider::new(name, vec![Tensor::scalar(2_u32)]))
}
