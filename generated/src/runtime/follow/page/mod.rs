//! Long lists, read page by page.

mod items;
mod paged;
mod pages;

pub use items::Items;
pub use paged::{Page, Paged};
pub use pages::Pages;
