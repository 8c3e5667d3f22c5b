//! Test doubles of the service: a [`Script`] with predefined responses and events, a [`Cassette`] that replays the calls
//! that a [`Recorder`] wrote to a file, and a [`SocketListener`] for the messages of WebSockets. Only the recorder uses the
//! network.
//!
//! ```
//! use decthings::api::model::{DeleteModelError, DeleteModelRequest, TrainRequest, TrainResult};
//! use decthings::Client;
//! use decthings::testing::Script;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let script = Script::new()
//!     .respond::<TrainRequest>(Ok(TrainResult::new("session")))
//!     .respond::<DeleteModelRequest>(Err(DeleteModelError::ModelNotFound));
//! let client = Client::builder().script(&script).build()?;
//! # let launcher = decthings::types::ExecutionLocation::temporary_launcher(decthings::types::LauncherSpec::new(2.0, 1024));
//!
//! // The code under test:
//! client.model().train("model", "state", [], launcher).await?;
//! let error = client.model().delete_model("model").await.unwrap_err();
//!
//! assert_eq!(error.code(), Some("model_not_found"));
//! assert_eq!(script.calls()[0].request::<TrainRequest>()?.new_state_name, "state");
//! script.check()?;
//! # Ok(()) }
//! ```
//!
//! To replace whole services, implement their traits and use
//! [`ClientBuilder::service`](crate::ClientBuilder::service).

mod cassette;
mod double;
mod recorded_call;
mod script;
mod socket;

pub use cassette::{Cassette, Recorder};
pub use script::{Script, ScriptError, ScriptedCall};
pub use socket::{Socket, SocketListener};
