//! Fetches many entries.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::requests::GetRequest;
use crate::api::dataset::GetEntriesRequest;
use crate::api::types::{DatasetEntries, EntryRange, EntrySelection};
use crate::runtime::error::Failure;
use crate::runtime::{BoxFuture, Call, Error, Operation};
use crate::tensor::Tensor;

type Response<R> = Result<DatasetEntries, Error<<R as Operation>::Error>>;

const DEFAULT_PART_BYTES: usize = 16 << 20;
/// The number of entries of the first call, when their size is unknown.
const FIRST_COUNT: usize = 16;
const MAX_COUNT: usize = 4096;

/// An entry of a dataset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The index in the dataset.
    pub index: u32,
    /// The tensors by key.
    pub tensors: BTreeMap<String, Tensor>,
}

/// Entries of a dataset, fetched in parts: a stream.
///
/// The first call fetches a few entries, and further calls as many as fit into [`part_bytes`](Self::part_bytes). One part is
/// in memory at a time. Entries that don't exist are skipped. The stream ends after the first error.
///
/// The dataset may change between two calls, unless the request has the expected version, with which the call then fails.
#[must_use = "streams fetch nothing until they are read"]
pub struct GetInParts<R: Operation = GetEntriesRequest> {
    call: Call<R>,
    left: Left,
    entries: VecDeque<Entry>,
    running: Option<BoxFuture<'static, Response<R>>>,
    part_bytes: usize,
    /// The number of entries of the next call.
    size: usize,
}

impl<R: GetRequest> GetInParts<R> {
    pub(super) fn new(call: Call<R>) -> Self {
        let mut left = EntrySelection::Indexes(Vec::new());
        let call = call.with(|mut request| {
            std::mem::swap(request.entries_mut(), &mut left);
            request
        });
        let (left, entries) = (Left::new(left), VecDeque::new());
        Self { call, left, entries, running: None, part_bytes: DEFAULT_PART_BYTES, size: FIRST_COUNT }
    }

    /// The maximum number of bytes of tensors per response, 16 MiB by default. A larger entry is fetched in its own call.
    pub fn part_bytes(self, part_bytes: usize) -> Self {
        Self { part_bytes, ..self }
    }

    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    ///
    /// As those of [`DatasetClient::get_entries`](crate::api::dataset::DatasetClient::get_entries). An error is the last
    /// item.
    pub async fn next(&mut self) -> Option<Result<Entry, Error<R::Error>>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The entries as an iterator, which blocks this thread; see [`blocking`](crate::blocking).
    ///
    /// # Errors
    ///
    /// In async code it fails with [`Error::Invalid`]. The iterator yields the errors of calls.
    #[cfg(feature = "blocking")]
    pub fn iter_blocking(self) -> Result<crate::blocking::Iter<Self>, Error<R::Error>> {
        crate::blocking::iter(self).map_err(|error| error.at(R::METHOD))
    }

    /// Adds a response's entries, and sets the size of the next part.
    fn take(&mut self, response: DatasetEntries) -> Result<(), Failure> {
        let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
        let mut bytes: usize = 0;
        for key in response.keys {
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
        // Grows slowly, as the next entries may be larger.
        self.size = fitting.min(self.size.saturating_mul(4)).clamp(1, MAX_COUNT);
        self.entries.extend(entries.into_values());
        Ok(())
    }
}

impl<R: GetRequest> Stream for GetInParts<R> {
    type Item = Result<Entry, Error<R::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(entry) = self.entries.pop_front() {
                return Poll::Ready(Some(Ok(entry)));
            }
            let Some(running) = &mut self.running else {
                let size = self.size;
                let Some(part) = self.left.take(size) else { return Poll::Ready(None) };
                let call = self.call.clone().with(|mut request| {
                    *request.entries_mut() = part;
                    request
                });
                self.running = Some(call.into_future());
                continue;
            };
            let response = ready!(running.as_mut().poll(context));
            self.running = None;
            let at = R::METHOD;
            let taken = response.and_then(|response| self.take(response).map_err(|failure| failure.at(at)));
            if let Err(error) = taken {
                self.left = Left::Indexes(VecDeque::new());
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl<R: Operation> fmt::Debug for GetInParts<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetInParts").field("call", &self.call).field("left", &self.left).finish_non_exhaustive()
    }
}

// Nothing in it is pinned in place.
impl<R: Operation> Unpin for GetInParts<R> {}

/// The entries that have not been requested yet.
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

    /// Removes the next entries, up to this number.
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
