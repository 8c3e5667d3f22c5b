//! Answers that refuse a call, without the types of what they would have answered.

use bytes::Bytes;

use super::answer::{Reply, read};
use super::frame::take_json;
use crate::runtime::ApiError;

/// The error that an answer is; nothing if it is none, or makes no sense.
pub(crate) fn refusal(answer: &Bytes) -> Option<ApiError> {
    // Results may be large, and are not looked at.
    let json = take_json(&mut answer.clone()).ok()?;
    let text = json.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    if !text.starts_with(br#""error""#) {
        return None;
    }
    match read(answer.clone(), &[]) {
        Ok(Reply::Error(error)) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::wire::encode_error;

    #[test]
    fn errors_are_found_and_results_are_not_looked_at() {
        let error = ApiError::new("too_many_requests");
        assert_eq!(refusal(&encode_error(&error).to_bytes()), Some(error));
        let spaced = br#" { "error" : {"code":"c"}}"#;
        let frame = |json: &[u8]| Bytes::from([&[json.len() as u8], json].concat());
        assert_eq!(refusal(&frame(spaced)), Some(ApiError::new("c")));
        for other in [&br#"{"result":{"error":{"code":"c"}}}"#[..], b"{\"error\":7}", b"{", b""] {
            assert_eq!(refusal(&frame(other)), None);
        }
        assert_eq!(refusal(&Bytes::new()), None);
    }
}
