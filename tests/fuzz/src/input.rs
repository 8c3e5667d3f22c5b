//! Inputs that belong to a method or a channel: its name on a line of text, and bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use decthings_tests::repository;
use serde_json::Value;

/// The name and the bytes after it.
pub fn split(input: &[u8]) -> Option<(&str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&input[..end]).ok()?, &input[end + 1..]))
}

/// An input of a name and bytes.
pub fn join(name: &str, bytes: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"\n", bytes].concat()
}

/// The recorded cases of a file.
pub fn cases(name: &str) -> Vec<Value> {
    let text = read(&format!("tests/data/cases/{name}"));
    text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect()
}

/// The golden frames of a file.
pub fn vectors(name: &str) -> Vec<Value> {
    serde_json::from_str(&read(&format!("schema/vectors/{name}"))).expect("vectors are JSON")
}

/// A file of the repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A text property of a case.
pub fn text<'v>(case: &'v Value, name: &str) -> &'v str {
    case[name].as_str().unwrap_or_default()
}

/// Bytes in base64.
pub fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

/// The bytes of a vector.
pub fn hex(vector: &Value) -> Vec<u8> {
    let digits = text(vector, "hex");
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}
