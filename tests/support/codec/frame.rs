//! Frames of lengths, JSON and blobs, and the messages of a WebSocket around them.

use std::fmt::Display;

/// The JSON and the blobs of a frame.
pub type Parts<'b> = (&'b [u8], Vec<Vec<u8>>);

/// Writes a varint in its shortest form.
pub fn varint(value: usize, out: &mut Vec<u8>) {
    match value {
        0..=252 => out.push(value as u8),
        253..=0xffff => {
            out.push(253);
            out.extend((value as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(254);
            out.extend((value as u32).to_be_bytes());
        }
        _ => {
            out.push(255);
            out.extend((value as u64).to_be_bytes());
        }
    }
}

/// Takes a varint off the bytes.
pub fn take_varint(bytes: &mut &[u8]) -> Result<usize, String> {
    let first = take(bytes, 1)?[0];
    let width = match first {
        0..=252 => return Ok(first.into()),
        253 => 2,
        254 => 4,
        255 => 8,
    };
    Ok(take(bytes, width)?.iter().fold(0, |value, digit| value << 8 | usize::from(*digit)))
}

/// Takes this many bytes off.
pub(super) fn take<'b>(bytes: &mut &'b [u8], len: usize) -> Result<&'b [u8], String> {
    let (taken, rest) = bytes.split_at_checked(len).ok_or_else(|| format!("{len} bytes are not there"))?;
    *bytes = rest;
    Ok(taken)
}

/// A request's body of JSON and blobs.
pub fn join_request<B: AsRef<[u8]>>(json: &str, blobs: &[B]) -> Vec<u8> {
    let mut body = vec![u8::try_from(blobs.len()).expect("a request has at most 255 blobs")];
    varint(json.len(), &mut body);
    blobs.iter().for_each(|blob| varint(blob.as_ref().len(), &mut body));
    body.extend(json.bytes());
    blobs.iter().for_each(|blob| body.extend(blob.as_ref()));
    body
}

/// The JSON and the blobs of a request's body.
pub fn split_request(mut body: &[u8]) -> Result<Parts<'_>, String> {
    let count = take(&mut body, 1)?[0];
    let json = take_varint(&mut body)?;
    let lengths: Vec<usize> = (0..count).map(|_| take_varint(&mut body)).collect::<Result<_, _>>()?;
    let json = take(&mut body, json)?;
    let blobs = lengths.into_iter().map(|len| take(&mut body, len).map(<[u8]>::to_vec)).collect::<Result<_, _>>()?;
    if body.is_empty() { Ok((json, blobs)) } else { Err(format!("{} bytes are left", body.len())) }
}

/// The body of a response, or of an event, of JSON and blobs.
pub fn join_response<B: AsRef<[u8]>>(json: &str, blobs: &[B]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in std::iter::once(json.as_bytes()).chain(blobs.iter().map(AsRef::as_ref)) {
        varint(part.len(), &mut body);
        body.extend(part);
    }
    body
}

/// The JSON and the blobs of a response's body.
pub fn split_response(mut body: &[u8]) -> Result<Parts<'_>, String> {
    let json = next_part(&mut body)?;
    let mut blobs = Vec::new();
    while !body.is_empty() {
        blobs.push(next_part(&mut body)?.to_vec());
    }
    Ok((json, blobs))
}

fn next_part<'b>(body: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let len = take_varint(body)?;
    take(body, len)
}

/// The message of a request on a WebSocket.
pub fn request_message(id: u32, json: impl Display, blobs: &[&[u8]]) -> Vec<u8> {
    [id.to_be_bytes().as_slice(), &join_request(&json.to_string(), blobs)].concat()
}

/// The id of the message of a request, and its parts.
pub fn split_request_message(message: &[u8]) -> Result<(u32, Parts<'_>), String> {
    let (id, body) = message.split_first_chunk().ok_or("a message has an id")?;
    Ok((u32::from_be_bytes(*id), split_request(body)?))
}

/// The message of a response on a WebSocket.
pub fn response_message(id: u32, json: impl Display, blobs: &[&[u8]]) -> Vec<u8> {
    [&[0], id.to_be_bytes().as_slice(), &join_response(&json.to_string(), blobs)].concat()
}

/// The message of an event on a WebSocket.
pub fn event_message(service: &str, json: impl Display, blobs: &[&[u8]]) -> Vec<u8> {
    let length = u8::try_from(service.len()).expect("names are short");
    [&[1, length], service.as_bytes(), &join_response(&json.to_string(), blobs)].concat()
}
