//! Frames: the JSON and the blobs with their lengths.

use std::fmt;
use std::ops::Range;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use super::blobs::{BlobWriter, Layout, Piece, write_len};
use crate::runtime::blob::Sourced;
use crate::runtime::error::Failure;
use crate::runtime::text::count;
use crate::varint;

/// Neighbours smaller than this are put together: one write is cheaper than many.
const SMALL: usize = 4096;

/// A request on its way out: its JSON and its blobs. Cheap to clone.
#[derive(Clone)]
pub struct RequestFrame {
    json: Bytes,
    /// The length of each blob.
    lens: Vec<usize>,
    /// The blobs' bytes.
    pieces: Vec<Piece>,
}

impl RequestFrame {
    pub(super) fn new(json: Vec<u8>, blobs: BlobWriter) -> Self {
        let (lens, pieces) = blobs.finish();
        Self { json: json.into(), lens, pieces }
    }

    /// A request without blobs.
    pub(super) fn of_json(json: impl Into<Bytes>) -> Self {
        Self { json: json.into(), lens: Vec::new(), pieces: Vec::new() }
    }

    /// The same blobs beside other JSON.
    pub(super) fn with_json(self, json: Vec<u8>) -> Self {
        Self { json: json.into(), ..self }
    }

    /// The parameters.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// The blobs in their order; they are copied. Those that are not in memory are empty.
    pub fn blobs(&self) -> Vec<Bytes> {
        let bytes = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes.clone()),
            Piece::Source(_) => None,
        });
        let mut whole = join(&bytes.collect::<Vec<_>>());
        self.lens.iter().map(|len| whole.split_to(whole.len().min(*len))).collect()
    }

    /// The body of an HTTP request in one piece.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.to_segments().0)
    }

    /// The pieces of the body that are in memory, and the others with how many of those come before.
    pub(crate) fn to_segments(&self) -> (Vec<Bytes>, Vec<(usize, Sourced)>) {
        // Small JSON is put behind the head.
        let room = if self.json.len() <= SMALL { self.json.len() } else { 0 };
        let mut segments = Segments::new(self.head(room));
        segments.push(&self.json);
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => segments.push(bytes),
                Piece::Source(source) => segments.source(source.clone()),
            }
        }
        segments.finish()
    }

    /// The body behind some bytes in one piece.
    pub(super) fn to_message(&self, begin: &[u8]) -> BytesMut {
        let head = self.head(0);
        let mut message = BytesMut::with_capacity(begin.len().saturating_add(self.body_len()));
        message.extend_from_slice(begin);
        message.extend_from_slice(&head);
        message.extend_from_slice(&self.json);
        for piece in &self.pieces {
            if let Piece::Bytes(bytes) = piece {
                message.extend_from_slice(bytes);
            }
        }
        message
    }

    /// What stands before the JSON, with room for some more bytes.
    fn head(&self, room: usize) -> Vec<u8> {
        let mut head = Vec::with_capacity(self.lens.len().saturating_add(room).saturating_add(16));
        head.push(u8::try_from(self.lens.len()).unwrap_or(u8::MAX));
        write_len(self.json.len(), &mut head);
        self.lens.iter().for_each(|len| write_len(*len, &mut head));
        head
    }

    /// What is not in memory.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Sourced> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Bytes(_) => None,
            Piece::Source(source) => Some(source),
        })
    }

    /// Reads into memory what is not there.
    pub(crate) async fn load(&mut self) -> Result<(), Failure> {
        for piece in &mut self.pieces {
            piece.load().await?;
        }
        Ok(())
    }

    /// The number of bytes of its JSON and blobs.
    pub(crate) fn size(&self) -> usize {
        self.pieces.iter().fold(self.json.len(), |sum, piece| sum.saturating_add(piece.len()))
    }

    /// The number of bytes of the body of an HTTP request.
    pub(crate) fn body_len(&self) -> usize {
        let len = |len: usize| varint::len(u64::try_from(len).unwrap_or(u64::MAX));
        let head =
            self.lens.iter().fold(len(self.json.len()).saturating_add(1), |sum, size| sum.saturating_add(len(*size)));
        head.saturating_add(self.size())
    }
}

impl fmt::Debug for RequestFrame {
    /// Shows lengths only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFrame").field("json_len", &self.json.len()).field("blob_lens", &self.lens).finish()
    }
}

