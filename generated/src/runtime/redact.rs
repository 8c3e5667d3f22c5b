//! Removes credentials from text of the service, which may repeat them.

/// Replaces a credential.
const MARK: &str = "***";

/// The minimum length in characters of a part of a credential that is removed where a text was cut.
const MIN_PART: usize = 4;

/// Removes credentials from text.
#[derive(Default)]
pub(crate) struct Redactor(Vec<Vec<char>>);

impl Redactor {
    /// Adds a credential. An empty one is ignored.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret: Vec<char> = secret.chars().collect();
        if !secret.is_empty() && !self.0.contains(&secret) {
            self.0.push(secret);
            // A secret may be part of another.
            self.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// Replaces each credential, also if its characters are escaped as in JSON. A text that was cut may begin or end
    /// with a part of one.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let is_start = redacted.chars().all(is_cut);
            let found = self.0.iter().find_map(|secret| {
                [false, true].into_iter().find_map(|escaped| matched(secret, rest, is_start, escaped))
            });
            match found {
                Some(length) => {
                    redacted.push_str(MARK);
                    rest = rest.get(length..).unwrap_or_default();
                }
                None => {
                    redacted.push(letter);
                    rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                }
            }
        }
        redacted
    }

    /// Redacts a text in place.
    pub(crate) fn apply(&self, text: &mut String) {
        *text = self.redact(text);
    }
}

/// The number of bytes at the beginning of the text that are the secret, or a part of it where the text was cut.
fn matched(secret: &[char], text: &str, is_start: bool, escaped: bool) -> Option<usize> {
    let last = if is_start { secret.len().saturating_sub(MIN_PART) } else { 0 };
    (0..=last).find_map(|skipped| {
        let mut rest = text;
        for (position, wanted) in secret.iter().skip(skipped).enumerate() {
            let is_end = position >= MIN_PART && rest.chars().all(is_cut);
            match next_char(rest, escaped) {
                _ if is_end => break,
                Some((letter, length)) if letter == *wanted => rest = rest.get(length..).unwrap_or_default(),
                _ => return None,
            }
        }
        Some(text.len().saturating_sub(rest.len()))
    })
}

/// Whether the character stands where a text was cut.
fn is_cut(letter: char) -> bool {
    matches!(letter, '…' | char::REPLACEMENT_CHARACTER)
}

/// The first character, and its length in the text.
fn next_char(text: &str, escaped: bool) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if first != '\\' || !escaped {
        return Some((first, first.len_utf8()));
    }
    let second = text.get(1..)?.chars().next()?;
    if second != 'u' {
        // Keys have no control characters, which the other escapes stand for.
        return Some((second, second.len_utf8().saturating_add(1)));
    }
    let unit = |at: usize| u16::from_str_radix(text.get(at..at.saturating_add(4))?, 16).ok();
    let units = [unit(2)?, text.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8)).unwrap_or_default()];
    let letter = char::decode_utf16(units).next()?.ok()?;
    Some((letter, letter.len_utf16().saturating_mul(6)))
}
