//! Messages between the server and a program, as bytes. All integers are big-endian.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest JSON of a message, in bytes.
const MAX_JSON_BYTES: u64 = 16 << 20;

/// The most blobs of a message.
const MAX_BLOBS: u32 = 4096;

const MESSAGE: u8 = 0;
const DATA: u8 = 1;

/// A message from a program.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    /// An answer or an event.
    Message { json: Vec<u8>, blobs: Vec<Vec<u8>> },
    /// An event about data.
    Data { json: Vec<u8> },
}

/// Reads the next message. Nothing if the connection was closed before it. The memory grows only with what arrives, up to
/// `max_bytes` for all blobs of a message together.
///
/// # Errors
/// What is wrong with the message.
pub(super) async fn read(from: &mut (impl AsyncRead + Unpin), max_bytes: u64) -> Result<Option<Frame>, String> {
    let kind = match from.read_u8().await {
        Ok(kind) => kind,
        // A program that is killed resets the connection.
        Err(_) => return Ok(None),
    };
    match kind {
        MESSAGE => read_message(from, max_bytes).await.map(Some),
        DATA => {
            let length = from.read_u64().await.map_err(cut)?;
            Ok(Some(Frame::Data { json: bytes(from, "the JSON of a message", length, MAX_JSON_BYTES).await? }))
        }
        other => Err(format!("a message starts with the byte {other}, which must be 0 or 1")),
    }
}

async fn read_message(from: &mut (impl AsyncRead + Unpin), max_bytes: u64) -> Result<Frame, String> {
    let count = from.read_u32().await.map_err(cut)?;
    if count > MAX_BLOBS {
        return Err(format!("a message has {count} blobs, and at most {MAX_BLOBS} are possible"));
    }
    let length = from.read_u64().await.map_err(cut)?;
    let json = bytes(from, "the JSON of a message", length, MAX_JSON_BYTES).await?;
    let (mut blobs, mut left) = (Vec::new(), max_bytes);
    for _ in 0..count {
        let length = from.read_u64().await.map_err(cut)?;
        blobs.push(bytes(from, "a message", length, left).await?);
        left = left.saturating_sub(length);
    }
    match from.read_u8().await.map_err(cut)? {
        0 => Ok(Frame::Message { json, blobs }),
        other => Err(format!("a message ends with the byte {other}, which must be 0")),
    }
}

async fn bytes(from: &mut (impl AsyncRead + Unpin), what: &str, length: u64, max: u64) -> Result<Vec<u8>, String> {
    if length > max {
        return Err(format!("{what} is too long: {length} bytes follow, and at most {max} are possible"));
    }
    let mut bytes = Vec::new();
    let read = from.take(length).read_to_end(&mut bytes).await.map_err(cut)?;
    if u64::try_from(read) == Ok(length) { Ok(bytes) } else { Err(CUT.to_owned()) }
}

/// The error of a connection that ends within a message.
const CUT: &str = "the connection ended within a message";

fn cut(_: std::io::Error) -> String {
    CUT.to_owned()
}

/// A command: its JSON.
pub(super) fn command(json: &[u8]) -> Vec<u8> {
    let mut frame = vec![MESSAGE];
    put_length(&mut frame, json.len());
    frame.extend_from_slice(json);
    frame
}

/// The start of a message with data, which so many elements follow.
pub(super) fn data_header(request: u32, count: u32) -> Vec<u8> {
    let mut frame = vec![DATA];
    frame.extend_from_slice(&request.to_be_bytes());
    frame.extend_from_slice(&count.to_be_bytes());
    frame
}

/// Adds an element to a message with data.
pub(super) fn put_element(frame: &mut Vec<u8>, element: &[u8]) {
    put_length(frame, element.len());
    frame.extend_from_slice(element);
}

fn put_length(frame: &mut Vec<u8>, length: usize) {
    frame.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
}
