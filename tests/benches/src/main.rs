//! This client beside bare libraries and the official client, measured in one run.
//!
//! Without arguments it measures everything and prints a table as Markdown. Contenders take turns, so that a machine
//! whose speed drifts slows all of them; each one that goes over a socket runs in a process of its own, so that its
//! memory and processor time are its own. What one such process does is one of this program's own commands.

mod codec;
mod contender;
mod entries;
mod events;
mod floor;
mod frames;
mod measure;
mod models;
mod options;
mod overhead;
mod repeat;
mod server;
mod table;
mod train;
mod transfers;

use anyhow::{Result, bail};

use crate::contender::Contender;
use crate::options::Options;
use crate::server::Server;
use crate::table::Table;

/// Adds the rows of a group to the table; with little data and one round if the last is set.
type Measure = fn(&mut Table, &Server, bool) -> Result<()>;

/// Rows that are measured together, by the name that `--only` knows.
const GROUPS: [(&str, Measure); 7] = [
    ("codec", codec::measure),
    ("overhead", overhead::measure),
    ("transfers", transfers::measure),
    ("train", train::measure),
    ("entries", entries::measure),
    ("models", models::measure),
    ("events", events::measure),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [job, contender, url] if !job.starts_with('-') => work(job, contender.parse()?, url),
        _ => measure(&Options::parse(&arguments, &GROUPS.map(|(name, _)| name))?),
    }
}

/// Measures in this process and in others.
fn measure(options: &Options) -> Result<()> {
    let mut table = Table::default();
    let server = Server::start()?;
    for (_, measure) in GROUPS.iter().filter(|(name, _)| options.wants(name)) {
        measure(&mut table, &server, options.quick)?;
    }
    print!("{table}");
    Ok(())
}

/// What a process of one contender does: it prints what it measured as a line of JSON.
fn work(job: &str, contender: Contender, url: &str) -> Result<()> {
    let (job, size) = job.split_once('=').unwrap_or((job, "1"));
    let size: usize = size.parse()?;
    let sample = match job {
        "upload" => transfers::upload(contender, url, size)?,
        "download" => transfers::download(contender, url, size)?,
        "train" => train::run(contender, url, size)?,
        "entries" => entries::run(contender, url, size)?,
        "models" => models::run(contender, url, size)?,
        "events" => events::run(contender, url, size)?,
        _ => bail!("there is no job {job}"),
    };
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}
