//! What is looked at in JSON from outside before anything is built of it.

/// How deep JSON may be nested at most: the parser goes no deeper.
pub(crate) const DEEPEST: usize = 128;

/// Why JSON is refused, and at which byte.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) message: String,
    pub(super) byte: usize,
}

/// Refuses JSON that is nested more deeply than that or has a key `__proto__`.
///
/// The recursion of a parser ends with the stack. The key is what an attack on a consumer in JavaScript looks like,
/// to which the result may be passed on; no honest answer has it.
pub(super) fn check(text: &str, deepest: usize) -> Result<(), Refused> {
    let mut depth: usize = 0;
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let refused = |message: String| {
            let byte = text.len().saturating_sub(rest.len());
            Err(Refused { message, byte })
        };
        let mut next = behind;
        match first {
            b'"' => {
                let (string, behind) = string(behind);
                if is_proto(string) && behind.trim_ascii_start().starts_with(b":") {
                    return refused("has a key `__proto__`".to_owned());
                }
                next = behind;
            }
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                if depth > deepest {
                    return refused(format!("is nested more than {deepest} deep"));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = next;
    }
    Ok(())
}

/// Splits behind the opening quote of a string: what is in it, and what follows the closing quote.
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        let at = found.saturating_add(from);
        if text.get(at) == Some(&b'"') {
            return (text.get(..at).unwrap_or_default(), text.get(at.saturating_add(1)..).unwrap_or_default());
        }
        // The byte behind a backslash does not end the string, and no later byte of a wide character looks like an end.
        from = at.saturating_add(2);
    }
    (text, &[])
}

fn is_proto(string: &[u8]) -> bool {
    const KEY: &[u8] = b"__proto__";
    if string == KEY {
        return true;
    }
    // With each letter escaped, as `\u005f`, it has six times the length.
    string.len() > KEY.len()
        && string.len() <= KEY.len().saturating_mul(6)
        && string.contains(&b'\\')
        && serde_json::from_slice::<String>(&[b"\"", string, b"\""].concat())
            .is_ok_and(|string| string.as_bytes() == KEY)
}

/// The byte of a position that the parser names by line and column.
pub(super) fn byte_of(text: &str, error: &serde_json::Error) -> usize {
    let mut start: usize = 0;
    for line in text.split_inclusive('\n').take(error.line().saturating_sub(1)) {
        start = start.saturating_add(line.len());
    }
    start.saturating_add(error.column().saturating_sub(1))
}

/// The parser's message without the position, which says little about JSON in one line.
pub(super) fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::DEEPEST;

    fn check(text: &str) -> Result<(), super::Refused> {
        super::check(text, DEEPEST)
    }

    #[test]
    fn depth_is_counted_outside_of_strings_only() {
        let fine = format!("[{}{}]", "[".repeat(127), "]".repeat(127));
        assert!(check(&fine).is_ok());
        assert!(check(&format!("[{fine}]")).is_err());
        assert!(check(&format!("{{\"a\\\"{}\": 1}}", "[".repeat(500))).is_ok());
        assert!(check("[\"\\").is_ok());
        assert!(check("\"\\é\"").is_ok());
    }

    #[test]
    fn the_key_is_found_however_it_is_spelled() {
        assert!(check(r#"{"a": ["__proto__"], "b": "__proto__"}"#).is_ok());
        assert!(check(r#"{"a": {"__proto__" : 1}}"#).is_err());
        assert!(check(r#"{"\u005f_proto_\u005F":1}"#).is_err());
        assert!(check(r#"{"\\u005f_proto__":1}"#).is_ok());
    }
}
