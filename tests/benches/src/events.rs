//! Events on the WebSocket: how many a second reach a reader.

use std::hint::black_box;

use anyhow::{Context, Result, ensure};
use bytes::{BufMut, Bytes, BytesMut};
use decthings::{Client, Update};
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::contender::Contender::{self, Bare, Floor, Official, Ours};
use crate::floor::{Event, read_event};
use crate::frames;
use crate::measure::{Meter, Sample, in_turn};
use crate::server::Server;
use crate::table::Table;

/// Bytes of each event.
const DATA: usize = 64;

pub fn measure(table: &mut Table, server: &Server, quick: bool) -> Result<()> {
    let (count, rounds) = if quick { (1_000, 1) } else { (200_000, 5) };
    let samples = in_turn(&format!("events={count}"), &[Ours, Floor, Bare], server.websocket(), rounds)?;
    let rate =
        |samples: &[Sample]| -> Vec<f64> { samples.iter().map(|sample| count as f64 / sample.seconds).collect() };
    let cpu = |samples: &[Sample]| -> Vec<f64> {
        samples.iter().map(|sample| sample.cpu_seconds / count as f64 * 1e9).collect()
    };
    let [ours, floor, bare] = &samples[..] else { unreachable!("one for each") };
    table
        .row(&format!("events of {DATA} bytes to a stream: rate"), "events/s", rate(ours))
        .beside("floor", rate(floor), "≥ 0.9")
        .beside("bare tungstenite, counting bytes", rate(bare), "≥ 0.4");
    table
        .row(&format!("events of {DATA} bytes to a stream: client's processor time"), "ns an event", cpu(ours))
        .beside("floor", cpu(floor), "")
        .beside("bare tungstenite, counting bytes", cpu(bare), "");
    Ok(())
}

/// Reads so many events.
#[tokio::main(flavor = "current_thread")]
pub async fn run(contender: Contender, url: &str, count: usize) -> Result<Sample> {
    // The session's id says how many events to send.
    let id = count.to_string();
    match contender {
        Ours => {
            let client = Client::builder()
                .http_url(url.replacen("ws", "http", 1))
                .websocket_url(url)
                .event_buffer(count + 1)
                .build()?;
            let meter = Meter::start();
            let mut events = client.terminal().subscribe_to_events(&id).subscribe().await?;
            let mut seen = 0;
            while let Some(update) = events.next().await {
                match update {
                    Update::Event(_) => seen += 1,
                    Update::Ended(_) => break,
                    other => anyhow::bail!("{other:?}"),
                }
            }
            ensure!(seen == count + 1, "{seen} events");
            Ok(meter.stop())
        }
        Bare => {
            let meter = Meter::start();
            let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
            socket.send(Message::Binary(request(&id))).await?;
            let mut bytes = 0;
            // The response, the events, and the end.
            for _ in 0..count + 2 {
                bytes += socket.next().await.context("the server is gone")??.len();
            }
            ensure!(bytes > count * DATA, "{bytes} bytes");
            Ok(meter.stop())
        }
        Floor => {
            let meter = Meter::start();
            let (mut socket, _) = tokio_tungstenite::connect_async(url).await?;
            socket.send(Message::Binary(request(&id))).await?;
            let (mut seen, mut bytes) = (0, 0);
            loop {
                let message = socket.next().await.context("the server is gone")??;
                match black_box(read_event(message.into_data())?) {
                    // The response.
                    None => {}
                    Some(Event::Data { data, .. }) => {
                        seen += 1;
                        bytes += data.len();
                    }
                    Some(Event::Exit { .. }) => break,
                }
            }
            ensure!(seen == count && bytes == count * DATA, "{seen} events of {bytes} bytes");
            Ok(meter.stop())
        }
        Official => anyhow::bail!("delivers events to a function, and not to a stream"),
    }
}

fn request(id: &str) -> Bytes {
    let json = format!(r#"{{"api":"Terminal","method":"subscribeToEvents","params":{{"terminalSessionId":"{id}"}}}}"#);
    let mut message = BytesMut::new();
    message.put_u32(0);
    message.put_u8(0);
    message.extend(frames::varint(json.len() as u64));
    message.put(json.as_bytes());
    message.freeze()
}

/// The response to a message that subscribes, and how many events it asks for.
pub fn subscribed(message: &[u8]) -> (Bytes, usize) {
    let text = String::from_utf8_lossy(message);
    let json = text.find('{').and_then(|at| serde_json::from_str::<Value>(text.get(at..)?).ok()).unwrap_or_default();
    let count = json["params"]["terminalSessionId"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
    let mut response = BytesMut::new();
    response.put_u8(0);
    response.extend_from_slice(message.get(..4).unwrap_or(&[0; 4]));
    response.extend(frames::response(r#"{"result":{}}"#));
    (response.freeze(), count)
}

/// A message with data of the session with this number as id.
pub fn event(id: usize) -> Bytes {
    let mut message = event_message(id, "data", "");
    message.extend(frames::varint(DATA as u64));
    message.extend([7; DATA]);
    message.freeze()
}

/// The message with the session's end.
pub fn end(id: usize) -> Bytes {
    event_message(id, "exit", r#","reason":{"code":"terminated_on_request"}"#).freeze()
}

fn event_message(id: usize, name: &str, more: &str) -> BytesMut {
    let json = format!(r#"{{"event":"{name}","params":{{"terminalSessionId":"{id}"{more}}}}}"#);
    let mut message = BytesMut::new();
    message.put_u8(1);
    message.put_u8(8);
    message.put(&b"Terminal"[..]);
    message.extend(frames::response(&json));
    message
}
