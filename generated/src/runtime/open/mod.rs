//! Unions that are told apart while they are read.

mod keyed;
mod kinded;
mod strings;
mod tagged;

pub use keyed::{KeyedUnion, read_keyed};
pub use kinded::{JsonKind, KindedUnion, read_kinded};
pub use tagged::{TaggedUnion, read_tagged};
