//! What the tests of the local server share.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use decthings::api::model::{CreateStateResult, ModelOptions, ModelOptionsCode, TrainingStatus};
use decthings::runtime::ErrorCode;
use decthings::types::{
    EvaluationResult, EvaluationSucceeded, ExecutionLocation, LauncherSpec, ModelLanguage, ParameterProvider,
};
use decthings::{Client, Error, Tensor};
use decthings_local::{Local, LocalConfig, LocalServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Far longer than any test takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Any free port of this machine.
pub const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// Fails instead of hanging.
pub async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(TIMEOUT, test).await.expect("the test took too long")
}

/// A configuration with the key that logs are searched for.
pub fn config() -> LocalConfig {
    decthings_tests::keep_log();
    LocalConfig::new().key(decthings_tests::KEY)
}

/// A new server, and a client that calls it without a socket.
pub fn fresh(config: LocalConfig) -> (Arc<Local>, Client) {
    let local = Local::new(config);
    let client = Client::builder().service(local.router()).build().unwrap();
    (local, client)
}

pub fn client() -> Client {
    fresh(LocalConfig::new()).1
}

/// A server whose launchers never start, so that jobs stay in progress.
pub fn slow() -> (Arc<Local>, Client) {
    fresh(LocalConfig::new().launcher_startup(Duration::from_secs(3600)))
}

/// The error code of a rejected call; with the path for `invalid_parameter`, as `invalid_parameter keys[0].data`.
pub fn error_code<T: Debug, E: ErrorCode>(result: Result<T, Error<E>>) -> String {
    let error = result.unwrap_err().into_raw();
    let error = error.api().unwrap_or_else(|| panic!("not an API error: {error}"));
    match error.fields().get("parameterName") {
        Some(path) => format!("{} {}", error.code(), path.as_str().unwrap()),
        None => error.code().to_owned(),
    }
}

/// The error code of an invalid parameter.
pub fn invalid(path: &str) -> String {
    format!("invalid_parameter {path}")
}

/// Starts a server on a free port, with a client.
pub async fn start(config: LocalConfig) -> (LocalServer, Client) {
    let server = LocalServer::start(Local::new(config), LOOPBACK.into()).await.unwrap();
    let client = client_of(&server, server.key());
    (server, client)
}

/// A client of a server, over sockets.
pub fn client_of(server: &LocalServer, key: &str) -> Client {
    Client::builder().http_url(server.url()).api_key(key).build().unwrap()
}

/// Sends a raw request. Returns the status line and the body of the response.
pub async fn raw(server: &LocalServer, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    let response = String::from_utf8_lossy(&response).into_owned();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

pub fn launcher() -> ExecutionLocation {
    ExecutionLocation::temporary_launcher(LauncherSpec::new(1.0, 512))
}

/// A parameter of one tensor.
pub fn one(name: &str, tensor: impl Into<Tensor>) -> ParameterProvider {
    ParameterProvider::new(name, vec![tensor.into()])
}

/// A parameter of several tensors.
pub fn many(name: &str, tensors: impl IntoIterator<Item = Tensor>) -> ParameterProvider {
    ParameterProvider::new(name, tensors.into_iter().collect::<Vec<_>>())
}

/// Two features and two classes.
pub fn sizes() -> Vec<ParameterProvider> {
    vec![one("inputs", 2u32), one("outputs", 2u32), one("seed", 1u32)]
}

pub async fn new_model(client: &Client, name: &str, preset: &str) -> String {
    let options = ModelOptions::Code(ModelOptionsCode::new(ModelLanguage::Python).preset(preset));
    let created = client.model().create_model(name, "For a test.", options).await.unwrap();
    assert!(!created.is_now_creating);
    created.into_result().model_id
}

pub async fn new_state(client: &Client, model: &str, name: &str) -> String {
    let created = client.model().create_state(model, name, sizes(), launcher()).await.unwrap();
    match created {
        CreateStateResult::Success(success) => success.state_id,
        other => panic!("{other:?}"),
    }
}

/// The model with an id.
pub async fn get_model(client: &Client, model: &str) -> decthings::types::Model {
    let filter = decthings::types::ResourceFilter::new().ids([model]);
    client.model().get_models().filter(filter).await.unwrap().models.pop().unwrap()
}

/// Polls a training session until a condition holds.
pub async fn follow(
    client: &Client,
    model: &str,
    session: &str,
    done: impl Fn(&decthings::api::model::GetTrainingStatusResult) -> bool,
) -> TrainingStatus {
    loop {
        let status = client.model().get_training_status(model, session).await.unwrap();
        if done(&status) {
            return status.status;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits for the end of a training session.
pub async fn ended(client: &Client, model: &str, session: &str) -> TrainingStatus {
    let finished = |status: &TrainingStatus| matches!(status, TrainingStatus::Completed(_) | TrainingStatus::Failed(_));
    follow(client, model, session, |status| finished(&status.status)).await
}

pub fn succeeded(result: EvaluationResult) -> EvaluationSucceeded {
    match result {
        EvaluationResult::Success(success) => success,
        other => panic!("{other:?}"),
    }
}

/// Two interleaved half circles, which no straight line separates: samples and classes.
pub fn moons(count: usize, seed: u64) -> (Vec<Tensor>, Vec<Tensor>) {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u32 << 24) as f32
    };
    let sample = |index: usize| {
        let angle = std::f32::consts::PI * random();
        let (x, y) = (angle.cos(), angle.sin());
        let class = index % 2;
        let (x, y) = if class == 0 { (x, y) } else { (1.0 - x, 0.5 - y) };
        let noise = |value: f32| (value - 0.5) * 0.2;
        (Tensor::from([x + noise(random()), y + noise(random())]), Tensor::scalar(class as u8))
    };
    (0..count).map(sample).unzip()
}

/// The share of samples whose most likely class is the right one.
pub fn accuracy(prediction: &[Tensor], classes: &[Tensor]) -> f64 {
    assert_eq!(prediction.len(), classes.len());
    let right = |(prediction, class): (&Tensor, &Tensor)| {
        let shares = prediction.to_vec::<f32>().unwrap();
        let best = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b])).unwrap();
        best == usize::from(class.item::<u8>().unwrap())
    };
    prediction.iter().zip(classes).filter(|pair| right(*pair)).count() as f64 / classes.len() as f64
}
