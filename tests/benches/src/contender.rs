//! Who is measured.

use std::fmt;
use std::str::FromStr;

use anyhow::bail;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// This project's crate.
    Ours,
    /// The bare library under it, sending and receiving the same bytes.
    Bare,
    /// The bare library with the least code that gives the same typed values; see [`floor`](crate::floor).
    Floor,
    /// Crate `decthings-api` 0.1.5.
    Official,
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "ours",
            Self::Bare => "bare",
            Self::Floor => "floor",
            Self::Official => "official",
        })
    }
}

impl FromStr for Contender {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(match name {
            "ours" => Self::Ours,
            "bare" => Self::Bare,
            "floor" => Self::Floor,
            "official" => Self::Official,
            _ => bail!("there is no contender {name}"),
        })
    }
}
