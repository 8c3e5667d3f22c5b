//! Responses whose blobs are written to files as they arrive.

use std::io;
use std::path::Path;

use bytes::Bytes;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::response_body::ResponseBody;
use crate::runtime::blob::{Blob, Part, Source};
use crate::runtime::error::Failure;
use crate::runtime::wire::{Budget, JsonLimits};
use crate::varint;

/// The memory that a file takes until its blob is dropped, with its path.
const MEMORY_OF_FILE: usize = 512;
/// The size of the write buffer.
const CHUNK: usize = 256 << 10;

/// Reads a response, and writes its blobs to files in the folder. Returns the JSON in its frame, and the blobs.
pub(super) async fn read_to_files(
    body: &mut ResponseBody<'_>,
    folder: &Path,
    json_limits: JsonLimits,
) -> Result<(Bytes, Vec<Blob>), Failure> {
    let mut head = Vec::new();
    let Some(json_len) = read_length(body, &mut head).await? else {
        return Err(malformed("the response is empty"));
    };
    json_limits.check(json_len)?;
    let mut left = json_len;
    while left > 0 {
        let Some(json) = body.next(left).await? else {
            return Err(malformed(format!("the frame ends {left} bytes before the JSON does")));
        };
        left = left.saturating_sub(wide(json.len()));
        head.extend_from_slice(&json);
    }
    let mut files = Vec::new();
    let (mut received, mut memory) = (head.len(), 0usize);
    while let Some(len) = read_length(body, &mut Vec::new()).await? {
        received = received.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).saturating_add(1);
        memory = memory.saturating_add(MEMORY_OF_FILE);
        Budget::of_frame(received).charge(memory).map_err(|error| malformed(error.to_string()))?;
        if files.is_empty() {
            tokio::fs::create_dir_all(folder).await.map_err(|error| write_failure(folder, error))?;
        }
        let (part, file) = Part::create(folder).await.map_err(|error| write_failure(folder, error))?;
        let mut file = BufWriter::with_capacity(CHUNK, file);
        let mut left = len;
        while left > 0 {
            let Some(data) = body.next(left).await? else {
                let (index, arrived) = (files.len(), len.saturating_sub(left));
                let message = format!("blob {index} should have {len} bytes, and the frame ends after {arrived} of it");
                return Err(malformed(message));
            };
            left = left.saturating_sub(wide(data.len()));
            file.write_all(&data).await.map_err(|error| write_failure(folder, error))?;
        }
        file.flush().await.map_err(|error| write_failure(folder, error))?;
        files.push(Blob::from_source(Source::part(part, len)));
    }
    Ok((head.into(), files))
}

/// Reads a length, and appends its bytes; `None` at the end of the response.
async fn read_length(body: &mut ResponseBody<'_>, bytes: &mut Vec<u8>) -> Result<Option<u64>, Failure> {
    while let Some(byte) = body.next(1).await? {
        bytes.extend_from_slice(&byte);
        if let Some((len, _)) = varint::read(bytes) {
            return Ok(Some(len));
        }
    }
    if bytes.is_empty() { Ok(None) } else { Err(malformed("the frame ends inside a length")) }
}

fn wide(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn malformed(message: impl Into<String>) -> Failure {
    Failure::decode("", message, "")
}

fn write_failure(folder: &Path, error: io::Error) -> Failure {
    let message = format!("could not write the response to a file in {}: {error}", folder.display());
    Failure::Io { path: String::new(), message, source: error }
}
