//! Data in bulk: datasets from and to files, and the files of models.
//!
//! | layer | contents |
//! |---|---|
//! | `files` | the files of models |
//! | `import`, `export` | entries of datasets, from and to files |
//! | `dataset`, `rows`, `journal` | what is known of a dataset, arrays in parts, records of unfinished work |

mod dataset;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod import;
mod journal;
mod rows;

use clap::{Arg, ArgAction, ArgMatches};

fn quiet() -> Arg {
    Arg::new("quiet").long("quiet").short('q').action(ArgAction::SetTrue).help("Print no progress")
}

fn restart() -> Arg {
    Arg::new("restart").long("restart").action(ArgAction::SetTrue).help("Forget what an earlier run has done")
}

fn required(matches: &ArgMatches, name: &str) -> String {
    matches.get_one::<String>(name).cloned().unwrap_or_default()
}
