//! Data in bulk: datasets from and to files, and the files of models.
//!
//! | layer | contents |
//! |---|---|
//! | `files` | the files of models |
//! | `import`, `export` | entries of datasets, from and to files |
//! | `dataset`, `rows`, `journal` | what is known of a dataset, arrays in parts, records of unfinished work |

mod dataset;
mod export;
pub(crate) mod files;
mod import;
mod journal;
mod rows;

use clap::{Arg, ArgAction, ArgMatches, Command};
use decthings::Client;

use crate::failure::Failure;

/// The commands below `dataset`.
pub(crate) fn dataset_commands() -> [Command; 2] {
    [import::command(), export::command()]
}

/// Runs one of the commands below `dataset`.
pub(crate) async fn run_dataset(name: &str, matches: &ArgMatches, client: &Client) -> Result<(), Failure> {
    match name {
        "import" => import::run(matches, client).await,
        _ => export::run(matches, client).await,
    }
}

fn quiet() -> Arg {
    Arg::new("quiet").long("quiet").short('q').action(ArgAction::SetTrue).help("Print no progress")
}

fn restart() -> Arg {
    Arg::new("restart").long("restart").action(ArgAction::SetTrue).help("Forget what an earlier run has done")
}

fn required(matches: &ArgMatches, name: &str) -> String {
    matches.get_one::<String>(name).cloned().unwrap_or_default()
}
