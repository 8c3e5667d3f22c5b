//! `getEntries`: many small tensors in one response.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow, ensure};
use bytes::Bytes;
use decthings::Client;
use decthings::types::EntryRange;
use decthings_api::client::rpc::dataset::{EntriesToGet, EntriesToGetRange, GetEntriesParams};

use crate::contender::Contender::{self, Bare, Floor, Official, Ours};
use crate::measure::{Sample, in_turn};
use crate::repeat::repeat;
use crate::server::Server;
use crate::table::Table;
use crate::transfers::client_of_others;
use crate::{floor, frames};

const KEYS: [&str; 2] = ["image", "label"];
/// Elements of each tensor.
const ELEMENTS: usize = 2;
const FEW: usize = 100;
const MANY: usize = 10_000;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    let mut row = |entries: usize, what: &str, unit: &'static str, figure: &dyn Fn(&Sample) -> f64| {
        let samples = in_turn(&format!("entries={entries}"), &[Ours, Floor, Official], server.http(), rounds)?;
        let figures = |samples: &[Sample]| -> Vec<f64> { samples.iter().map(figure).collect() };
        let [ours, floor, official] = &samples[..] else { unreachable!("one for each") };
        let what = format!("`getEntries`, {entries} entries × {} keys of {ELEMENTS} f32: {what}", KEYS.len());
        let (own, aim) = if entries == MANY { ("≤ 120 ns", "") } else { ("", "≥ 1") };
        table.row(&what, unit, figures(ours)).aim(own).beside("floor", figures(floor), "").beside(
            "decthings-api",
            figures(official),
            aim,
        );
        Ok::<_, anyhow::Error>(())
    };
    row(FEW, "rate", "calls/s", &|sample| sample.calls.len() as f64 / sample.seconds)?;
    let tensors = |sample: &Sample| (sample.calls.len() * MANY * KEYS.len()) as f64;
    row(MANY, "client's processor time", "ns a tensor", &|sample| sample.cpu_seconds / tensors(sample) * 1e9)
}

/// Gets so many entries, again and again.
#[tokio::main(flavor = "current_thread")]
pub async fn run(contender: Contender, url: &str, entries: usize) -> Result<Sample> {
    let calls = if entries < MANY { 3_000 } else { 20 };
    let end = u32::try_from(entries)?;
    match contender {
        Ours => {
            let client = Client::builder().http_url(url).build()?;
            repeat(calls, 1, move || {
                let client = client.clone();
                async move {
                    let result = client.dataset().get_entries("dataset", EntryRange::new(0, end)).await?;
                    check(entries, black_box(&result).keys.iter().map(|key| key.data.len()))
                }
            })
            .await
        }
        Floor => {
            let client = floor::Floor::new(url)?;
            repeat(calls, 1, move || {
                let client = client.clone();
                async move {
                    let json = format!(r#"{{"datasetId":"dataset","entries":{{"start":0,"end":{end}}}}}"#);
                    let mut body = vec![0];
                    frames::put_varint(&mut body, json.len() as u64);
                    body.extend(json.as_bytes());
                    let (names, blobs) = client.call("Dataset/getEntries", body).await?;
                    let result = floor::read_entries(names, blobs)?;
                    check(entries, black_box(&result).keys.iter().map(|key| key.data.len()))
                }
            })
            .await
        }
        Official => {
            let client = Arc::new(client_of_others(url));
            repeat(calls, 1, move || {
                let client = client.clone();
                async move {
                    let result = client.dataset.get_entries(GetEntriesParams {
                        dataset_id: "dataset",
                        entries: EntriesToGet::Range(EntriesToGetRange { start: 0, end }),
                        dataset_version_id: None,
                    });
                    let result = result.await.map_err(|error| anyhow!("{error:?}"))?;
                    check(entries, black_box(&result).keys.iter().map(|key| key.data.len()))
                }
            })
            .await
        }
        Bare => anyhow::bail!("is not measured with entries"),
    }
}

/// Checks how many entries there are of each key.
fn check(entries: usize, mut keys: impl ExactSizeIterator<Item = usize>) -> Result<()> {
    ensure!(keys.len() == KEYS.len() && keys.all(|count| count == entries), "a wrong response");
    Ok(())
}

/// The response to a request for entries, which is made once.
pub fn response(request: &Bytes) -> Bytes {
    static RESPONSES: Mutex<BTreeMap<usize, Bytes>> = Mutex::new(BTreeMap::new());
    let text = String::from_utf8_lossy(request);
    let end = text.split_once(r#""end":"#).and_then(|(_, rest)| rest.split_once('}'));
    let entries = end.and_then(|(end, _)| end.parse().ok()).unwrap_or(1);
    let mut responses = RESPONSES.lock().unwrap_or_else(PoisonError::into_inner);
    responses.entry(entries).or_insert_with(|| make_response(entries)).clone()
}

fn make_response(entries: usize) -> Bytes {
    let indexes: Vec<usize> = (0..entries).collect();
    let json = serde_json::json!({"result": {"keys": KEYS, "indexes": indexes}}).to_string();
    let mut tensor = frames::tensor_head(ELEMENTS);
    tensor.extend([1.5f32; ELEMENTS].iter().flat_map(|value| value.to_le_bytes()));
    let mut blob = frames::varint(tensor.len() as u64);
    blob.extend(tensor);
    let mut body = Vec::from(frames::response(&json));
    body.extend(blob.repeat(entries * KEYS.len()));
    body.into()
}
