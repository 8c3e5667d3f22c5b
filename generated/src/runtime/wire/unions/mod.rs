//! Unions whose variant is determined while they are read.

mod item_or_list;
pub(crate) mod keyed;
pub(crate) mod kinded;
mod strings;
pub(crate) mod tagged;

pub use item_or_list::{ItemOrList, item_or_list, optional_item_or_list};
pub use keyed::{KeyedUnion, read_keyed};
pub use kinded::{JsonKind, KindedUnion, read_kinded};
pub use tagged::{TaggedUnion, read_tagged};
