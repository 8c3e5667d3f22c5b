//! What several tests of calls share.

use std::time::Duration;

use decthings::api::model::{GetModelStateError, GetModelStateRequest};
use decthings::api::types::StateData;
use decthings::runtime::{Method, Operation};
use decthings::{Client, Error, RetryPolicy, Router};
use decthings_tests::codec::join_response;
use decthings_tests::server::Server;
use decthings_tests::{KEY, log_value, soon};

/// Long enough for loopback to respond, short enough to wait for.
pub const MOMENT: Duration = Duration::from_millis(150);

/// What [`get_state`] returns.
pub type StateResult = Result<StateData, Error<GetModelStateError>>;

/// A client that makes one attempt, so that a test sees each response of the server.
pub fn client(server: &Server) -> Client {
    Client::builder().http_url(server.url()).api_key(KEY).retry(RetryPolicy::off()).build().unwrap()
}

/// A client whose calls go to services in this process.
pub fn in_process(router: Router) -> Client {
    Client::builder().service(router).build().unwrap()
}

/// Makes a call that is safe to repeat and gets bytes.
pub async fn get_state(client: &Client) -> StateResult {
    let result = soon(client.model().get_model_state("m")).await;
    log_value(&result);
    log_value(&result.as_ref().err().map(ToString::to_string));
    result
}

/// The method that [`get_state`] calls.
pub fn get_state_method() -> &'static Method {
    GetModelStateRequest::METHOD
}

/// The frame of a response.
pub fn frame(json: &str, blobs: &[&[u8]]) -> Vec<u8> {
    join_response(json, blobs)
}

/// The frame of a successful response to [`get_state`]: a state with these bytes under the key `w`.
pub fn state_frame(bytes: &[u8]) -> Vec<u8> {
    frame(r#"{"result":{"stateKeyNames":["w"]}}"#, &[bytes])
}

/// The bytes under the first key.
pub fn state_bytes(result: &StateResult) -> &[u8] {
    result.as_ref().unwrap().data[0].data.as_bytes().unwrap()
}

/// The numbers below `end`.
pub fn upto(end: u32) -> Vec<u32> {
    (0..end).collect()
}
