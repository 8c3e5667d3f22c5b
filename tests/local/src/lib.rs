//! A local Decthings server, for development and tests, and as an example of the server side.
//!
//! It implements the API: datasets store entries, and models are trained and evaluated in the background, on the CPU. It
//! has built-in [presets], whose weights are the states of models. If [`LocalConfig::allow_processes`] permits it, models can
//! have code of their own instead. All data is in memory and is lost with the process, or it is in a folder and is kept: see
//! [`Local::open`].
//!
//! Models have filesystems, which snapshots freeze. Temporary and persistent launchers all run on this machine. The
//! caller is the user `local`; [`LocalConfig::user`] adds users that can be found and invited to organizations. Bills are
//! empty, and quotas are the [`Limits`].
//!
//! Debug sessions call single functions of a model. Their output and their end are events, which clients receive over
//! the WebSocket. `Spawned`, `Terminal` and `Language` run programs of this machine if [`LocalConfig::allow_processes`]
//! permits it: in a temporary folder with the files of the model, which are read back when the program has ended. The
//! files of other models are beside it, in folders with their ids.
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
//!
//! # Layers
//!
//! A module imports only from the layers below it, and each name from the file that defines it.
//!
//! | layer | what it has |
//! |---|---|
//! | `transport` | HTTP and WebSockets: routes, keys, limits, shutdown |
//! | `local` | the services together, as a router |
//! | `services` | the methods of the API, one file or folder per service |
//! | `runtimes` | the code of models that runs: presets, and the programs of models, with their protocol |
//! | `processes` | programs, and the folders that they run in |
//! | `context` | what services share: configuration, data, jobs, events |
//! | `store` | the data: datasets, models, launchers, users, organizations; changes of it |
//! | [`presets`] | the parameters of presets: from tensors to tables |
//! | `jobs` | background jobs, sessions, stop signals |
//! | `error` | the errors of all methods |
//! | `config` | configuration and limits |
//! | `workspace` | the folder for programs, which is cleaned up even if the server is killed |
//! | `filesystem` | the filesystems of models, and their copies on disk |
//! | `storage` | where the data is kept: in memory, or in a database and files |
//! | [`compute`] | training and evaluation |
//! | `util` | ids, times, locks |

pub mod compute;
mod config;
mod context;
mod error;
mod filesystem;
mod jobs;
mod local;
pub mod presets;
mod processes;
mod runtimes;
mod services;
mod storage;
mod store;
mod transport;
mod util;
mod workspace;

pub use config::{Limits, LocalConfig, LocalUser};
pub use local::Local;
pub use storage::error::OpenError;
pub use transport::server::{LocalServer, StartError};
