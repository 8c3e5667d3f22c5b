//! Frames: the JSON and the blobs with their lengths.

use std::fmt;
use std::ops::Range;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use super::blobs::{BlobWriter, Layout, MAX_GATHERED, Segments, write_len};
use crate::runtime::blob::Sourced;
use crate::runtime::error::Failure;
use crate::runtime::text::count;
use crate::varint;

/// An outgoing request: its JSON and its blobs. Cheap to clone.
#[derive(Clone)]
pub struct RequestFrame {
    json: Bytes,
    /// The length of each blob.
    lens: Vec<usize>,
    blobs: Segments,
}

impl RequestFrame {
    pub(super) fn new(json: Vec<u8>, blobs: BlobWriter) -> Self {
        let (lens, blobs) = blobs.finish();
        Self { json: json.into(), lens, blobs }
    }

    /// The same blobs with other JSON.
    pub(super) fn with_json(self, json: Vec<u8>) -> Self {
        Self { json: json.into(), ..self }
    }

    /// The parameters.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// The blobs in their order, all of which are in memory; they are copied.
    pub fn blobs(&self) -> Vec<Bytes> {
        let mut whole = join(&self.blobs.bytes);
        self.lens.iter().map(|len| whole.split_to(whole.len().min(*len))).collect()
    }

    /// The length of each blob, in their order.
    pub fn blob_lens(&self) -> &[usize] {
        &self.lens
    }

    /// The body of an HTTP request as one buffer.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.to_segments().0)
    }

    /// The segments of the body that are in memory, and the sources, each with the number of segments before it.
    pub(crate) fn to_segments(&self) -> (Vec<Bytes>, Vec<(usize, Sourced)>) {
        let mut segments = Segments::new(self.head(self.json.len().min(MAX_GATHERED)));
        segments.push(&self.json);
        segments.append(&self.blobs);
        segments.flush();
        (segments.bytes, segments.sources)
    }

    /// The body behind a prefix, as one buffer.
    pub(super) fn to_message(&self, prefix: &[u8]) -> BytesMut {
        let head = self.head(0);
        let mut message = BytesMut::with_capacity(prefix.len().saturating_add(self.body_len()));
        [prefix, &head, &self.json].into_iter().for_each(|part| message.extend_from_slice(part));
        self.blobs.bytes.iter().for_each(|bytes| message.extend_from_slice(bytes));
        message
    }

    /// The number of blobs and all lengths, which precede the JSON, with capacity for more bytes.
    fn head(&self, more: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(self.lens.len().saturating_add(more).saturating_add(16));
        head.push(u8::try_from(self.lens.len()).unwrap_or(u8::MAX));
        write_len(self.json.len(), &mut head);
        self.lens.iter().for_each(|len| write_len(*len, &mut head));
        head
    }

    /// The blobs that are not in memory.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Sourced> {
        self.blobs.sources.iter().map(|(_, source)| source)
    }

    /// Reads all blobs into memory.
    pub(crate) async fn load(&mut self) -> Result<(), Failure> {
        // Starts at the end, as an insertion moves the segments that follow.
        while let Some((index, source)) = self.blobs.sources.pop() {
            self.blobs.bytes.insert(index, source.load().await?);
        }
        Ok(())
    }

    /// The number of bytes of its JSON and blobs.
    pub(crate) fn size(&self) -> usize {
        self.lens.iter().fold(self.json.len(), |sum, len| sum.saturating_add(*len))
    }

    /// The number of bytes of the body of an HTTP request.
    pub(crate) fn body_len(&self) -> usize {
        let width = |len: &usize| varint::len(u64::try_from(*len).unwrap_or(u64::MAX));
        let head = self.lens.iter().map(width).fold(width(&self.json.len()).saturating_add(1), usize::saturating_add);
        head.saturating_add(self.size())
    }
}

impl fmt::Debug for RequestFrame {
    /// Shows lengths only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFrame").field("json_len", &self.json.len()).field("blob_lens", &self.lens).finish()
    }
}

