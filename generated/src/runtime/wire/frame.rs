//! Frames: the JSON and the blobs with their lengths.

use bytes::Bytes;

use super::payload::{Payload, coalesce, join, total};
use crate::runtime::Blob;
use crate::runtime::error::Failure;
use crate::runtime::files::Sourced;
use crate::runtime::text::count;
use crate::varint;

/// The most blobs a request holds: their number is one byte.
pub(super) const MOST_BLOBS: usize = 255;

/// A request as it travels: its JSON and its blobs.
#[derive(Clone, Debug)]
pub struct RequestFrame {
    /// The parameters.
    pub json: Bytes,
    /// Bytes and tensors, in the order that the method's rules give.
    pub blobs: Vec<Payload>,
}

impl RequestFrame {
    pub(crate) fn new(json: Bytes, blobs: Vec<Payload>) -> Result<Self, Failure> {
        if blobs.len() > MOST_BLOBS {
            let reason = format!("it makes {} blobs, and a request holds at most {MOST_BLOBS}", blobs.len());
            return Err(Failure::invalid("", reason));
        }
        Ok(Self { json, blobs })
    }

    /// The body of an HTTP request, in pieces.
    pub fn to_segments(&self) -> Vec<Bytes> {
        self.to_pieces().0
    }

    /// The pieces that are in memory, and the others with how many of those come before.
    pub(crate) fn to_pieces(&self) -> (Vec<Bytes>, Vec<(usize, Sourced)>) {
        let mut head = Vec::new();
        head.push(u8::try_from(self.blobs.len()).unwrap_or(u8::MAX));
        write_len(self.json.len(), &mut head);
        for blob in &self.blobs {
            write_len(blob.len(), &mut head);
        }
        let (mut pieces, mut sources) = (Vec::new(), Vec::new());
        let mut run = vec![Bytes::from(head), self.json.clone()];
        for blob in &self.blobs {
            run.extend(blob.segments().iter().cloned());
            if let Some(source) = blob.source() {
                pieces.extend(coalesce(std::mem::take(&mut run)));
                sources.push((pieces.len(), source.clone()));
            }
        }
        pieces.extend(coalesce(run));
        (pieces, sources)
    }

    /// What is not in memory.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Sourced> {
        self.blobs.iter().filter_map(Payload::source)
    }

    /// Reads into memory what is not there.
    pub(crate) async fn load(&mut self) -> Result<(), Failure> {
        for blob in &mut self.blobs {
            blob.load().await?;
        }
        Ok(())
    }

    /// The number of bytes of its JSON and blobs.
    pub(crate) fn size(&self) -> usize {
        self.blobs.iter().fold(self.json.len(), |sum, blob| sum.saturating_add(blob.len()))
    }

    /// The number of bytes of the body of an HTTP request.
    pub(crate) fn body_len(&self) -> usize {
        let (pieces, sources) = self.to_pieces();
        let elsewhere = |sum: usize, (_, sourced): &(usize, Sourced)| {
            sum.saturating_add(usize::try_from(sourced.source.len()).unwrap_or(usize::MAX))
        };
        sources.iter().fold(total(&pieces), elsewhere)
    }

    /// The body of an HTTP request in one piece.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.to_segments())
    }

    /// Reads the body of an HTTP request.
    #[cfg(any(feature = "server", feature = "dynamic"))]
    pub(crate) fn read(body: Bytes) -> Result<Self, Failure> {
        let mut lengths = body.clone();
        let Some(&number) = lengths.first() else {
            return Err(malformed("the body is empty"));
        };
        lengths = rest(&lengths, 1)?;
        let mut sizes = Vec::with_capacity(usize::from(number));
        let json = take_len(&mut lengths, "the length of the JSON")?;
        for index in 0..number {
            sizes.push(take_len(&mut lengths, &format!("the length of blob {index}"))?);
        }
        let mut data = lengths;
        let json = take(&mut data, json, "the JSON")?;
        let mut blobs = Vec::with_capacity(sizes.len());
        for (index, size) in sizes.into_iter().enumerate() {
            blobs.push(Payload::from(take(&mut data, size, &format!("blob {index}"))?));
        }
        if !data.is_empty() {
            return Err(malformed(format!("{} more than the frame says", count(data.len(), "byte"))));
        }
        Ok(Self { json, blobs })
    }
}

/// An answer as it travels, in pieces.
#[derive(Clone, Debug)]
pub struct AnswerFrame {
    segments: Vec<Bytes>,
}

impl AnswerFrame {
    pub(crate) fn new(json: Bytes, blobs: Vec<Payload>) -> Self {
        let mut head = Vec::new();
        write_len(json.len(), &mut head);
        let mut pieces = vec![Bytes::from(head), json];
        for blob in blobs {
            let mut head = Vec::new();
            write_len(blob.len(), &mut head);
            pieces.push(head.into());
            pieces.extend(blob.segments().iter().cloned());
        }
        Self { segments: coalesce(pieces) }
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

    /// Whether there are no bytes, which no answer is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.segments)
    }
}

