//! Calls of methods.

use clap::ArgMatches;
use decthings::Client;
use decthings::runtime::{DynamicCall, DynamicOperation, TransferProgress, Value};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Format, Output};
use crate::request::{self, Request};
use crate::{connect, follow, output};

/// Transfers of fewer bytes show no progress.
const MIN_SHOWN: u64 = 1 << 20;

/// Calls a method, and prints its result.
pub(crate) async fn run(matches: &ArgMatches, operation: &'static DynamicOperation) -> Result<(), Failure> {
    let is_set = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or_default();
    let mut output = Output::new(matches)?;
    let request = request::read(matches, operation)?;
    if is_set("dry-run") {
        return dry_run(operation, request, &output);
    }
    let client = connect::client(matches)?;
    if is_set("all") {
        return all(&client, operation, request, &mut output).await;
    }
    if is_set("follow") || is_set("stdio") {
        let call = operation.prepare(&client, request.message)?;
        return follow::events(&client, operation, call, &output, is_set("stdio")).await;
    }
    let bar = ProgressBar::hidden();
    let mut call = operation.prepare(&client, request.message)?.on_progress(show(&bar));
    if let Some(folder) = &output.save {
        call = call.blobs_to_files(folder);
    }
    if operation.work().is_some() {
        return follow::work(operation, call, &output, is_set("watch")).await;
    }
    let result = call.send().await;
    bar.finish_and_clear();
    output.print(result?).await
}

/// Shows the progress of a large transfer on a terminal.
fn show(bar: &ProgressBar) -> impl Fn(TransferProgress) + Send + Sync + 'static {
    let bar = bar.clone();
    move |transferred| {
        let to_receive = transferred.to_receive.unwrap_or(transferred.received);
        let (done, total) = if transferred.received > 0 {
            (transferred.received, to_receive)
        } else {
            (transferred.sent, transferred.to_send)
        };
        if total < MIN_SHOWN {
            return;
        }
        if bar.is_hidden() {
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}")
            {
                bar.set_style(style);
            }
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        bar.set_length(total);
        bar.set_position(done);
    }
}

/// Prints the items of all pages, as they come.
async fn all(
    client: &Client,
    operation: &DynamicOperation,
    request: Request,
    output: &mut Output,
) -> Result<(), Failure> {
    let limit = operation.pages().and_then(|pages| request.message.json.get(pages.limit)?.as_u64());
    let mut items = operation.prepare(client, request.message)?.items()?;
    let mut left = limit.unwrap_or(u64::MAX);
    while left > 0 {
        let Some(item) = items.next().await else { break };
        output.item(item?).await?;
        left = left.saturating_sub(1);
    }
    output.flush()
}

/// Prints a request instead of sending it.
fn dry_run(operation: &DynamicOperation, request: Request, output: &Output) -> Result<(), Failure> {
    let Request { message, attached } = request;
    // It is not sent, so it does not matter to whom.
    let call: DynamicCall = operation.prepare(&Client::builder().build().map_err(Failure::usage)?, message)?;
    let frame = call.frame()?;
    let head: Value = serde_json::from_slice(frame.json()).map_err(std::io::Error::other)?;
    let method = operation.method();
    let sources = attached.iter().map(|attached| json!({"from": attached.file, "what": attached.what}));
    let shown = json!({
        "method": format!("{}.{}", method.service, method.name),
        "json": head,
        "blobs": frame.blob_lens(),
        "sources": sources.collect::<Vec<_>>(),
    });
    if output.format == Format::Table {
        output::write(format!("{}.{}\n", method.service, method.name).as_bytes())?;
        let json = serde_json::to_string_pretty(&head).map_err(std::io::Error::other)?;
        output::write(format!("{json}\n").as_bytes())?;
        for (index, len) in frame.blob_lens().iter().enumerate() {
            output::write(format!("blob {index}: {len} bytes\n").as_bytes())?;
        }
        for attached in &attached {
            output::write(format!("from {}: {}\n", attached.file, attached.what).as_bytes())?;
        }
        return Ok(());
    }
    output.value(&shown)
}
