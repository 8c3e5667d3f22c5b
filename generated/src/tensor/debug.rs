//! Tensors as text for people.

use std::fmt;

use super::media::split;
use super::shape::ShapeText;
use super::text::text;
use super::{DType, Tensor};

/// How many elements are shown.
const ELEMENTS: usize = 6;
/// How many characters of each text are shown.
const CHARACTERS: usize = 40;

/// The element type, the shape and the first few elements: `Tensor(u8 [2, 2]: 1, 2, 3, 4)`.
impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({} {}", self.dtype(), ShapeText(self.shape()))?;
        match self.dtype() {
            DType::F32 => list(f, self.numbers::<f32>())?,
            DType::F64 => list(f, self.numbers::<f64>())?,
            DType::I8 => list(f, self.numbers::<i8>())?,
            DType::I16 => list(f, self.numbers::<i16>())?,
            DType::I32 => list(f, self.numbers::<i32>())?,
            DType::I64 => list(f, self.numbers::<i64>())?,
            DType::U8 => list(f, self.numbers::<u8>())?,
            DType::U16 => list(f, self.numbers::<u16>())?,
            DType::U32 => list(f, self.numbers::<u32>())?,
            DType::U64 => list(f, self.numbers::<u64>())?,
            DType::Boolean => list(f, self.booleans())?,
            DType::String => list(f, self.parts().map(Text))?,
            DType::Binary => list(f, self.parts().map(Data))?,
            DType::Image | DType::Audio | DType::Video => list(f, self.parts().map(Media))?,
        }
        f.write_str(")")
    }
}

fn list<T: fmt::Debug>(f: &mut fmt::Formatter<'_>, elements: impl ExactSizeIterator<Item = T>) -> fmt::Result {
    let more = elements.len() > ELEMENTS;
    for (index, element) in elements.take(ELEMENTS).enumerate() {
        write!(f, "{} {element:?}", if index == 0 { ":" } else { "," })?;
    }
    f.write_str(if more { ", …" } else { "" })
}

struct Text<'a>(&'a [u8]);

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = text(self.0);
        match text.char_indices().nth(CHARACTERS) {
            Some((end, _)) => write!(f, "{:?}…", text.get(..end).unwrap_or_default()),
            None => write!(f, "{text:?}"),
        }
    }
}

struct Data<'a>(&'a [u8]);

impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

struct Media<'a>(&'a [u8]);

impl fmt::Debug for Media<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (format, data) = split(self.0).unwrap_or_default();
        write!(f, "{:?} {} bytes", Text(format), data.len())
    }
}