/// Takes the JSON off an answer; the rest is its blobs.
pub(crate) fn take_json(answer: &mut Bytes) -> Result<Bytes, Failure> {
    if answer.is_empty() {
        return Err(malformed("the answer is empty"));
    }
    let size = take_len(answer, "the length of the JSON")?;
    take(answer, size, "the JSON")
}

/// The blobs of a frame. They are counted, and their lengths checked, before the first one is taken.
#[derive(Debug)]
pub(crate) struct Blobs {
    left: usize,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// Lengths and data by turns. A list of them could need far more memory than the frame itself.
    Interleaved(Bytes),
    List(std::vec::IntoIter<Payload>),
    Files(std::vec::IntoIter<Blob>),
}

impl Blobs {
    /// The blobs of an answer, which stand behind its JSON.
    pub(crate) fn of_answer(data: Bytes) -> Result<Self, Failure> {
        let mut left: usize = 0;
        let mut remaining = data.clone();
        while !remaining.is_empty() {
            take_blob(&mut remaining, left)?;
            left = left.saturating_add(1);
        }
        Ok(Self { left, source: Source::Interleaved(data) })
    }

    pub(crate) fn of_request(blobs: Vec<Payload>) -> Self {
        Self { left: blobs.len(), source: Source::List(blobs.into_iter()) }
    }

    /// The blobs of an answer that were taken off it while it arrived.
    pub(crate) fn of_files(blobs: Vec<Blob>) -> Self {
        Self { left: blobs.len(), source: Source::Files(blobs.into_iter()) }
    }

    /// How many have not been taken yet.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    pub(crate) fn next(&mut self) -> Option<Blob> {
        let blob = match &mut self.source {
            Source::Interleaved(data) if data.is_empty() => None,
            Source::Interleaved(data) => take_blob(data, 0).ok().map(Blob::from),
            Source::List(blobs) => blobs.next().map(|blob| blob.to_bytes().into()),
            Source::Files(blobs) => blobs.next(),
        };
        if blob.is_some() {
            self.left = self.left.saturating_sub(1);
        }
        blob
    }
}

fn take_blob(data: &mut Bytes, index: usize) -> Result<Bytes, Failure> {
    let size = take_len(data, &format_args!("the length of blob {index}"))?;
    take(data, size, &format_args!("blob {index}"))
}

pub(super) fn write_len(len: usize, out: &mut Vec<u8>) {
    // No machine's usize is wider than 64 bits.
    varint::write(u64::try_from(len).unwrap_or(u64::MAX), out);
}

fn take_len(data: &mut Bytes, what: &(impl std::fmt::Display + ?Sized)) -> Result<u64, Failure> {
    let Some((value, width)) = varint::read(data) else {
        return Err(malformed(format!("the frame ends inside {what}")));
    };
    *data = rest(data, width)?;
    Ok(value)
}

fn take(data: &mut Bytes, size: u64, what: &(impl std::fmt::Display + ?Sized)) -> Result<Bytes, Failure> {
    match usize::try_from(size).ok().filter(|size| *size <= data.len()) {
        Some(size) => Ok(data.split_to(size)),
        None => {
            let left = count(data.len(), "byte");
            Err(malformed(format!("{what} should have {size} bytes, and the frame ends after {left} of it")))
        }
    }
}

fn rest(data: &Bytes, from: usize) -> Result<Bytes, Failure> {
    if from <= data.len() { Ok(data.slice(from..)) } else { Err(malformed("the frame ends too early")) }
}

fn malformed(message: impl Into<String>) -> Failure {
    Failure::decode("", message, "")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{AnswerFrame, Blobs, Payload, take_json};

    #[test]
    fn an_answer_cut_anywhere_is_an_error() {
        let blob = |size: usize| Payload::from(Bytes::from(vec![7; size]));
        let whole = AnswerFrame::new(Bytes::from_static(b"{}"), vec![blob(0), blob(300), blob(70_000)]).to_bytes();
        let read = |mut answer: Bytes| {
            take_json(&mut answer)?;
            Blobs::of_answer(answer)
        };
        let mut blobs = read(whole.clone()).unwrap();
        assert_eq!(blobs.left(), 3);
        assert_eq!(blobs.next().unwrap().len(), 0);
        assert_eq!(blobs.next().unwrap().len(), 300);
        assert_eq!(blobs.next().unwrap().len(), 70_000);
        assert!(blobs.next().is_none());
        // A cut between blobs is a frame with fewer of them.
        let between = [3, 4, 4 + 3 + 300, whole.len()];
        for end in (0..400).chain(whole.len() - 10..whole.len()).filter(|end| !between.contains(end)) {
            assert!(read(whole.slice(..end)).is_err(), "{end}");
        }
    }
}
