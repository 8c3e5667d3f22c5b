//! What stands before the elements in a `.npy` file: a dictionary as Python writes it.

use bytes::Bytes;

use super::InterchangeError;
use super::named::EXPECTED;
use crate::tensor::{DType, Tensor, TensorError};

const MAGIC: &[u8] = b"\x93NUMPY";
/// Elements begin at a multiple of this, so that they can be read in place.
const ALIGNMENT: usize = 64;

/// What stands before the elements.
pub(super) struct Header {
    /// The type of the elements, such as `<f4`; for records it is a list.
    descr: String,
    /// Whether the elements lie column by column.
    pub(super) by_column: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// Reads a header. What follows it is left.
    pub(super) fn take(file: &mut Bytes) -> Result<Self, InterchangeError> {
        let beginning = file.strip_prefix(MAGIC).ok_or_else(|| malformed("it does not begin as one"))?;
        let (start, len) = match *beginning {
            [1, _, a, b, ..] => (10usize, usize::from(u16::from_le_bytes([a, b]))),
            [2 | 3, _, a, b, c, d, ..] => (12, usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX)),
            [0..4, ..] | [] => return Err(malformed("it ends within its header")),
            [version, ..] => return Err(malformed(format!("version {version} is not known"))),
        };
        let end = start.checked_add(len).filter(|end| *end <= file.len());
        let end = end.ok_or_else(|| malformed("it ends within its header"))?;
        let data = file.split_off(end);
        let text = std::str::from_utf8(file.get(start..).unwrap_or_default());
        let text = text.map_err(|_| malformed("its header is not UTF-8"))?;
        let header = Literal(text).header().ok_or_else(|| malformed(format!("its header is {}", excerpt(text))))?;
        *file = data;
        Self::checked(header)
    }

    fn checked((descr, by_column, shape): Fields) -> Result<Self, InterchangeError> {
        let dims: Option<Vec<usize>> = shape.iter().map(|dim| usize::try_from(*dim).ok()).collect();
        let shape = dims.ok_or(TensorError::ShapeOverflow { shape: vec![usize::MAX] })?;
        Ok(Self { descr, by_column, shape })
    }

    /// The type of the elements, and whether they are big-endian.
    pub(super) fn dtype(&self) -> Result<(DType, bool), InterchangeError> {
        let (order, code) = self.descr.split_at_checked(1).unwrap_or_default();
        let found = CODES.iter().find(|(theirs, _)| *theirs == code);
        match (order, found) {
            ("<" | "|" | ">", Some((_, dtype))) => Ok((*dtype, order == ">")),
            _ => {
                let (dtype, shape) = (self.descr.clone(), self.shape.clone());
                Err(InterchangeError::Unsupported { dtype, shape, expected: EXPECTED })
            }
        }
    }

    /// The header of a tensor.
    pub(super) fn write(tensor: &Tensor) -> Result<Vec<u8>, InterchangeError> {
        let code = CODES.iter().find(|(_, ours)| *ours == tensor.dtype());
        let (code, dtype) = code.ok_or_else(|| InterchangeError::unsupported(tensor, EXPECTED))?;
        let order = if dtype.size() == Some(1) { '|' } else { '<' };
        let dims: String = tensor.shape().iter().map(|dim| format!("{dim}, ")).collect();
        let mut text = format!("{{'descr': '{order}{code}', 'fortran_order': False, 'shape': ({dims}), }}");
        let start = MAGIC.len().saturating_add(4);
        let end = start.saturating_add(text.len()).saturating_add(1).next_multiple_of(ALIGNMENT);
        text.extend(std::iter::repeat_n(' ', end.saturating_sub(start).saturating_sub(text.len()).saturating_sub(1)));
        text.push('\n');
        // No shape is long enough for more than the length can say.
        let len = u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes();
        Ok([MAGIC, &[1, 0], &len, text.as_bytes()].concat())
    }
}

/// The types of both sides.
const CODES: [(&str, DType); 11] = [
    ("f4", DType::F32),
    ("f8", DType::F64),
    ("i1", DType::I8),
    ("i2", DType::I16),
    ("i4", DType::I32),
    ("i8", DType::I64),
    ("u1", DType::U8),
    ("u2", DType::U16),
    ("u4", DType::U32),
    ("u8", DType::U64),
    ("b1", DType::Boolean),
];

type Fields = (String, bool, Vec<u64>);

/// The rest of what Python wrote.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    /// A dictionary with three keys, in any order.
    fn header(mut self) -> Option<Fields> {
        let (mut descr, mut by_column, mut shape) = (None, None, None);
        self.expect("{")?;
        while !self.eat("}") {
            let key = self.string()?;
            self.expect(":")?;
            match key {
                "descr" => descr = Some(self.descr()?.to_owned()),
                "fortran_order" => by_column = Some(self.boolean()?),
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if !self.eat(",") {
                self.expect("}")?;
                break;
            }
        }
        self.0.trim().is_empty().then_some((descr?, by_column?, shape?))
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Option<()> {
        self.eat(token).then_some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = if self.eat("'") { '\'' } else { self.expect("\"").map(|()| '"')? };
        let (text, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    /// A type, or a list that describes records.
    fn descr(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        if !text.starts_with('[') {
            return self.string();
        }
        let mut depth = 0usize;
        let closes = |(_, character): &(usize, char)| {
            match character {
                '[' => depth = depth.saturating_add(1),
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        };
        let (end, _) = text.char_indices().find(closes)?;
        let (list, rest) = text.split_at_checked(end.saturating_add(1))?;
        self.0 = rest;
        Some(list)
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.eat("True") {
            return Some(true);
        }
        self.expect("False").map(|()| false)
    }

    fn shape(&mut self) -> Option<Vec<u64>> {
        let mut dims = Vec::new();
        self.expect("(")?;
        while !self.eat(")") {
            let text = self.0.trim_start();
            let end = text.find(|character: char| !character.is_ascii_digit())?;
            let (digits, rest) = text.split_at_checked(end)?;
            dims.push(digits.parse().ok()?);
            self.0 = rest;
            // Python 2 marks long numbers.
            self.eat("L");
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        Some(dims)
    }
}

/// The beginning of a text, for an error message.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.trim_end().char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{:?}", text.trim_end()),
    }
}

fn malformed(message: impl std::fmt::Display) -> InterchangeError {
    InterchangeError::malformed(".npy", message)
}