/// A response in its frame, in pieces: the body of an HTTP response, of which the status is 200 and the type
/// `application/octet-stream` also when it is an error.
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
        for piece in blobs.finish().1 {
            segments.push(&piece.into_bytes().unwrap_or_default());
        }
        Self { segments: segments.finish().0 }
    }

    /// A response of this JSON and these blobs.
    #[cfg(any(feature = "test-util", test))]
    pub(crate) fn of_parts(json: &Bytes, blobs: &[Bytes]) -> Self {
        let mut writer = BlobWriter::new(Layout::Response);
        blobs.iter().for_each(|blob| writer.bytes(blob));
        Self::new(json.to_vec(), writer)
    }

    /// A response without blobs.
    pub(super) fn of_json(json: Vec<u8>) -> Self {
        Self::new(json, BlobWriter::new(Layout::Response))
    }

    /// The pieces.
    pub fn segments(&self) -> &[Bytes] {
        &self.segments
    }

    /// The pieces.
    pub fn into_segments(self) -> Vec<Bytes> {
        self.segments
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        total(&self.segments)
    }

    /// Whether there are no bytes, which no response is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.segments)
    }
}

/// Puts small neighbours together.
struct Segments {
    done: Vec<Bytes>,
    sources: Vec<(usize, Sourced)>,
    small: Vec<u8>,
}

impl Segments {
    fn new(begin: Vec<u8>) -> Self {
        Self { done: Vec::new(), sources: Vec::new(), small: begin }
    }

    fn push(&mut self, bytes: &Bytes) {
        if bytes.len() <= SMALL {
            self.small.extend_from_slice(bytes);
        } else {
            self.flush();
            self.done.push(bytes.clone());
        }
    }

    fn source(&mut self, source: Sourced) {
        self.flush();
        self.sources.push((self.done.len(), source));
    }

    fn flush(&mut self) {
        if !self.small.is_empty() {
            self.done.push(std::mem::take(&mut self.small).into());
        }
    }

    fn finish(mut self) -> (Vec<Bytes>, Vec<(usize, Sourced)>) {
        self.flush();
        (self.done, self.sources)
    }
}

/// All pieces in one.
pub(crate) fn join(segments: &[Bytes]) -> Bytes {
    if let [one] = segments {
        return one.clone();
    }
    let mut whole = BytesMut::with_capacity(total(segments));
    segments.iter().for_each(|segment| whole.put_slice(segment));
    whole.freeze()
}

/// The number of bytes in all pieces.
pub(crate) fn total(segments: &[Bytes]) -> usize {
    segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.len()))
}

/// Takes the JSON off a response; the rest is its blobs.
pub(crate) fn take_json(body: &mut Bytes) -> Result<Bytes, Failure> {
    let json = json_range(body)?;
    let taken = body.slice(json.clone());
    body.advance(json.end);
    Ok(taken)
}

/// Where the JSON is in a response or an event.
pub(super) fn json_range(body: &[u8]) -> Result<Range<usize>, Failure> {
    if body.is_empty() {
        return Err(malformed("the answer is empty"));
    }
    let mut rest = body;
    let size = take_len(&mut rest, Part::JsonLength)?;
    let start = body.len().saturating_sub(rest.len());
    take(&mut rest, size, Part::Json)?;
    Ok(start..body.len().saturating_sub(rest.len()))
}

/// A part of a frame, for the error when the frame ends before it does.
#[derive(Clone, Copy)]
pub(super) enum Part {
    JsonLength,
    Json,
    BlobLength(usize),
    Blob(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::JsonLength => f.write_str("the length of the JSON"),
            Self::Json => f.write_str("the JSON"),
            Self::BlobLength(index) => write!(f, "the length of blob {index}"),
            Self::Blob(index) => write!(f, "blob {index}"),
        }
    }
}

/// Takes the next blob with its length.
#[inline]
pub(super) fn take_blob<'a>(data: &mut &'a [u8], index: usize) -> Result<&'a [u8], Failure> {
    let size = take_len(data, Part::BlobLength(index))?;
    take(data, size, Part::Blob(index))
}

#[inline]
pub(super) fn take_len(data: &mut &[u8], part: Part) -> Result<u64, Failure> {
    match varint::read(data).and_then(|(value, width)| Some((value, data.get(width..)?))) {
        Some((value, rest)) => {
            *data = rest;
            Ok(value)
        }
        None => Err(malformed(format!("the frame ends inside {part}"))),
    }
}

#[inline]
pub(super) fn take<'a>(data: &mut &'a [u8], size: u64, part: Part) -> Result<&'a [u8], Failure> {
    match usize::try_from(size).ok().and_then(|size| data.split_at_checked(size)) {
        Some((taken, rest)) => {
            *data = rest;
            Ok(taken)
        }
        None => {
            let left = count(data.len(), "byte");
            Err(malformed(format!("{part} should have {size} bytes, and the frame ends after {left} of it")))
        }
    }
}

pub(super) fn malformed(message: impl Into<String>) -> Failure {
    Failure::decode("", message, "")
}
