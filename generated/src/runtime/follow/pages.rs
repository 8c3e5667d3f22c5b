//! Long lists, as streams of pages and of items.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{fmt, vec};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::runtime::client::{Call, Operation};
use crate::runtime::error::{Error, Failure};

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

type Answer<R> = Result<Page<<R as Paged>::Item>, Error<<R as crate::runtime::Operation>::Error>>;

/// A list, page by page: a stream.
///
/// A page is asked for when it is read, and begins where the one before it ended, however long that was. The stream
/// ends with the `total` of the page read last, with an empty page, or after an error. What is added to the list or
/// taken from it in the meantime moves what follows, so that an item may come twice or not at all.
#[must_use = "pages are read when the stream is"]
pub struct Pages<R: Paged> {
    call: Call<R>,
    /// Where the next page begins; nothing after the last one.
    next: Option<u32>,
    asked: Option<Asked<R>>,
    prefetch: bool,
}

/// A page on its way.
enum Asked<R: Paged> {
    Lazily(BoxFuture<'static, Answer<R>>),
    Ahead(Task<Answer<R>>),
}

impl<R: Paged> Pages<R> {
    pub(super) fn new(call: Call<R>) -> Self {
        let (offset, _) = call.request().range();
        Self { call, next: Some(offset.unwrap_or_default()), asked: None, prefetch: false }
    }

    /// Asks for a page while the one before it is being used.
    pub fn prefetch(mut self) -> Self {
        self.prefetch = true;
        self
    }

    /// The next page; `None` after the last one. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Answer<R>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Answer<R>>> {
        let Some(offset) = self.next else { return Poll::Ready(None) };
        let asked = match &mut self.asked {
            Some(asked) => asked,
            none => none.insert(Asked::Lazily(ask(self.call.clone(), offset))),
        };
        let answer = match asked {
            Asked::Lazily(future) => ready!(future.as_mut().poll(context)),
            Asked::Ahead(task) => match ready!(Pin::new(&mut task.0).poll(context)) {
                Ok(answer) => answer,
                Err(error) => Err(stopped(&error).at(R::METHOD)),
            },
        };
        self.asked = None;
        self.next = None;
        let page = match answer.and_then(|page| from::<R>(page, offset)) {
            Ok(page) if page.items.is_empty() => return Poll::Ready(None),
            Ok(page) => page,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let count = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        self.next = offset.checked_add(count).filter(|next| *next < page.total);
        if let (true, Some(next), Ok(runtime)) = (self.prefetch, self.next, Handle::try_current()) {
            self.asked = Some(Asked::Ahead(Task(runtime.spawn(ask(self.call.clone(), next)))));
        }
        Poll::Ready(Some(Ok(page)))
    }
}

fn ask<R: Paged>(call: Call<R>, offset: u32) -> BoxFuture<'static, Answer<R>> {
    let (_, limit) = call.request().range();
    let call = call.with(|request| request.at(offset, limit));
    Box::pin(async move { Ok(R::page(call.response().await?)) })
}

/// The page as it was asked for: without the items before, which have been read already.
fn from<R: Paged>(mut page: Page<R::Item>, offset: u32) -> Answer<R> {
    let begins = page.offset;
    let known = usize::try_from(offset.saturating_sub(begins)).unwrap_or(usize::MAX);
    if page.items.is_empty() {
        return Ok(page);
    }
    if begins > offset || known >= page.items.len() {
        let message =
            format!("the page begins at {begins} and has {} items, but {offset} was asked for", page.items.len());
        return Err(Failure::decode("result.offset", message, "").at(R::METHOD));
    }
    page.items.drain(..known);
    page.offset = offset;
    Ok(page)
}

fn stopped(error: &tokio::task::JoinError) -> Failure {
    let message = format!("the page was being fetched in the background, which ended: {error}");
    Failure::Transport { message, unsent: false, source: None }
}

/// Ends with its handle.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Answer<R>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

// Nothing in it is pinned in place.
impl<R: Paged> Unpin for Pages<R> {}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("method", &R::METHOD).field("next", &self.next).finish_non_exhaustive()
    }
}

impl<R: Paged> Call<R> {
    /// The pages of the list from `offset` on, with `limit` items each, or as many as the server thinks right. Nothing
    /// is sent until the first one is read.
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }

    /// How many items there are on all pages.
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send).
    pub async fn total(self) -> Result<u32, Error<R::Error>> {
        let (offset, _) = self.request().range();
        let result = self.with(|request| request.at(offset.unwrap_or_default(), Some(1))).response().await?;
        Ok(R::page(result).total)
    }
}

type Read<R> = Option<Result<<R as Paged>::Item, Error<<R as Operation>::Error>>>;

/// A list, item by item: a stream, which reads [`Pages`] as it needs them.
#[must_use = "items are read when the stream is"]
pub struct Items<R: Paged> {
    pages: Pages<R>,
    page: vec::IntoIter<R::Item>,
}

impl<R: Paged> Items<R> {
    pub(super) fn new(pages: Pages<R>) -> Self {
        Self { pages, page: Vec::new().into_iter() }
    }

    /// Asks for a page while the items of the one before it are being used.
    pub fn prefetch(mut self) -> Self {
        self.pages = self.pages.prefetch();
        self
    }

    /// The next item; `None` after the last one. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<R::Item, Error<R::Error>>> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Read<R>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.page = page.items.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item, Error<R::Error>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
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
    /// The items of all [`pages`](Self::pages), one by one.
    pub fn items(self) -> Items<R> {
        Items::new(self.pages())
    }
}
