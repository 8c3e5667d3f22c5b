//! The bytes of calls and responses, made by hand.

use bytes::{BufMut, Bytes, BytesMut};

/// The JSON of the training call that all contenders make.
pub const TRAIN: &str = concat!(
    r#"{"modelId":"model","newStateName":"state","params":[{"name":"x"}],"#,
    r#""executionLocation":{"type":"temporaryLauncher","spec":{"cpus":2.0,"memoryMebibytes":4096}}}"#
);

/// Appends a number as frames have it.
pub fn put_varint(out: &mut Vec<u8>, value: u64) {
    match value {
        0..=252 => out.push(value as u8),
        253..=0xffff => {
            out.push(253);
            out.put_u16(value as u16);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(254);
            out.put_u32(value as u32);
        }
        _ => {
            out.push(255);
            out.put_u64(value);
        }
    }
}

/// The number of bytes that a number takes.
pub fn varint_len(value: u64) -> usize {
    match value {
        0..=252 => 1,
        253..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

/// A number as frames have it.
pub fn varint(value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, value);
    bytes
}

/// What stands before the elements in the body of a training call with one tensor of so many f32.
pub fn train_head(elements: usize) -> Bytes {
    let tensor = tensor_head(elements);
    let mut head = BytesMut::new();
    head.put_u8(1);
    head.extend(varint(TRAIN.len() as u64));
    head.extend(varint((tensor.len() + elements * 4) as u64));
    head.put(TRAIN.as_bytes());
    head.extend(tensor);
    head.freeze()
}

/// What stands before the elements of a tensor of one dimension of f32.
pub fn tensor_head(elements: usize) -> Vec<u8> {
    let mut head = vec![1, 1];
    head.extend(varint(elements as u64));
    head
}

/// The body of a response without blobs.
pub fn response(json: &str) -> Bytes {
    let mut body = BytesMut::new();
    body.extend(varint(json.len() as u64));
    body.put(json.as_bytes());
    body.freeze()
}

/// What stands before the blob in the body of a response with one.
pub fn answer_head(json: &str, blob: usize) -> Bytes {
    let mut head = BytesMut::from(response(json));
    head.extend(varint(blob as u64));
    head.freeze()
}
