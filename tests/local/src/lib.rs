//! A Decthings on your own machine, for development, tests and as an example of the server side.
//!
//! It is no imitation with canned answers: datasets hold what is put in them, and models are trained and evaluated,
//! in the background, on the processor. What is missing is the code of models: instead of running any, it offers
//! built-in [presets], of which the weights are the state. Everything is kept in memory and is gone with the process.
//!
//! Models have filesystems, which snapshots freeze. Launchers, temporary or persistent, are all this machine. There is
//! one caller, the user `local`; other users, who can be found and invited to organizations, are configured with
//! [`LocalConfig::user`]. Nothing costs anything, so bills are empty, and quotas are the [`Limits`].
//!
//! Debug sessions call the functions of a preset one by one; what they print and how they end come as events, over
//! the WebSocket of the server. `Spawned`, `Terminal` and `Language` run programs of this machine, if
//! [`LocalConfig::allow_processes`] lets them: in a temporary folder with the files of the model (other models' files
//! are beside it, in folders named by their ids), which are read back when the program has ended.
//!
//! In the same process, without a socket:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use decthings::Client;
//! use decthings_local::{Local, LocalConfig};
//!
//! let local = Local::new(LocalConfig::new());
//! let client = Client::builder().service(local.router()).build()?;
//! assert_eq!(client.model().get_models().await?.total, 0);
//! local.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! As a server, which `cargo run -p decthings-local` starts too:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use decthings::Client;
//! use decthings_local::{Local, LocalConfig, LocalServer};
//!
//! let local = Local::new(LocalConfig::new());
//! let server = LocalServer::start(local, ([127, 0, 0, 1], 0).into()).await?;
//! let client = Client::builder().http_url(server.url()).api_key(server.key()).build()?;
//! assert_eq!(client.dataset().get_datasets().await?.total, 0);
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```

pub mod compute;
mod config;
mod context;
mod error;
mod filesystem;
mod jobs;
mod local;
pub mod presets;
mod processes;
mod services;
mod store;
mod transport;
mod util;

pub use config::{Limits, LocalConfig, LocalUser};
pub use local::Local;
pub use transport::server::{LocalServer, StartError};
