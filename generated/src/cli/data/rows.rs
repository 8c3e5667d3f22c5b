//! Headers of `.npy` files for a part of an array: the same type, and another number of rows.

use std::io::{self, Read};

/// What every `.npy` file begins with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The longest header, in bytes.
const MAX_HEADER: usize = 1 << 16;

/// Elements begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// The header of an array with at least one dimension.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The description up to the number of rows.
    before: String,
    pub(super) rows: u64,
    /// The description from the first comma of the shape.
    after: String,
    /// The size of the header in its file.
    pub(super) len: u64,
}

impl Header {
    /// Reads a header, and what follows it not.
    pub(super) fn read(mut from: impl Read) -> Result<Self, String> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => "is no array of NumPy".to_owned(),
            _ => error.to_string(),
        };
        let mut start = [0; 8];
        from.read_exact(&mut start).map_err(failed)?;
        let [magic @ .., major, _] = start;
        let len = match (magic == *MAGIC, major) {
            (false, _) => return Err("is no array of NumPy".to_owned()),
            (true, 1) => {
                let mut len = [0; 2];
                from.read_exact(&mut len).map_err(failed)?;
                usize::from(u16::from_le_bytes(len))
            }
            (true, _) => {
                let mut len = [0; 4];
                from.read_exact(&mut len).map_err(failed)?;
                usize::try_from(u32::from_le_bytes(len)).unwrap_or(usize::MAX)
            }
        };
        if len > MAX_HEADER {
            return Err(format!("has a header of more than {MAX_HEADER} bytes"));
        }
        let mut text = vec![0; len];
        from.read_exact(&mut text).map_err(failed)?;
        let text = String::from_utf8(text).map_err(|_| "has a header that is not text".to_owned())?;
        let start = if major == 1 { 10_u64 } else { 12 };
        Self::parse(&text, start.saturating_add(u64::try_from(len).unwrap_or(u64::MAX)))
    }

    /// Splits `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`. Reading the rows checks the rest.
    fn parse(text: &str, len: u64) -> Result<Self, String> {
        let shape = text.find("'shape':").and_then(|at| Some((at, text.get(at..)?.find('(')?)));
        let split = shape.and_then(|(at, open)| text.split_at_checked(at.checked_add(open)?.checked_add(1)?));
        let (before, rest) = split.ok_or("has a header without a shape")?;
        let (rows, after) = rest.split_at_checked(rest.find([',', ')']).unwrap_or(0)).unwrap_or_default();
        let rows = match rows.trim() {
            "" => return Err("has no dimension for the entries".to_owned()),
            rows => rows.trim_end_matches('L').parse().map_err(|_| "has a header with a malformed shape")?,
        };
        let is_flat = after.trim_start_matches([',', ' ']).starts_with(')');
        if text.contains("'fortran_order': True") && !is_flat {
            return Err("lies column by column; save `numpy.ascontiguousarray(…)` of it".to_owned());
        }
        Ok(Self { before: before.to_owned(), rows, after: after.trim_end().to_owned(), len })
    }

    /// The header of a file with so many rows.
    pub(super) fn with_rows(&self, rows: u64) -> Result<Vec<u8>, String> {
        let mut text = format!("{}{rows}{}", self.before, self.after);
        let used = text.len().saturating_add(11);
        text.extend(std::iter::repeat_n(' ', used.next_multiple_of(ALIGNMENT).saturating_sub(used)));
        text.push('\n');
        let len = u16::try_from(text.len()).map_err(|_| "has a header of more than 65535 bytes")?;
        Ok([MAGIC, &[1, 0][..], &len.to_le_bytes(), text.as_bytes()].concat())
    }
}