/// A response frame in segments: the body of an HTTP response, whose status is 200 and whose type is
/// `application/octet-stream`, even for an error.
#[derive(Clone, Debug)]
pub struct ResponseFrame {
    segments: Vec<Bytes>,
}

impl ResponseFrame {
    pub(super) fn new(json: Vec<u8>, blobs: BlobWriter) -> Self {
        let mut head = Vec::with_capacity(json.len().saturating_add(5));
        write_len(json.len(), &mut head);
        let mut segments = Segments::new(head);
        segments.push(&json.into());
        // The bytes of a source are missing; a server has to load them before.
        blobs.finish().1.bytes.iter().for_each(|bytes| segments.push(bytes));
        segments.flush();
        Self { segments: segments.bytes }
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn of_parts(json: &Bytes, blobs: &[Bytes]) -> Self {
        let mut writer = BlobWriter::new(Layout::Response);
        blobs.iter().for_each(|blob| writer.bytes(blob));
        Self::new(json.to_vec(), writer)
    }

    /// A response without blobs.
    pub(super) fn of_json(json: Vec<u8>) -> Self {
        Self::new(json, BlobWriter::new(Layout::Response))
    }

    /// The segments.
    pub fn segments(&self) -> &[Bytes] {
        &self.segments
    }

    /// The segments.
    pub fn into_segments(self) -> Vec<Bytes> {
        self.segments
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        total(&self.segments)
    }

    /// Whether there are no bytes, which is never the case.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The frame as one buffer; copies unless there is one segment.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.segments)
    }
}

/// All segments as one buffer.
pub(crate) fn join(segments: &[Bytes]) -> Bytes {
    if let [one] = segments {
        return one.clone();
    }
    let mut whole = BytesMut::with_capacity(total(segments));
    segments.iter().for_each(|segment| whole.put_slice(segment));
    whole.freeze()
}

/// The number of bytes of all segments.
pub(crate) fn total(segments: &[Bytes]) -> usize {
    segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.len()))
}

/// Splits the JSON off a response; its blobs remain.
pub(crate) fn take_json(body: &mut Bytes) -> Result<Bytes, Failure> {
    let json = json_range(body)?;
    let taken = body.slice(json.clone());
    body.advance(json.end);
    Ok(taken)
}

/// The range of the JSON in a response or an event.
pub(super) fn json_range(body: &[u8]) -> Result<Range<usize>, Failure> {
    if body.is_empty() {
        return Err(malformed("the response is empty"));
    }
    let mut rest = body;
    let size = take_len(&mut rest, format_args!("the length of the JSON"))?;
    let start = body.len().saturating_sub(rest.len());
    take(&mut rest, size, format_args!("the JSON"))?;
    Ok(start..body.len().saturating_sub(rest.len()))
}

/// Splits off the next blob, which follows its length.
#[inline]
pub(super) fn take_blob<'a>(data: &mut &'a [u8], index: usize) -> Result<&'a [u8], Failure> {
    let size = take_len(data, format_args!("the length of blob {index}"))?;
    take(data, size, format_args!("blob {index}"))
}

#[inline]
pub(super) fn take_len(data: &mut &[u8], part: fmt::Arguments<'_>) -> Result<u64, Failure> {
    match varint::read(data).and_then(|(value, width)| Some((value, data.get(width..)?))) {
        Some((value, rest)) => {
            *data = rest;
            Ok(value)
        }
        None => Err(malformed(format!("the frame ends inside {part}"))),
    }
}

#[inline]
pub(super) fn take<'a>(data: &mut &'a [u8], size: u64, part: fmt::Arguments<'_>) -> Result<&'a [u8], Failure> {
    match usize::try_from(size).ok().and_then(|size| data.split_at_checked(size)) {
        Some((taken, rest)) => {
            *data = rest;
            Ok(taken)
        }
        None => {
            let left = count(data.len(), "byte");
            Err(malformed(format!("{part} should have {size} bytes, but the frame ends after {left} of it")))
        }
    }
}

pub(super) fn malformed(message: impl Into<String>) -> Failure {
    Failure::decode("", message, "")
}
