//! Encoded tensors, one or several.

use bytes::Bytes;
use decthings::Tensor;

use super::{MAX_FRAME, check_text};
use crate::Target;
use crate::input::{hex, vectors};
use crate::limits::{PER_BYTE, within};
use crate::mutate::tensor::tensor;

pub const TARGET: Target = Target { name: "tensors", max_len: MAX_FRAME, seeds, mutate: tensor, run };

fn seeds() -> Vec<Vec<u8>> {
    vectors("tensors.json").iter().map(hex).collect()
}

fn run(input: &[u8]) {
    let bytes = Bytes::copy_from_slice(input);
    match within(bytes.len(), PER_BYTE, || Tensor::decode(bytes.clone())) {
        Ok(tensor) => check(&tensor),
        Err(error) => {
            assert!(error.offset() <= input.len(), "{error:?}");
            check_text(&error.to_string());
        }
    }
    let Ok(tensors) = within(bytes.len(), PER_BYTE, || Tensor::decode_many(bytes)) else { return };
    let encoded: Vec<Bytes> = tensors.iter().map(Tensor::to_bytes).collect();
    assert_eq!(Tensor::decode_many(encoded.concat().into()).expect("tensors that were encoded are decoded"), tensors);
}

/// Panics if a tensor is not the same in another form.
pub fn check(tensor: &Tensor) {
    let encoded = tensor.to_bytes();
    assert_eq!(encoded.len(), tensor.encoded_len());
    assert_eq!(Tensor::decode(encoded).as_ref(), Ok(tensor));
    assert_eq!(tensor.shape().iter().product::<usize>(), tensor.len());
    // Compared as notations, in which all NaNs are equal.
    let notation = serde_json::to_value(tensor).expect("a tensor has a notation");
    let again: Tensor = serde_json::from_value(notation.clone()).expect("the notation of a tensor is read");
    assert_eq!(serde_json::to_value(again).expect("a tensor has a notation"), notation);
    assert!(format!("{tensor:?}").len() <= 4096);
    if let Ok(rows) = tensor.rows()
        && !rows.is_empty()
    {
        assert_eq!(Tensor::stack(&rows).as_ref(), Ok(tensor));
    }
}
