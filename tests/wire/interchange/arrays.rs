//! Arrays of the crate `ndarray`.

use decthings::{DType, Tensor, TensorError};
use ndarray::{Array, Array2, ArrayD, Axis, Dimension, IxDyn, Slice, arr0, array};
use proptest::prelude::*;

use super::fixed;

fn place(tensor: &Tensor) -> *const u8 {
    tensor.bytes().unwrap().as_ptr()
}

#[test]
fn rows_are_not_copied() {
    let array = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let start = array.as_ptr();
    let tensor = Tensor::from_ndarray(array).unwrap();
    assert_eq!(place(&tensor), start.cast());
    assert_eq!(tensor, Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]));

    let shared = array![1u64, 2, 3].into_shared();
    let start = shared.as_ptr();
    assert_eq!(place(&Tensor::from_ndarray(shared.clone()).unwrap()), start.cast());
    assert_eq!(shared, array![1, 2, 3]);

    // A contiguous part of a larger array.
    let mut part = Array::from_iter(0..10i16);
    part.slice_axis_inplace(Axis(0), Slice::from(3..5));
    let start = part.as_ptr();
    let tensor = Tensor::from_ndarray(part).unwrap();
    assert_eq!((place(&tensor), &tensor), (start.cast(), &Tensor::from([3i16, 4])));
}

#[test]
fn arrays_of_any_layout_become_row_major() {
    let array = Array2::from_shape_fn((2, 3), |(row, column)| row as i32 * 10 + column as i32);
    let columns = Tensor::from_ndarray(array.clone().reversed_axes()).unwrap();
    assert_eq!(columns, Tensor::from([[0, 10], [1, 11], [2, 12]]));
    let mut backwards = array.clone();
    backwards.invert_axis(Axis(0));
    backwards.slice_axis_inplace(Axis(1), Slice::new(0, None, 2));
    assert_eq!(Tensor::from_ndarray(backwards).unwrap(), Tensor::from([[10, 12], [0, 2]]));
    let mut view = array.view();
    view.invert_axis(Axis(1));
    assert_eq!(Tensor::from_ndarray(view.to_owned()).unwrap(), Tensor::from([[2, 1, 0], [12, 11, 10]]));
}

#[test]
fn arrays_of_any_element_type_and_rank() {
    assert_eq!(Tensor::from_ndarray(arr0(1.5f64)).unwrap(), Tensor::scalar(1.5f64));
    let empty = Tensor::from_ndarray(Array2::<f32>::zeros((3, 0))).unwrap();
    assert_eq!((empty.shape(), empty.len()), (&[3, 0][..], 0));
    assert_eq!(empty.to_ndarray::<f32>().unwrap().shape(), [3, 0]);
    let flags = Tensor::from_ndarray(array![[true], [false]]).unwrap();
    assert_eq!(flags, Tensor::from([[true], [false]]));
    let names = array![["a", "b"], ["c", "d"]];
    let tensor = Tensor::from_ndarray(names.reversed_axes()).unwrap();
    assert_eq!(tensor, Tensor::from([["a", "c"], ["b", "d"]]));
    assert_eq!(tensor.to_ndarray::<String>().unwrap()[[0, 1]], "c");
    let deep = ArrayD::<u8>::zeros(IxDyn(&[1; 256]));
    assert_eq!(deep.raw_dim().ndim(), 256);
    assert_eq!(Tensor::from_ndarray(deep), Err(TensorError::Rank { rank: 256 }));
}

#[test]
fn views_report_whether_they_copied() {
    let tensor = Tensor::from([[1u32, 2], [3, 4]]);
    let view = tensor.ndarray_view::<u32>().unwrap();
    assert!(view.is_view());
    assert_eq!(view.as_ptr().cast(), place(&tensor));
    let mut bytes = vec![0; 1];
    bytes.extend_from_slice(tensor.bytes().unwrap());
    let shifted = |from| bytes::Bytes::from(bytes.clone()).slice(from..from + 16);
    let shifted = [0, 1].map(|from| Tensor::from_raw(DType::U32, [2, 2], shifted(from)).unwrap());
    // Two neighbouring bytes are not both aligned.
    let views = shifted.each_ref().map(|tensor| tensor.ndarray_view::<u32>().unwrap());
    assert!(views.iter().any(|view| view.is_owned()));
    assert_eq!(views[1], view);
    let error = tensor.ndarray_view::<f32>().unwrap_err();
    assert_eq!(error.to_string(), "wanted f32 elements, but the tensor is u32 [2, 2]");
    assert_eq!(tensor.to_ndarray::<i8>().unwrap_err().to_string(), "wanted i8 elements, but the tensor is u32 [2, 2]");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tensors_round_trip_through_arrays(tensor in fixed()) {
        let again = match tensor.dtype() {
            DType::F32 => Tensor::from_ndarray(tensor.to_ndarray::<f32>().unwrap()),
            DType::F64 => Tensor::from_ndarray(tensor.ndarray_view::<f64>().unwrap().into_owned()),
            DType::I8 => Tensor::from_ndarray(tensor.to_ndarray::<i8>().unwrap()),
            DType::I16 => Tensor::from_ndarray(tensor.to_ndarray::<i16>().unwrap()),
            DType::I32 => Tensor::from_ndarray(tensor.to_ndarray::<i32>().unwrap()),
            DType::I64 => Tensor::from_ndarray(tensor.ndarray_view::<i64>().unwrap().into_owned()),
            DType::U8 => Tensor::from_ndarray(tensor.ndarray_view::<u8>().unwrap().into_owned()),
            DType::U16 => Tensor::from_ndarray(tensor.to_ndarray::<u16>().unwrap()),
            DType::U32 => Tensor::from_ndarray(tensor.to_ndarray::<u32>().unwrap()),
            DType::U64 => Tensor::from_ndarray(tensor.to_ndarray::<u64>().unwrap()),
            _ => Tensor::from_ndarray(tensor.to_ndarray::<bool>().unwrap()),
        };
        prop_assert_eq!(again, Ok(tensor));
    }
}
