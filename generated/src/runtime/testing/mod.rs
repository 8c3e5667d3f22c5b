//! Doubles of the service for tests of one's own: answers from a [`Script`], or calls that a [`Recorder`] wrote to a
//! file and a [`Cassette`] plays back. Nothing here uses the network but the recorder.
//!
//! ```
//! use decthings::api::model::{DeleteModelError, DeleteModelRequest, TrainRequest, TrainResult};
//! use decthings::Client;
//! use decthings::testing::Script;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let script = Script::new()
//!     .answer::<TrainRequest>(Ok(TrainResult::new("session")))
//!     .answer::<DeleteModelRequest>(Err(DeleteModelError::ModelNotFound));
//! let client = Client::builder().transport(script.clone()).build()?;
//! # let launcher = decthings::types::ExecutionLocation::temporary_launcher(decthings::types::LauncherSpec::new(2.0, 1024));
//!
//! // What is to be tested:
//! client.model().train("model", "state", [], launcher).await?;
//! let error = client.model().delete_model("model").await.unwrap_err();
//!
//! assert_eq!(error.code(), Some("model_not_found"));
//! assert_eq!(script.calls()[0].request::<TrainRequest>()?.new_state_name, "state");
//! script.check()?;
//! # Ok(()) }
//! ```
//!
//! Whole services are doubled with their traits and `ClientBuilder::service`.

mod cassette;
mod recorder;
mod script;
mod track;

pub use cassette::Cassette;
pub use recorder::Recorder;
pub use script::{Script, ScriptError, ScriptedCall};
