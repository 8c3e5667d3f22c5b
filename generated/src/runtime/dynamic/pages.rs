//! Long lists by name.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use serde::Serialize;

use super::call::{DynamicCall, DynamicMessage, message};
use super::operation::DynamicOperation;
use crate::runtime::error::Error;
use crate::runtime::follow::{Items, Paged};
use crate::runtime::method::ApiError;
use crate::runtime::wire::JsonLimits;

/// The parameters that select a page of a long list.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct PagesInfo {
    /// The parameter with the number of items to skip.
    pub offset: &'static str,
    /// The parameter with the maximum number of items of a page.
    pub limit: &'static str,
    open: fn(DynamicCall) -> Result<DynamicItems, Error>,
}

impl fmt::Debug for PagesInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PagesInfo").field("offset", &self.offset).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl DynamicOperation {
    /// Makes it a method that returns a page of a long list, which these parameters select.
    #[must_use]
    pub const fn paged<R: Paged<Item: Serialize>>(mut self, offset: &'static str, limit: &'static str) -> Self {
        self.pages = Some(PagesInfo { offset, limit, open: open::<R> });
        self
    }
}

impl DynamicCall {
    /// The items of all pages, as [`Call::items`](crate::Call::items) reads them.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]: the parameters are not those of the method, or it returns no page of a list.
    pub fn items(self) -> Result<DynamicItems, Error> {
        match self.operation.pages {
            Some(pages) => (pages.open)(self),
            None => Err(self.operation.lacks("returns no page of a list")),
        }
    }
}

fn open<R: Paged<Item: Serialize>>(call: DynamicCall) -> Result<DynamicItems, Error> {
    let call = call.typed::<R>()?;
    let limits = call.client.json_limits();
    Ok(DynamicItems(Box::pin(Messages { items: call.items(), limits })))
}

/// The items of a long list, as JSON: a stream.
#[must_use = "streams fetch nothing until they are read"]
pub struct DynamicItems(Pin<Box<dyn Stream<Item = Result<DynamicMessage, Error>> + Send>>);

impl DynamicItems {
    /// The next item; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Result<DynamicMessage, Error>> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }
}

impl Stream for DynamicItems {
    type Item = Result<DynamicMessage, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for DynamicItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynamicItems")
    }
}

struct Messages<R: Paged> {
    items: Items<R>,
    limits: JsonLimits,
}

impl<R: Paged<Item: Serialize>> Stream for Messages<R> {
    type Item = Result<DynamicMessage, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let limits = self.limits;
        let item = Pin::new(&mut self.items).poll_next(context);
        item.map(|item| {
            item.map(|item| {
                message(&item.map_err(Error::into_raw)?, limits).map_err(|failure| failure.at::<ApiError>(R::METHOD))
            })
        })
    }
}
