//! `decthings dataset import`.
//!
//! Each call expects the version that the last one made, so that nothing of others comes between, and a lost response
//! does not add entries twice. Before each call, what it adds is recorded: see [`progress`].

mod cells;
mod csv;
mod images;
mod keys;
mod npz;
mod progress;
mod source;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use tokio::sync::mpsc;

use self::csv::Csv;
use self::images::ImageOptions;
use self::keys::KeyArgument;
use self::npz::Npz;
use self::progress::Import;
use self::source::{Batch, Batches, Source};
use super::dataset::Dataset;
use super::{quiet, required, restart};
use crate::connect;
use crate::console::{Progress, line};
use crate::failure::{Failure, Kind};

pub(crate) fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).value_parser(value_parser!(PathBuf))
    };
    Command::new("import")
        .about("Adds the entries of files to a dataset")
        .long_about(
            "Adds the entries of files to a dataset. Any size, in bounded memory.\n\n\
             An import that was interrupted continues where it stopped when the same command is run again. No entry is added \
             twice: each call expects the version of the dataset that the last one made, and a call without a response is \
             looked up in the dataset first. If others have changed the dataset meanwhile, the import fails.\n\n\
             CSV: the first row names the columns, and a column is the key of its name, unless --key says otherwise. \
             Images, sound, videos and bytes are given by the names of files, relative to the CSV file; so is a .npy file in \
             place of a number.",
        )
        .arg(Arg::new("id").value_name("ID").required(true).help("Id of the dataset"))
        .args([
            path("csv", "FILE", "CSV file with a row for each entry"),
            path("images", "DIR", "Folder of images, with a subfolder for each class"),
            path("npz", "FILE", "Archive of NumPy with an array for each key, whose first dimension is the entries"),
        ])
        .group(ArgGroup::new("source").args(["csv", "images", "npz"]).required(true))
        .args([
            Arg::new("key")
                .long("key")
                .value_name("NAME=COLUMNS[:TYPE]")
                .action(ArgAction::Append)
                .value_parser(KeyArgument::parse)
                .conflicts_with("npz")
                .help("Key of a column (label=class:string), or of a vector of several (x=a,b,c:f32) or one (x=a,)"),
            path("labels", "FILE", "CSV file with a row for each image: its file, then its other keys").requires("images"),
            Arg::new("image-key").long("image-key").value_name("NAME").requires("images").help("Key of the images"),
            Arg::new("label-key").long("label-key").value_name("NAME").requires("images").help("Key of the classes"),
            Arg::new("skip")
                .long("skip")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .help("Leave out the first entries of the source"),
            restart(),
            quiet(),
        ])
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let client = &connect::client(matches)?;
    let dataset = Dataset::fetch(client, &required(matches, "id")).await?;
    let is_quiet = matches.get_flag("quiet");
    let (path, mut source) = open(matches, &dataset, is_quiet)?;
    let skip = matches.get_one::<u64>("skip").copied().unwrap_or(0);
    source.skip(skip)?;
    let total = source.total();
    let mut import = Import::begin(client, dataset, &path, source.stamp()?, skip, matches.get_flag("restart"))?;
    let mut batches = Batches::new(source);
    import.resume(&mut batches).await?;
    let mut progress = Progress::new("entries", total, is_quiet);
    progress.resume_at(import.done());
    let (sender, mut receiver) = mpsc::channel(1);
    let reader = tokio::task::spawn_blocking(move || read(batches, &sender));
    while let Some(batch) = receiver.recv().await {
        let batch: Batch = batch.map_err(|failure| import.stopped(failure))?;
        let bytes = batch.bytes;
        import.add(batch).await?;
        progress.advance(import.done(), bytes);
    }
    reader.await.map_err(|error| Failure::new(Kind::Other, error))?;
    progress.finish();
    let (added, version) = import.finish()?;
    line(format!("added {added} entries; the dataset has the version {version}"))
}

/// Reads ahead while the last batch is sent.
fn read(mut batches: Batches, sender: &mpsc::Sender<Result<Batch, Failure>>) {
    loop {
        let batch = match batches.next(usize::MAX) {
            Ok(Some(batch)) => Ok(batch),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let is_last = batch.is_err();
        // Nobody receives any more when a call has failed.
        if sender.blocking_send(batch).is_err() || is_last {
            return;
        }
    }
}

/// Opens the source that was given; its path, by which a later run finds this one.
fn open(matches: &ArgMatches, dataset: &Dataset, is_quiet: bool) -> Result<(PathBuf, Box<dyn Source>), Failure> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).map(|path| canonical(path)).transpose();
    let given: Vec<KeyArgument> = matches.get_many("key").unwrap_or_default().cloned().collect();
    if let Some(path) = path("csv")? {
        let source = Csv::open(&path, None, dataset, |_| given)?;
        return Ok((path, Box::new(source)));
    }
    if let Some(path) = path("npz")? {
        let source = Npz::open(&path, dataset)?;
        return Ok((path, Box::new(source)));
    }
    let folder = path("images")?.unwrap_or_default();
    let labels = path("labels")?;
    let options = ImageOptions {
        image_key: matches.get_one::<String>("image-key").map(String::as_str),
        label_key: matches.get_one::<String>("label-key").map(String::as_str),
        labels: labels.as_deref(),
        keys: given,
    };
    let (source, classes) = images::open(&folder, dataset, options)?;
    if !classes.is_empty() && !is_quiet {
        line(format!("classes: {}", classes.join(", ")))?;
    }
    Ok((folder, source))
}

fn canonical(path: &Path) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
