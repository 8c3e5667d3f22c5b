//! What generated code says about methods that answer page by page.

use crate::runtime::client::Operation;

/// A request for a page of a long list.
pub trait Paged: Operation + Clone {
    /// What the list holds.
    type Item: Send + 'static;

    /// How many items to skip, and how many to answer at most.
    fn range(&self) -> (Option<u32>, Option<u32>);

    /// The same request for another page.
    fn at(self, offset: u32, limit: Option<u32>) -> Self;

    /// The page that was answered.
    fn page(result: Self::Response) -> Page<Self::Item>;
}

/// A part of a long list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Number of items of the list before the first one.
    pub offset: u32,
    /// Number of items of the whole list, when this page was read.
    pub total: u32,
}

impl<T> Page<T> {
    /// Makes a page.
    pub fn new(items: Vec<T>, offset: u32, total: u32) -> Self {
        Self { items, offset, total }
    }
}
