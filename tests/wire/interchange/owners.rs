//! Any owner of bytes becomes a tensor without a copy.

use std::sync::Arc;

use bytes::Bytes;
use decthings::{Blob, DType, Tensor};

/// An owner of bytes, such as a mapped file, that reports its drop.
struct Owner(Vec<u8>, #[expect(dead_code, reason = "it counts")] Arc<()>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[test]
fn owners_of_bytes_are_kept_and_not_copied() {
    let alive = Arc::new(());
    let owner = Owner(vec![0, 0, 128, 63], Arc::clone(&alive));
    let place = owner.0.as_ptr();
    let tensor = Tensor::from_owner(DType::F32, [1], owner).unwrap();
    assert_eq!(tensor, Tensor::from([1.0f32]));
    let mut segments = Vec::new();
    tensor.encode_into(&mut segments);
    assert_eq!(segments.last().unwrap().as_ptr(), place);
    drop(tensor);
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(segments);
    assert_eq!(Arc::strong_count(&alive), 1);

    let error = Tensor::from_owner(DType::F32, [2], Owner(vec![0; 4], alive)).unwrap_err();
    assert_eq!(error.to_string(), "f32 elements in shape [2] take 8 bytes, got 4");
}

#[test]
fn boxed_slices_and_bytes_are_not_copied() {
    let values = vec![1u16, 2].into_boxed_slice();
    let place = values.as_ptr().cast::<u8>();
    assert_eq!(Tensor::vector(values).bytes().unwrap().as_ptr(), place);
    let bytes = Bytes::from(vec![1, 2, 3, 4]);
    let tensor = Tensor::from_raw(DType::U16, [2], bytes.clone()).unwrap();
    assert_eq!(tensor.bytes().unwrap().as_ptr(), bytes.as_ptr());
}

#[test]
fn blobs_share_memory_until_detached() {
    let bytes = Bytes::from(vec![1, 2, 3]);
    let blob = Blob::from(bytes.clone());
    assert_eq!(blob.as_bytes().unwrap().as_ptr(), bytes.as_ptr());
    assert_ne!(blob.detach().as_bytes().unwrap().as_ptr(), bytes.as_ptr());
    assert_eq!(blob.detach(), blob);
    let owner = vec![7u8; 3];
    let place = owner.as_ptr();
    assert_eq!(Blob::from_owner(owner).as_bytes().unwrap().as_ptr(), place);
}
