//! Long lists, as streams of pages and of items.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, vec};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::runtime::client::{Call, Operation};
use crate::runtime::error::{Error, Failure};

/// A request for a page of a long list.
pub trait Paged: Operation + Clone {
    /// An item of the list.
    type Item: Send + 'static;

    /// The number of items to skip, and the maximum number of items of the page.
    fn range(&self) -> (Option<u32>, Option<u32>);

    /// The same request for another page.
    fn at(self, offset: u32, limit: Option<u32>) -> Self;

    /// The page in the response.
    fn page(result: Self::Response) -> Page<Self::Item>;
}

/// A part of a long list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The number of items of the list before the first one of this page.
    pub offset: u32,
    /// The number of items of the whole list at the time of the response.
    pub total: u32,
}

impl<T> Page<T> {
    /// Makes a page.
    pub fn new(items: Vec<T>, offset: u32, total: u32) -> Self {
        Self { items, offset, total }
    }
}

type PageResult<R> = Result<Page<<R as Paged>::Item>, Error<<R as Operation>::Error>>;

/// A list, page by page: a stream.
///
/// Each page is fetched when it is read, and begins where the previous one ended. The stream ends when it reaches the
/// `total` of the last page, with an empty page, or after an error. Changes of the list in the meantime shift the
/// following items, so that an item may come twice or be missing.
#[must_use = "streams fetch nothing until they are read"]
pub struct Pages<R: Paged> {
    call: Call<R>,
    /// The offset of the next page; `None` after the last one.
    next: Option<u32>,
    fetch: Option<BoxFuture<'static, PageResult<R>>>,
    prefetch: bool,
}

impl<R: Paged> Pages<R> {
    /// Fetches the next page in the background while a page is in use.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// The next page; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<Page<R::Item>, Error<R::Error>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Result<Page<R::Item>, Error<R::Error>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let Some(offset) = this.next else { return Poll::Ready(None) };
        let fetching = this.fetch.get_or_insert_with(|| Box::pin(fetch(this.call.clone(), offset)));
        let response = ready!(fetching.as_mut().poll(context));
        this.fetch = None;
        this.next = None;
        let page = match response.and_then(|page| trim::<R>(page, offset)) {
            Ok(page) if page.items.is_empty() => return Poll::Ready(None),
            Ok(page) => page,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        this.next = offset.checked_add(count).filter(|next| *next < page.total);
        if let (true, Some(next), Ok(_)) = (this.prefetch, this.next, Handle::try_current()) {
            this.fetch = Some(fetch_in_background(this.call.clone(), next));
        }
        Poll::Ready(Some(Ok(page)))
    }
}

async fn fetch<R: Paged>(call: Call<R>, offset: u32) -> PageResult<R> {
    let (_, limit) = call.request().range();
    let call = call.with(|request| request.at(offset, limit));
    Ok(R::page(call.response().await?))
}

/// Dropping the future aborts the task.
fn fetch_in_background<R: Paged>(call: Call<R>, offset: u32) -> BoxFuture<'static, PageResult<R>> {
    let mut tasks = JoinSet::new();
    tasks.spawn(fetch(call, offset));
    Box::pin(async move {
        match tasks.join_next().await {
            Some(Ok(page)) => page,
            stopped => {
                let error = stopped.and_then(Result::err).map(|error| error.to_string()).unwrap_or_default();
                let message = format!("the background task of the page was stopped: {error}");
                Err(Failure::Transport { message, unsent: false, source: None }.at(R::METHOD))
            }
        }
    })
}

/// Removes the items before the offset, which the previous page had.
fn trim<R: Paged>(mut page: Page<R::Item>, offset: u32) -> PageResult<R> {
    let (start, count) = (page.offset, page.items.len());
    let known = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
    if count == 0 {
        return Ok(page);
    }
    if start > offset || known >= count {
        let message = format!("the page has {count} items from {start} on, but was requested from {offset} on");
        return Err(Failure::decode("result.offset", message, "").at(R::METHOD));
    }
    page.items.drain(..known);
    page.offset = offset;
    Ok(page)
}

// Nothing in it is pinned in place.
impl<R: Paged> Unpin for Pages<R> {}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("method", &R::METHOD).field("next", &self.next).finish_non_exhaustive()
    }
}

/// A list, item by item: a stream, which reads [`Pages`] as it needs them.
#[must_use = "streams fetch nothing until they are read"]
pub struct Items<R: Paged> {
    pages: Pages<R>,
    page: vec::IntoIter<R::Item>,
}

impl<R: Paged> Items<R> {
    /// Fetches the next page in the background while the items of a page are in use.
    pub fn prefetch(mut self) -> Self {
        self.pages.prefetch = true;
        self
    }

    /// The next item; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<R::Item, Error<R::Error>>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item, Error<R::Error>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.page = page.items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in it is pinned in place.
impl<R: Paged> Unpin for Items<R> {}

impl<R: Paged> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("read", &self.page.len()).finish()
    }
}

impl<R: Paged> Call<R> {
    /// The pages of the list from `offset` on, with `limit` items each, or with the server's default. The first page is
    /// fetched when it is read.
    pub fn pages(self) -> Pages<R> {
        let offset = self.request().range().0.unwrap_or_default();
        Pages { call: self, next: Some(offset), fetch: None, prefetch: false }
    }

    /// The items of all [`pages`](Self::pages), one by one.
    pub fn items(self) -> Items<R> {
        Items { pages: self.pages(), page: Vec::new().into_iter() }
    }

    /// The number of items on all pages.
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send).
    pub async fn total(self) -> Result<u32, Error<R::Error>> {
        let offset = self.request().range().0.unwrap_or_default();
        let result = self.with(|request| request.at(offset, Some(1))).response().await?;
        Ok(R::page(result).total)
    }
}
