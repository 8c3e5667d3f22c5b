//! Long lists, read page by page.

mod items;
mod paged;
mod pages;

pub use items::Items;
pub use paged::{Page, Paged};
pub use pages::Pages;

use super::{Call, Error};

impl<R: Paged> Call<R> {
    /// The pages of the list from `offset` on, with `limit` items each, or as many as the server thinks right. Nothing
    /// is sent until the first one is read.
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }

    /// The items of all [`pages`](Self::pages), one by one.
    pub fn items(self) -> Items<R> {
        Items::new(self.pages())
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
