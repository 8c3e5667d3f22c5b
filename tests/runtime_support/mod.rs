//! The tests by subject, and what they share.

mod answers;
mod bulk;
mod by_name;
mod calls;
mod depth;
mod doubles;
mod environment;
mod errors;
mod faults;
mod in_process;
mod invalid;
mod key;
mod large;
mod limits;
mod refusals;
mod resets;
mod retries;
mod seams;
mod server;
mod service;
mod traces;
mod transfers;
mod trees;

use std::time::Duration;

use decthings::Client;
use decthings::Error;
use decthings::RetryPolicy;
use decthings::api::model::{GetModelStateError, GetModelStateRequest};
use decthings::api::types::StateData;
use decthings_tests::{KEY, tell};

use self::server::Server;

/// No step of a test takes longer; a hang is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

type Outcome = Result<StateData, Error<GetModelStateError>>;

/// Waits, but not for ever.
async fn soon<T>(future: impl IntoFuture<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future.into_future()).await.expect("the test hangs")
}

/// Makes one attempt, so that what a server does is seen as it is.
fn client(server: &Server) -> Client {
    Client::builder().http_url(server.url()).api_key(KEY).retry(RetryPolicy::off()).build().unwrap()
}

/// A call that is safe to repeat and gets bytes.
async fn ask(client: &Client) -> Outcome {
    let outcome = soon(client.model().get_model_state("m")).await;
    tell(&outcome);
    tell(&outcome.as_ref().err().map(ToString::to_string));
    outcome
}

/// What a server answers that has understood [`ask`]: the frame around one key, `w`.
fn good(bytes: &[u8]) -> Vec<u8> {
    server::frame(r#"{"result":{"stateKeyNames":["w"]}}"#, &[bytes])
}

/// The bytes of the key `w`.
fn bytes_of(outcome: &Outcome) -> &[u8] {
    &outcome.as_ref().unwrap().data[0].data
}

/// The method that [`ask`] calls.
fn asked() -> &'static decthings::runtime::Method {
    <GetModelStateRequest as decthings::runtime::Operation>::METHOD
}
