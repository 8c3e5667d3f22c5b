//! Frames and messages of all sizes, in any number of pieces.

use decthings::Error;
use decthings_tests::codec::response_message;
use decthings_tests::server::{Listener, RequestMessage, WebSocket};
use decthings_tests::soon;
use serde_json::json;

use super::support::{builder_of, client_of};
use super::talk::{Echo, echo};

const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const PING: u8 = 9;

/// The length from which on the client cuts frames, and the borders of the formats of lengths.
const SIZES: [usize; 13] =
    [100, 125, 126, 127, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 200_000, 262_144, 1_000_001];

/// A frame with this first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [header(first, payload.len() as u64), payload.to_vec()].concat()
}

fn header(first: u8, length: u64) -> Vec<u8> {
    match length {
        0..=125 => vec![first, length as u8],
        126..=0xffff => [&[first, 126], (length as u16).to_be_bytes().as_slice()].concat(),
        _ => [&[first, 127], length.to_be_bytes().as_slice()].concat(),
    }
}

/// A response to `Talk.echo` of exactly this size.
fn response(request: &RequestMessage, size: usize) -> Vec<u8> {
    let make = |blob| response_message(request.id, json!({"result": {"text": "x"}}), &[&pattern(blob)]);
    let more = (0..size).rev().take(64).find(|blob| make(*blob).len() <= size).unwrap();
    let mut message = make(more);
    if message.len() < size {
        // The length of the blob has no form that fits; white space in the JSON takes the rest.
        let text = format!("{}{}", json!({"result": {"text": "x"}}), " ".repeat(size - message.len()));
        message = response_message(request.id, text, &[&pattern(more)]);
    }
    assert_eq!(message.len(), size);
    message
}

