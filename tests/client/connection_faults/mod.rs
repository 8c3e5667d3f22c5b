//! Connections that fail at any byte of a call: what is not idempotent is executed at most once, a call that succeeds has
//! the right result, and every call ends.

mod every_byte;
mod retries;

use std::time::Duration;

use decthings::api::model::{TrainError, TrainResult};
use decthings::types::{ExecutionLocation, LauncherSpec, ParameterProvider};
use decthings::{Client, Error, RetryPolicy, Tensor, Waiter};
use decthings_tests::server::{Direction, Fault, FaultKind};

use super::support::frame;

/// The response to [`train`].
fn trained() -> Vec<u8> {
    frame(r#"{"result":{"trainingSessionId":"t"}}"#, &[])
}

/// A call that must not be sent again, with a tensor of this length.
async fn train(client: &Client, len: usize) -> Result<TrainResult, Error<TrainError>> {
    let data = Tensor::from(vec![1.0_f32; len]);
    let launcher = ExecutionLocation::temporary_launcher(LauncherSpec::new(2.0, 4096));
    let call = client.model().train("m", "n", [ParameterProvider::new("x", vec![data])], launcher);
    call.await.map(Waiter::into_result)
}

fn retry(attempts: u32) -> RetryPolicy {
    RetryPolicy::new().max_attempts(attempts).delays(Duration::ZERO, Duration::ZERO)
}

fn fault(direction: Direction, at: usize, kind: FaultKind) -> Fault {
    Fault { direction, at, kind }
}
