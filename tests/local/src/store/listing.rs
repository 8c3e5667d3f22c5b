//! Lists of records: filtered, sorted, and cut into pages.

use std::cmp::Ordering;

use decthings::types::{ResourceFilter, SortDirection, Tag};

use super::users::USER;
use crate::error::CallError;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// A record that can be listed.
pub(crate) trait Listed {
    fn summary(&self) -> Summary<'_>;
}

/// What lists are filtered and sorted by.
pub(crate) struct Summary<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) tags: &'a [Tag],
    /// The time of creation, and a number that orders records of the same millisecond.
    pub(crate) created: (i64, u64),
}

/// The page that is requested.
pub(crate) struct Query {
    offset: Option<u32>,
    limit: Option<u32>,
    sort: Option<String>,
    direction: Option<SortDirection>,
    filter: Option<ResourceFilter>,
}

/// A page of a list.
pub(crate) struct Page<'a, T> {
    pub(crate) items: Vec<&'a T>,
    pub(crate) total: u32,
    pub(crate) offset: u32,
    pub(crate) limit: u32,
}

impl Query {
    pub(crate) fn new(
        offset: Option<u32>,
        limit: Option<u32>,
        sort: Option<String>,
        direction: Option<SortDirection>,
        filter: Option<ResourceFilter>,
    ) -> Self {
        Self { offset, limit, sort, direction, filter }
    }

    pub(crate) fn page<'a, T: Listed>(&self, all: impl Iterator<Item = &'a T>) -> Result<Page<'a, T>, CallError> {
        let limit = match self.limit {
            Some(0) => return Err(CallError::invalid("limit", "must be above 0")),
            limit => limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
        };
        let offset = self.offset.unwrap_or(0);
        let mut items: Vec<&T> = all.filter(|item| self.matches(&item.summary())).collect();
        match self.sort.as_deref() {
            None | Some("createdAt") => items.sort_by_key(|item| item.summary().created),
            Some("name") => items.sort_by(|a, b| by_name(&a.summary(), &b.summary())),
            Some(other) => {
                let reason = format!("cannot be {other:?}; it may be createdAt or name");
                return Err(CallError::invalid("sort", reason));
            }
        }
        match &self.direction {
            None | Some(SortDirection::Asc) => {}
            Some(SortDirection::Desc) => items.reverse(),
            Some(other) => {
                let reason = format!("cannot be {:?}; it may be asc or desc", other.as_str());
                return Err(CallError::invalid("sortDirection", reason));
            }
        }
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let (skip, take) = (usize::try_from(offset), usize::try_from(limit));
        let items = items.into_iter().skip(skip.unwrap_or(usize::MAX)).take(take.unwrap_or(usize::MAX)).collect();
        Ok(Page { items, total, offset, limit })
    }

    fn matches(&self, item: &Summary<'_>) -> bool {
        let Some(filter) = &self.filter else { return true };
        let any = |wanted: &Option<Vec<String>>, got: &str| {
            wanted.as_ref().is_none_or(|all| all.iter().any(|one| one == got))
        };
        any(&filter.owners, USER)
            && any(&filter.ids, item.id)
            && any(&filter.names, item.name)
            && filter.tags.iter().flatten().all(|tag| item.tags.contains(tag))
            && filter.search_name.as_deref().is_none_or(|text| contains(item.name, text))
    }
}

fn by_name(a: &Summary<'_>, b: &Summary<'_>) -> Ordering {
    a.name.cmp(b.name).then(a.created.cmp(&b.created))
}

fn contains(name: &str, text: &str) -> bool {
    name.to_lowercase().contains(&text.to_lowercase())
}

/// Checks that no record has a name, except perhaps the one with the id `except`.
pub(crate) fn check_name_is_free<'a, T: Listed + 'a>(
    records: impl IntoIterator<Item = &'a T>,
    name: &str,
    except: Option<&str>,
) -> Result<(), CallError> {
    let is_taken = |record: &T| {
        let other = record.summary();
        other.name == name && Some(other.id) != except
    };
    if records.into_iter().any(is_taken) { Err(CallError::NameAlreadyUsed) } else { Ok(()) }
}
