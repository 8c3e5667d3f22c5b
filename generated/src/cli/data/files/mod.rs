//! `decthings files`: the files of a model, from and to a folder.

mod plan;
mod sync;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use decthings::files::{FilesError, FilesProgress, ModelFiles};

use self::sync::Sync;
use super::{quiet, required};
use crate::connect;
use crate::console::{Progress, line};
use crate::failure::{Failure, Kind};

pub(crate) fn command() -> Command {
    let model = || Arg::new("model").value_name("MODEL").required(true).help("Id of the model");
    let folder = || Arg::new("dir").value_name("DIR").required(true).value_parser(value_parser!(PathBuf));
    let path = |name: &'static str| {
        Arg::new(name).long(name).value_name("PATH").value_parser(inner_path).default_value("").hide_default_value(true)
    };
    let to = || path("to").help("Folder of the model, made if its parent exists; by default the root");
    Command::new("files").about("Copies files from and to a model").subcommand_required(true).subcommands([
        Command::new("push")
            .about("Copies a folder to a model")
            .long_about(
                "Copies the contents of a folder, with permissions and symbolic links, to a model. Other files of the model \
                 are kept.",
            )
            .args([model(), folder().help("Folder to copy"), to(), quiet()]),
        Command::new("pull")
            .about("Copies the files of a model to a folder")
            .long_about(
                "Copies the files of a model, with permissions and symbolic links, to a folder, which is made if its parent \
                 exists. Other files in the folder are kept, and nothing is written outside of it.",
            )
            .args([
                model(),
                folder().help("Folder to copy to"),
                path("from").help("Folder of the model; by default the root"),
                Arg::new("snapshot").long("snapshot").value_name("ID").help("Copy the files of a snapshot of the model"),
                quiet(),
            ]),
        Command::new("sync")
            .about("Makes the files of a model like those of a folder")
            .long_about(
                "Sends the files of a folder that differ from those of a model. Files are the same if they have the same size \
                 and the same time of the last change, which is sent with them; so the first sync after a push sends all.",
            )
            .args([
                model(),
                folder().help("Folder to send"),
                to(),
                Arg::new("delete")
                    .long("delete")
                    .action(ArgAction::SetTrue)
                    .help("Delete files of the model that are not in the folder"),
                Arg::new("dry-run").long("dry-run").short('n').action(ArgAction::SetTrue).help("Only list what would be done"),
                quiet(),
            ]),
    ])
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let client = &connect::client(matches)?;
    let (model, folder) = (required(matches, "model"), matches.get_one::<PathBuf>("dir").cloned().unwrap_or_default());
    let is_quiet = matches.get_flag("quiet");
    let files = ModelFiles::new(client, &model);
    if name != "pull" && !folder.is_dir() {
        return Err(Failure::usage(format!("{} is no folder", folder.display())));
    }
    match name {
        "push" => {
            let done = reporting(files, is_quiet).upload(&folder, &required(matches, "to")).await?;
            line(format!("sent {}", shown(done)))
        }
        "pull" => {
            let files = match matches.get_one::<String>("snapshot") {
                Some(snapshot) => files.snapshot_id(snapshot),
                None => files,
            };
            let done = reporting(files, is_quiet).download(&required(matches, "from"), &folder).await?;
            line(format!("received {}", shown(done)))
        }
        _ => {
            let sync = Sync::new(client, &model, required(matches, "to"));
            let (deletes, is_dry) = (matches.get_flag("delete"), matches.get_flag("dry-run"));
            sync.run(&folder, deletes, is_dry, is_quiet).await
        }
    }
}

/// Shows the progress of a transfer.
fn reporting(files: ModelFiles, is_quiet: bool) -> ModelFiles {
    let progress = Mutex::new((Progress::new("files", None, is_quiet), 0));
    files.on_progress(move |done| {
        let (progress, before) = &mut *progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.advance(done.files, done.bytes.saturating_sub(*before));
        *before = done.bytes;
    })
}

fn shown(done: FilesProgress) -> String {
    format!("{} files, {}", done.files, indicatif::BinaryBytes(done.bytes))
}

/// A path in the filesystem of a model.
fn inner_path(text: &str) -> Result<String, String> {
    let path = text.trim_matches('/');
    if path.split('/').any(|name| matches!(name, "." | "..") || (name.is_empty() && !path.is_empty())) {
        return Err("a path has no names that are empty, `.` or `..`".to_owned());
    }
    Ok(path.to_owned())
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        let kind = match &error {
            FilesError::Api { error, .. } => Kind::of(error),
            _ => Kind::Other,
        };
        Self::new(kind, error)
    }
}
