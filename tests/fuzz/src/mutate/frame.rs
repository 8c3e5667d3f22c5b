//! Mutations of frames: their JSON, their blobs, and the lengths of both.

use decthings_tests::Dice;
use decthings_tests::codec::{Parts, split_request, split_response, varint};
use serde_json::Value;

use super::{any_varint, copies, edge, json, pick, tensor};

/// Where a frame has its lengths.
#[derive(Clone, Copy)]
pub enum Layout {
    /// The number of blobs, and all lengths, before the JSON.
    Request,
    /// Each length before its part.
    Response,
}

/// Changes one part of a frame; `None` if it is no frame.
pub fn frame(bytes: &[u8], layout: Layout, dice: &mut Dice) -> Option<Vec<u8>> {
    let (json, mut blobs) = split(bytes, layout)?;
    let mut json = json.to_vec();
    match dice.roll(if blobs.is_empty() { 6 } else { 9 }) {
        0 => json = json::document(std::str::from_utf8(&json).ok()?, dice),
        1..=3 => {
            let mut value: Value = serde_json::from_slice(&json).ok()?;
            json::value(&mut value, dice);
            json = value.to_string().into_bytes();
        }
        4 => {
            let blob = if blobs.is_empty() { Vec::new() } else { pick(&blobs, dice).clone() };
            blobs.extend(std::iter::repeat_n(blob, copies(dice)));
        }
        5 => return Some(lengths(&json, &blobs, layout, dice)),
        6 => drop(blobs.remove(dice.roll(blobs.len()))),
        _ => {
            let at = dice.roll(blobs.len());
            blobs[at] = tensor::tensor(&blobs[at], dice).unwrap_or_default();
        }
    }
    Some(join(&json, &blobs, layout, &mut shortest))
}

/// A frame with another JSON.
pub fn with_json(bytes: &[u8], layout: Layout, change: impl FnOnce(Value) -> Value) -> Option<Vec<u8>> {
    let (json, blobs) = split(bytes, layout)?;
    let json = change(serde_json::from_slice(json).ok()?);
    Some(join(json.to_string().as_bytes(), &blobs, layout, &mut shortest))
}

fn split(bytes: &[u8], layout: Layout) -> Option<Parts<'_>> {
    match layout {
        Layout::Request => split_request(bytes).ok(),
        Layout::Response => split_response(bytes).ok(),
    }
}

fn shortest(len: u64, out: &mut Vec<u8>) {
    varint(len as usize, out);
}

/// The frame with one wrong length.
fn lengths(json: &[u8], blobs: &[Vec<u8>], layout: Layout, dice: &mut Dice) -> Vec<u8> {
    let mut left = dice.roll(blobs.len() + 1);
    join(json, blobs, layout, &mut |len, out| {
        let is_wrong = left == 0;
        left = left.wrapping_sub(1);
        let len = match dice.roll(3) {
            _ if !is_wrong => len,
            0 => edge(dice),
            1 => len.wrapping_add(1),
            _ => len.wrapping_sub(1),
        };
        any_varint(len, out, dice);
    })
}

fn join(json: &[u8], blobs: &[Vec<u8>], layout: Layout, length: &mut dyn FnMut(u64, &mut Vec<u8>)) -> Vec<u8> {
    let mut frame = Vec::new();
    let parts = std::iter::once(json).chain(blobs.iter().map(Vec::as_slice));
    match layout {
        Layout::Request => {
            frame.push(blobs.len() as u8);
            parts.clone().for_each(|part| length(part.len() as u64, &mut frame));
            parts.for_each(|part| frame.extend(part));
        }
        Layout::Response => parts.for_each(|part| {
            length(part.len() as u64, &mut frame);
            frame.extend(part);
        }),
    }
    frame
}
