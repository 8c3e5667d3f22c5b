//! Tables of numbers.

use super::error::ComputeError;

/// The most values (rows × columns) that one [`Samples`] may have.
pub const MAX_VALUES: usize = 50_000_000;

/// A checked table of finite 32-bit floats, stored row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    name: String,
    rows: usize,
    cols: usize,
    data: Vec<f32>,
}

impl Samples {
    /// Makes a table; `name` is what errors about it call it, e.g. `x`.
    ///
    /// # Errors
    /// [`ComputeError::InvalidParameter`] with that name if there is no row or no column, if
    /// `data` has not `rows × cols` values or more than [`MAX_VALUES`], or if one is not finite.
    pub fn new(name: impl Into<String>, rows: usize, cols: usize, data: Vec<f32>) -> Result<Self, ComputeError> {
        let name = name.into();
        let fail = |reason: String| Err(ComputeError::parameter(name.as_str(), reason));
        if rows == 0 {
            return fail("has no rows".into());
        }
        if cols == 0 {
            return fail("has no columns".into());
        }
        match rows.checked_mul(cols) {
            Some(values) if values <= MAX_VALUES => {
                if values != data.len() {
                    let got = data.len();
                    return fail(format!("{rows} rows of {cols} columns need {values} values, got {got}"));
                }
            }
            _ => {
                return fail(format!("{rows} rows of {cols} columns exceed the limit of {MAX_VALUES} values"));
            }
        }
        let bad = data.chunks_exact(cols).enumerate().find_map(|(row, values)| {
            let col = values.iter().position(|value| !value.is_finite())?;
            Some((row, col))
        });
        if let Some((row, col)) = bad {
            return fail(format!("the value in row {row}, column {col} is not a finite number"));
        }
        Ok(Self { name, rows, cols, data })
    }

    /// What errors about this table call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns, at least 1.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// All values, row after row.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// One row, or `None` past the last.
    pub fn row(&self, row: usize) -> Option<&[f32]> {
        self.data.chunks_exact(self.cols).nth(row)
    }

    /// Gives the values away, row after row.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }

    pub(super) fn expect_cols(&self, cols: usize) -> Result<(), ComputeError> {
        if self.cols == cols {
            return Ok(());
        }
        let got = self.cols;
        let reason = format!("has {got} columns, the model needs {cols}");
        Err(ComputeError::parameter(self.name.as_str(), reason))
    }
}
