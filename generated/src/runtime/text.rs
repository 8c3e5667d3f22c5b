//! Bounded pieces of text for messages.

/// The most characters of outside text that a message holds.
const MOST: usize = 200;

/// The beginning of a text.
pub(crate) fn excerpt(text: &str) -> String {
    if text.chars().nth(MOST).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The beginning of bytes that should be text.
pub(crate) fn excerpt_bytes(bytes: &[u8]) -> String {
    // A character has at most four bytes.
    let most = MOST.saturating_mul(4);
    let head = bytes.get(..most).unwrap_or(bytes);
    excerpt(String::from_utf8_lossy(head).trim())
}

/// The surroundings of a byte in a text.
pub(crate) fn excerpt_at(text: &str, byte: usize) -> String {
    let before = MOST / 2;
    let byte = (0..=byte.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let head = text.get(..byte).unwrap_or_default();
    let start = head.char_indices().rev().nth(before).map_or(0, |(at, _)| at);
    if start == 0 {
        return excerpt(text);
    }
    let rest = text.get(start..).unwrap_or_default();
    let mut short = String::from("…");
    let mut letters = rest.chars().skip(1);
    short.extend(letters.by_ref().take(MOST.saturating_sub(2)));
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// A number with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
