//! Unions whose variant is determined while they are read.

pub(crate) mod keyed;
pub(crate) mod kinded;
mod strings;
pub(crate) mod tagged;

pub use keyed::{KeyedUnion, read_keyed};
pub use kinded::{JsonKind, KindedUnion, read_kinded};
pub use tagged::{TaggedUnion, read_tagged};
