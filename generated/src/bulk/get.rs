//! Reading many entries.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::api::dataset::{GetEntriesError, GetEntriesRequest};
use crate::api::types::{DatasetEntries, EntryRange, EntrySelection};
use crate::runtime::error::Failure;
use crate::runtime::{BoxFuture, Call, Error, Operation as _};
use crate::tensor::Tensor;

type Answer = Result<DatasetEntries, Error<GetEntriesError>>;

/// What an answer should hold at most, unless told otherwise.
const PART_BYTES: usize = 16 << 20;
/// How many entries are asked for before it is known how large they are.
const FIRST: usize = 16;
/// The most entries that are asked for at a time, however small they are.
const MOST: usize = 4096;

impl Call<GetEntriesRequest> {
    /// Fetches the entries in as many calls as it takes, one after the other, each when it is needed.
    pub fn in_parts(self) -> GetInParts {
        let mut left = EntrySelection::Indexes(Vec::new());
        let call = self.with(|mut request| {
            std::mem::swap(&mut request.entries, &mut left);
            request
        });
        let entries = VecDeque::new();
        GetInParts { call, left: Left::new(left), entries, running: None, part_bytes: PART_BYTES, size: FIRST }
    }
}

/// An entry of a dataset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Its index in the dataset.
    pub index: u32,
    /// Its tensor for each key.
    pub tensors: BTreeMap<String, Tensor>,
}

/// Entries of a dataset, fetched in parts: a stream, or [`next`](Self::next) for those who have no use for streams.
///
/// It asks for a few entries first, and then for as many as fit into the size that [`part_bytes`](Self::part_bytes)
/// gives, so one part is in memory at a time. Entries that don't exist are left out. The stream ends after the first
/// error.
///
/// The dataset may change between two calls. Give the call the version that is expected, and it fails if it does.
#[must_use = "nothing is fetched until it is read"]
pub struct GetInParts {
    call: Call<GetEntriesRequest>,
    left: Left,
    entries: VecDeque<Entry>,
    running: Option<BoxFuture<'static, Answer>>,
    part_bytes: usize,
    /// How many entries the next call asks for.
    size: usize,
}

impl GetInParts {
    /// How large answers should be at most, in bytes of tensors: 16 MiB unless told otherwise. What is larger by itself
    /// is fetched by itself.
    pub fn part_bytes(self, part_bytes: usize) -> Self {
        Self { part_bytes, ..self }
    }

    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`DatasetClient::get_entries`](crate::api::dataset::DatasetClient::get_entries). There is nothing more
    /// after one.
    pub async fn next(&mut self) -> Option<Result<Entry, Error<GetEntriesError>>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Takes a part, and chooses the size of the next one.
    fn take(&mut self, answer: DatasetEntries) -> Result<(), Failure> {
        let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
        let mut bytes: usize = 0;
        for key in answer.keys {
            for item in key.data {
                bytes = bytes.saturating_add(item.data.encoded_len());
                let new = || Entry { index: item.index, tensors: BTreeMap::new() };
                let tensors = &mut entries.entry(item.index).or_insert_with(new).tensors;
                if tensors.insert(key.name.clone(), item.data).is_some() {
                    let message = format!("has entry {} of key {:?} twice", item.index, key.name);
                    return Err(Failure::decode("result.keys", message, ""));
                }
            }
        }
        let average = bytes.checked_div(entries.len()).unwrap_or(0).max(1);
        let fitting = self.part_bytes.checked_div(average).unwrap_or(1);
        // Not much more than before: the next entries may be larger.
        self.size = fitting.min(self.size.saturating_mul(4)).clamp(1, MOST);
        self.entries.extend(entries.into_values());
        Ok(())
    }
}

impl Stream for GetInParts {
    type Item = Result<Entry, Error<GetEntriesError>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(entry) = self.entries.pop_front() {
                return Poll::Ready(Some(Ok(entry)));
            }
            let Some(running) = &mut self.running else {
                let size = self.size;
                let Some(part) = self.left.take(size) else { return Poll::Ready(None) };
                let call = self.call.clone().with(|mut request| {
                    request.entries = part;
                    request
                });
                self.running = Some(call.into_future());
                continue;
            };
            let answer = ready!(running.as_mut().poll(context));
            self.running = None;
            let at = GetEntriesRequest::METHOD;
            let taken = answer.and_then(|answer| self.take(answer).map_err(|failure| failure.at(at)));
            if let Err(error) = taken {
                self.left = Left::Indexes(VecDeque::new());
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl fmt::Debug for GetInParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetInParts").field("call", &self.call).field("left", &self.left).finish_non_exhaustive()
    }
}

/// What has not been asked for yet.
#[derive(Debug)]
enum Left {
    Indexes(VecDeque<u32>),
    Range(EntryRange),
}

impl Left {
    fn new(selection: EntrySelection) -> Self {
        match selection {
            EntrySelection::Indexes(indexes) => Self::Indexes(indexes.into()),
            EntrySelection::EntryRange(range) => Self::Range(range),
        }
    }

    /// The next entries, that many at most.
    fn take(&mut self, size: usize) -> Option<EntrySelection> {
        match self {
            Self::Indexes(indexes) if indexes.is_empty() => None,
            Self::Indexes(indexes) => {
                let size = size.min(indexes.len());
                Some(EntrySelection::Indexes(indexes.drain(..size).collect()))
            }
            Self::Range(range) if range.start >= range.end => None,
            Self::Range(range) => {
                let end = range.start.saturating_add(u32::try_from(size).unwrap_or(u32::MAX)).min(range.end);
                let start = std::mem::replace(&mut range.start, end);
                Some(EntrySelection::EntryRange(EntryRange::new(start, end)))
            }
        }
    }
}
