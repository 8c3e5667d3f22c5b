//! This client beside bare libraries and the official client, measured in one run.
//!
//! Without arguments it measures everything and prints a table as Markdown. Contenders take turns, so that a machine
//! whose speed drifts slows all of them; each one that goes over a socket runs in a process of its own, so that its
//! memory and processor time are its own. What one such process does is one of this program's own commands.

mod codec;
mod contender;
mod events;
mod frames;
mod measure;
mod server;
mod small_calls;
mod table;
mod transfers;

use anyhow::{Result, bail};

use crate::contender::Contender;
use crate::table::Table;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => all(false),
        ["--quick"] => all(true),
        [job, contender, url] => work(job, contender.parse()?, url),
        _ => bail!("usage: decthings-benches [--quick]"),
    }
}

/// Everything, in this process and in others; `quick` shows that it works, and no figures to quote.
fn all(quick: bool) -> Result<()> {
    let mut table = Table::default();
    codec::measure(&mut table, quick)?;
    let server = server::Server::start()?;
    transfers::measure(&mut table, &server, quick)?;
    small_calls::measure(&mut table, &server, quick)?;
    events::measure(&mut table, &server, quick)?;
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
        "calls" => small_calls::run(contender, url, size)?,
        "events" => events::run(contender, url, size)?,
        _ => bail!("there is no job {job}"),
    };
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}