/// Bytes of which no two parts look the same.
fn pattern(length: usize) -> Vec<u8> {
    (0..length as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// Makes a call, and responds with a message of this size, which `send` sends. Returns whether the message arrived whole.
async fn arrives(
    size: usize,
    send: impl AsyncFnOnce(&mut WebSocket, Vec<u8>),
) -> Result<(), Error<decthings::ApiError>> {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    send(&mut socket, response(&request, size)).await;
    let Echo { data, .. } = soon(call).await.unwrap()?;
    let data = data.as_bytes().unwrap();
    assert!(data == pattern(data.len()) && data.len() + 100 > size, "{size} bytes arrived as others");
    Ok(())
}

#[tokio::test]
async fn messages_of_all_sizes_arrive_in_one_frame() {
    for size in SIZES {
        arrives(size, async |socket, message| socket.send_raw(&frame(FIN | BINARY, &message)).await).await.unwrap();
    }
}

#[tokio::test]
async fn text_of_all_sizes_is_a_message() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    for size in SIZES {
        // Characters that lie across the borders of fragments. As a message, this is an event of an unknown service.
        let text = format!("{}{}", "x".repeat(size % 2), "é".repeat(size / 2));
        socket.send_raw(&frame(FIN | TEXT, text.as_bytes())).await;
    }
    socket.send(response(&request, 100)).await;
    soon(call).await.unwrap().unwrap();
}

#[tokio::test]
async fn fragments_of_the_server_are_one_message_with_pings_between() {
    let ping = frame(FIN | PING, b"");
    for cuts in [vec![1], vec![0, 70_000], vec![65_536, 65_536, 131_072], vec![70_000, 140_001]] {
        arrives(210_000, async |socket, message| {
            let borders = cuts.iter().copied().chain([message.len()]);
            let mut from = 0;
            for to in borders {
                let first = if from == 0 && to == cuts[0] { BINARY } else { CONTINUATION };
                let fin = if to == message.len() { FIN } else { 0 };
                socket.send_raw(&[ping.clone(), frame(first | fin, &message[from..to])].concat()).await;
                from = to;
            }
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn frames_arrive_in_pieces() {
    for (size, piece) in [(120, 1), (300, 1), (65_600, 7001), (140_000, 65_537)] {
        arrives(size, async |socket, message| {
            let bytes = [frame(FIN | PING, b"ping"), frame(FIN | BINARY, &message)].concat();
            // The headers byte by byte.
            let (start, rest) = bytes.split_at(20);
            for piece in start.chunks(1).chain(rest.chunks(piece)) {
                socket.send_raw(piece).await;
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn many_messages_arrive_in_one_write() {
    let server = Listener::bind().await;
    let client = client_of(&server);
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(echo(&client, "x").send())).collect();
    let mut socket = server.accept().await;
    let mut bytes = Vec::new();
    for size in SIZES.into_iter().cycle().take(100) {
        let request = socket.request("echo").await;
        bytes.extend(frame(FIN | BINARY, &response(&request, size.min(70_000))));
    }
    socket.send_raw(&bytes).await;
    for call in calls {
        soon(call).await.unwrap().unwrap();
    }
}

/// The error of a call whose response is these bytes, at a limit of 100,000 bytes.
async fn rejected(frames: impl FnOnce(&RequestMessage) -> Vec<u8>) -> Option<String> {
    let server = Listener::bind().await;
    let client = builder_of(&server).max_message_bytes(100_000).build().unwrap();
    let call = tokio::spawn(echo(&client, "x").send());
    let mut socket = server.accept().await;
    let request = socket.request("echo").await;
    socket.send_raw(&frames(&request)).await;
    soon(call).await.unwrap().err().map(|error| error.to_string())
}

#[tokio::test]
async fn the_limit_applies_to_messages_in_any_number_of_fragments() {
    let in_two = |message: &[u8], cut| [frame(BINARY, &message[..cut]), frame(FIN, &message[cut..])].concat();
    assert_eq!(rejected(|request| frame(FIN | BINARY, &response(request, 100_000))).await, None);
    assert_eq!(rejected(|request| in_two(&response(request, 100_000), 40_000)).await, None);
    assert_eq!(rejected(|request| in_two(&response(request, 100_000), 99_999)).await, None);
    let over = [
        rejected(|request| frame(FIN | BINARY, &response(request, 100_001))).await,
        rejected(|request| in_two(&response(request, 100_001), 40_000)).await,
        rejected(|request| in_two(&response(request, 100_001), 100_000)).await,
    ];
    for error in over.map(Option::unwrap) {
        assert!(error.contains("a message of 100001 bytes, and the limit is 100000;"), "{error}");
        assert!(error.contains("max_message_bytes"), "{error}");
    }
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_rejected_before_the_message_arrives() {
    for length in [100_001, 1 << 40, u64::MAX] {
        for first in [BINARY, TEXT, FIN | BINARY] {
            let error = rejected(|_| header(first, length)).await.unwrap();
            assert!(error.contains(&format!("a message of {length} bytes")), "{error}");
        }
    }
}

#[tokio::test]
async fn malformed_frames_break_the_connection() {
    let masked = [FIN | BINARY, 0x80 | 5, 1, 2, 3, 4, 0, 0, 0, 0, 0];
    let long_mask = [header(FIN | BINARY, 70_000), vec![0; 4]].concat();
    let long_mask = [&[long_mask[0], long_mask[1] | 0x80], &long_mask[2..]].concat();
    for (bytes, reason) in [
        (masked.to_vec(), "masked"),
        (long_mask, "masked"),
        (vec![FIN | BINARY, 126, 0, 5], "length"),
        (vec![FIN | BINARY, 127, 0, 0, 0, 0, 0, 0, 0, 5], "length"),
        (vec![FIN | PING, 127, 0, 0, 0, 0, 0, 1, 0, 0], "length"),
        (vec![PING, 0], "control"),
        (vec![FIN | 0x40 | BINARY, 0], "extension"),
        (header(0x40 | BINARY, 70_000), "extension"),
        (vec![FIN | 3, 0], "opcode"),
        (header(FIN | CONTINUATION, 70_000), "opcode"),
        ([frame(BINARY, b"a"), frame(FIN | BINARY, b"b")].concat(), "opcode"),
        ([header(FIN | TEXT, 70_000), vec![0xff; 10]].concat(), "utf-8"),
    ] {
        let error = rejected(|_| bytes.clone()).await.unwrap();
        assert!(error.contains("broke") && error.contains(reason), "{bytes:?}: {error}");
    }
}

#[tokio::test]
async fn an_end_within_a_message_is_an_error() {
    let complete = frame(FIN | BINARY, &[0; 70_000]);
    for end in [1, 5, 10, 11, 65_546, 65_547, 69_000] {
        let server = Listener::bind().await;
        let client = client_of(&server);
        let call = tokio::spawn(echo(&client, "x").send());
        let mut socket = server.accept().await;
        socket.request("echo").await;
        socket.send_raw(&complete[..end]).await;
        drop(socket);
        let error = soon(call).await.unwrap().unwrap_err();
        assert!(error.to_string().contains("it ended within a message"), "{end}: {error}");
    }
}
