//! Conversions between tensors and arrays, images and files of other programs.

mod arrays;
mod images;
mod npy;
mod npz;
mod owners;
mod safetensors;

use bytes::Bytes;
use decthings::Tensor;
use proptest::collection::vec;
use proptest::prelude::*;

/// Tensors of every type with a fixed size, and of zero to four dimensions.
fn fixed() -> impl Strategy<Value = Tensor> {
    fn of<T: decthings::Element + std::fmt::Debug + Arbitrary + 'static>(shape: &[usize]) -> BoxedStrategy<Tensor> {
        let (shape, count) = (shape.to_vec(), shape.iter().product::<usize>());
        vec(any::<T>(), count).prop_map(move |data| Tensor::new(&shape, data).unwrap()).boxed()
    }
    vec(0usize..4, 0..=4).prop_flat_map(|shape| {
        prop_oneof![
            of::<f32>(&shape),
            of::<f64>(&shape),
            of::<i8>(&shape),
            of::<i16>(&shape),
            of::<i32>(&shape),
            of::<i64>(&shape),
            of::<u8>(&shape),
            of::<u16>(&shape),
            of::<u32>(&shape),
            of::<u64>(&shape),
            of::<bool>(&shape),
        ]
    })
}

/// Whether a tensor shares the memory of these bytes.
fn shares(tensor: &Tensor, file: &Bytes) -> bool {
    file.as_ptr_range().contains(&tensor.bytes().unwrap().as_ptr())
}

fn says<T: std::fmt::Debug, E: std::fmt::Display>(result: Result<T, E>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}
