//! What commands print for people.

use std::fmt::Display;
use std::io::Write as _;

use crate::failure::Failure;

/// Prints a line to standard output.
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
