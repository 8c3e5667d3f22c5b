//! Mutations of tensors, field by field.

use decthings_tests::Dice;
use decthings_tests::codec::take_varint;

use super::{any_varint, copies, edge, pick};

/// Changes one field of the first tensor, or the number of tensors.
pub fn tensor(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let &[mut tag, mut rank, ref rest @ ..] = bytes else { return None };
    let mut rest = rest;
    let mut dims = Vec::new();
    for _ in 0..rank {
        dims.push(take_varint(&mut rest).ok()? as u64);
    }
    let mut payload = rest.to_vec();
    match dice.roll(9) {
        0 => tag = dice.roll(18) as u8,
        1 => rank = edge(dice) as u8,
        2 if !dims.is_empty() => *pick_mut(&mut dims, dice) = edge(dice),
        3 if !dims.is_empty() => {
            let dim = pick_mut(&mut dims, dice);
            *dim = if dice.roll(2) == 0 { dim.wrapping_add(1) } else { dim.wrapping_sub(1) };
        }
        4 => {
            dims.insert(0, edge(dice));
            rank = rank.wrapping_add(1);
        }
        5 => {
            // The total length of elements of variable size, or other bytes.
            let mut tail = rest;
            let total = take_varint(&mut tail).ok()? as u64;
            payload.clear();
            let total = if dice.roll(2) == 0 { edge(dice) } else { total.wrapping_add(1) };
            any_varint(total, &mut payload, dice);
            payload.extend(tail);
        }
        6 => return Some(bytes.repeat(copies(dice))),
        7 => {
            // Many elements of nothing.
            let count = copies(dice);
            (tag, rank, dims) = (*pick(&[11, 12, 14, 16], dice), 1, vec![count as u64]);
            payload.clear();
            any_varint(count as u64, &mut payload, dice);
            payload.extend(std::iter::repeat_n(0, count));
        }
        _ => payload = super::bytes(&payload, dice),
    }
    let mut mutated = vec![tag, rank];
    dims.into_iter().for_each(|dim| any_varint(dim, &mut mutated, dice));
    mutated.extend(payload);
    Some(mutated)
}

fn pick_mut<'a, T>(items: &'a mut [T], dice: &mut Dice) -> &'a mut T {
    &mut items[dice.roll(items.len())]
}
