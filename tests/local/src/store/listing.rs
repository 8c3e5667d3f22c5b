//! Pages of datasets and models: filtered, sorted, cut.

use decthings::types::{ResourceFilter, SortDirection, Tag};

use super::USER;
use crate::fail::Fail;

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 100;

/// What a dataset and a model have in common.
pub(crate) trait Listed {
    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn tags(&self) -> &[Tag];
    /// When it was created; the number tells apart what was created in the same millisecond.
    fn created(&self) -> (i64, u64);
}

/// Which page is asked for.
pub(crate) struct Query {
    pub(crate) offset: Option<u32>,
    pub(crate) limit: Option<u32>,
    pub(crate) filter: Option<ResourceFilter>,
    pub(crate) sort: Option<String>,
    pub(crate) direction: Option<SortDirection>,
}

/// A page.
pub(crate) struct Page<'a, T> {
    pub(crate) items: Vec<&'a T>,
    pub(crate) total: u32,
    pub(crate) offset: u32,
    pub(crate) limit: u32,
}

impl Query {
    pub(crate) fn page<'a, T: Listed>(&self, all: impl Iterator<Item = &'a T>) -> Result<Page<'a, T>, Fail> {
        let limit = match self.limit {
            Some(0) => return Err(Fail::invalid("limit", "must be above 0")),
            limit => limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
        };
        let offset = self.offset.unwrap_or(0);
        let mut items: Vec<&T> = all.filter(|item| self.matches(*item)).collect();
        match self.sort.as_deref() {
            None | Some("createdAt") => items.sort_by_key(|item| item.created()),
            Some("name") => items.sort_by(|a, b| a.name().cmp(b.name()).then(a.created().cmp(&b.created()))),
            Some(other) => {
                let reason = format!("cannot be {other:?}; it may be createdAt or name");
                return Err(Fail::invalid("sort", reason));
            }
        }
        match &self.direction {
            None | Some(SortDirection::Asc) => {}
            Some(SortDirection::Desc) => items.reverse(),
            Some(other) => {
                let reason = format!("cannot be {:?}; it may be asc or desc", other.as_str());
                return Err(Fail::invalid("sortDirection", reason));
            }
        }
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let (skip, take) = (usize::try_from(offset), usize::try_from(limit));
        let items = items.into_iter().skip(skip.unwrap_or(usize::MAX)).take(take.unwrap_or(usize::MAX)).collect();
        Ok(Page { items, total, offset, limit })
    }

    fn matches(&self, item: &impl Listed) -> bool {
        let Some(filter) = &self.filter else { return true };
        let any = |wanted: &Option<Vec<String>>, got: &str| {
            wanted.as_ref().is_none_or(|all| all.iter().any(|one| one == got))
        };
        any(&filter.owners, USER)
            && any(&filter.ids, item.id())
            && any(&filter.names, item.name())
            && filter.tags.iter().flatten().all(|tag| item.tags().contains(tag))
            && filter.search_name.as_deref().is_none_or(|text| contains(item.name(), text))
    }
}

fn contains(name: &str, text: &str) -> bool {
    name.to_lowercase().contains(&text.to_lowercase())
}
