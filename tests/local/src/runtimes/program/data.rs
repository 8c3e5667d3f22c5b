//! The data that a program can ask for while a function runs.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::message::Param;
use crate::compute::random::Rng;
use crate::presets::source::DataSource;
use crate::store::states::Parts;
use crate::util;

/// How many bytes are read at a time, about, if all elements have the same size.
const PIECE_BYTES: u64 = 1 << 20;

/// How many elements are read at a time.
const MAX_PIECE: u32 = 1024;

/// A key of a state, which is a single element.
pub(super) struct StateKey {
    pub(super) parts: Parts,
    pub(super) index: usize,
}

impl DataSource for StateKey {
    fn count(&self) -> u32 {
        1
    }

    fn bytes(&self) -> u64 {
        self.parts.get(self.index).map_or(0, crate::store::states::part_size)
    }

    fn read(&self, _: Range<u32>) -> io::Result<Vec<Bytes>> {
        Ok(vec![self.parts.get(self.index).map(|part| part.bytes.clone()).unwrap_or_default()])
    }
}

/// The data of all functions that run, by id.
#[derive(Default)]
pub(super) struct Datasets {
    all: HashMap<u64, Dataset>,
    last: u64,
}

struct Dataset {
    source: Arc<dyn DataSource>,
    /// The order of the elements, after it has been shuffled.
    order: Option<Arc<Vec<u32>>>,
}

/// Elements that a program has asked for.
pub(super) struct Selection {
    source: Option<Arc<dyn DataSource>>,
    order: Option<Arc<Vec<u32>>>,
    range: Range<u32>,
}

impl Selection {
    pub(super) fn count(&self) -> u32 {
        self.range.end.saturating_sub(self.range.start)
    }

    /// Reads the elements, a few at a time.
    pub(super) fn read(&self) -> impl Iterator<Item = io::Result<Bytes>> {
        let read = |source: &Arc<dyn DataSource>, piece| match source.read(piece) {
            Ok(elements) => elements.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        let pieces = self.source.iter().flat_map(|source| self.pieces(&**source).map(move |piece| (source, piece)));
        pieces.flat_map(move |(source, piece)| read(source, piece))
    }

    /// The ranges to read, in order. Elements that have been shuffled are anywhere.
    fn pieces(&self, source: &dyn DataSource) -> impl Iterator<Item = Range<u32>> {
        let length = if self.order.is_some() { 1 } else { piece_length(source) };
        let starts = self.range.clone().step_by(usize::try_from(length).unwrap_or(1));
        starts.map(move |start| match &self.order {
            None => start..start.saturating_add(length).min(self.range.end),
            Some(order) => {
                let index = usize::try_from(start).ok().and_then(|position| order.get(position).copied());
                // A range that does not exist is an error of the source.
                let index = index.unwrap_or(u32::MAX);
                index..index.saturating_add(1)
            }
        })
    }
}

/// How many elements are read at a time.
fn piece_length(source: &dyn DataSource) -> u32 {
    let length = PIECE_BYTES.saturating_mul(source.count().into()).checked_div(source.bytes());
    u32::try_from(length.unwrap_or(1)).unwrap_or(u32::MAX).clamp(1, MAX_PIECE)
}

impl Datasets {
    /// Adds data under a new id.
    pub(super) fn add(&mut self, name: &str, source: Arc<dyn DataSource>) -> Param {
        self.last = self.last.saturating_add(1);
        let param = Param {
            name: name.to_owned(),
            dataset: self.last.to_string(),
            amount: source.count(),
            total_byte_size: source.bytes(),
        };
        self.all.insert(self.last, Dataset { source, order: None });
        param
    }

    /// Removes data, which the program should not ask for any more.
    pub(super) fn remove(&mut self, params: &[Param]) {
        for param in params {
            if let Ok(id) = param.dataset.parse::<u64>() {
                self.all.remove(&id);
            }
        }
    }

    /// The elements from `start` on. There are none if the function that the data was for has ended in the meantime.
    pub(super) fn select(&self, id: &str, start: u64, amount: u64) -> Result<Selection, String> {
        let Some(dataset) = self.find(id)? else {
            return Ok(Selection { source: None, order: None, range: 0..0 });
        };
        let count = dataset.source.count();
        let end = start.checked_add(amount).and_then(|end| u32::try_from(end).ok()).filter(|end| *end <= count);
        match (u32::try_from(start), end) {
            (Ok(start), Some(end)) => {
                Ok(Selection { source: Some(dataset.source.clone()), order: dataset.order.clone(), range: start..end })
            }
            _ => Err(format!("it asked for {amount} elements from index {start} on of data with {count} elements")),
        }
    }

    /// Puts the elements of some data in one common new order, so that elements with the same index keep a common index.
    pub(super) fn shuffle(&mut self, ids: &[String]) -> Result<(), String> {
        let ids: BTreeSet<&String> = ids.iter().collect();
        let mut common: Option<Vec<u32>> = None;
        for id in &ids {
            let Some(dataset) = self.find(id)? else { continue };
            let count = dataset.source.count();
            match &common {
                None => {
                    let mut order: Vec<u32> = (0..count).collect();
                    Rng::new(util::random()).shuffle(&mut order);
                    common = Some(order);
                }
                Some(order) if order.len() != usize::try_from(count).unwrap_or(usize::MAX) => {
                    let first = order.len();
                    return Err(format!("it shuffled data with {first} elements together with data with {count}"));
                }
                Some(_) => {}
            }
        }
        let Some(common) = common.map(Arc::new) else { return Ok(()) };
        for id in ids {
            let Some(dataset) = id.parse::<u64>().ok().and_then(|id| self.all.get_mut(&id)) else { continue };
            dataset.order = Some(match &dataset.order {
                None => common.clone(),
                Some(old) => {
                    let at = |position: &u32| usize::try_from(*position).ok().and_then(|at| old.get(at).copied());
                    Arc::new(common.iter().filter_map(at).collect())
                }
            });
        }
        Ok(())
    }

    /// The data with an id. Nothing if it has been removed; an error if there has never been such data.
    fn find(&self, id: &str) -> Result<Option<&Dataset>, String> {
        match id.parse::<u64>() {
            Ok(number) if (1..=self.last).contains(&number) => Ok(self.all.get(&number)),
            _ => Err(format!("it asked for the data {id:?}, which does not exist")),
        }
    }
}
