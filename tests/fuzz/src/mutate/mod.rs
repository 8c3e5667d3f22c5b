//! Mutations that keep most of an input's structure.

pub mod frame;
pub mod json;
pub mod tensor;

use decthings_tests::Dice;
use decthings_tests::codec::varint;

/// Numbers at the edges of what is encoded in different ways.
const EDGES: [u64; 16] =
    [0, 1, 2, 3, 127, 128, 252, 253, 255, 256, 65_535, 65_536, u32::MAX as u64, 1 << 32, 1 << 63, u64::MAX];

/// The most copies of something that a mutation makes.
const MANY: usize = 2000;

/// One of these.
pub fn pick<'a, T>(items: &'a [T], dice: &mut Dice) -> &'a T {
    &items[dice.roll(items.len())]
}

/// A number at an edge.
pub fn edge(dice: &mut Dice) -> u64 {
    *pick(&EDGES, dice)
}

/// A number of copies: mostly few, sometimes many.
pub fn copies(dice: &mut Dice) -> usize {
    match dice.roll(4) {
        0 => dice.roll(MANY),
        _ => 1 + dice.roll(3),
    }
}

/// Writes a varint, sometimes in a longer form than needed.
pub fn any_varint(value: u64, out: &mut Vec<u8>, dice: &mut Dice) {
    match (usize::try_from(value), dice.roll(20)) {
        (Ok(value), 1..) => varint(value, out),
        _ => {
            out.push(255);
            out.extend(value.to_be_bytes());
        }
    }
}

/// Changes bytes without regard to their structure.
pub fn bytes(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = dice.roll(bytes.len());
    let len = dice.roll((bytes.len() - at).min(64) + 1);
    match dice.roll(6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..at + len)),
        2 => {
            let piece = bytes[at..at + len].to_vec();
            bytes.splice(at..at, piece);
        }
        3 => bytes.insert(at, edge(dice) as u8),
        4 if len > 0 => bytes[at] ^= 1 << dice.roll(8),
        _ if len > 0 => bytes[at] = edge(dice) as u8,
        _ => bytes.push(edge(dice) as u8),
    }
    bytes
}
