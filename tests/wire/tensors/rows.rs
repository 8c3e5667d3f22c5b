//! Tensors split into rows and joined again.

use bytes::Bytes;
use decthings::{DType, Image, Tensor, TensorError};

#[test]
fn rows_share_the_memory_of_the_tensor() {
    let table = Tensor::new([3, 2, 2], (0u16..12).collect::<Vec<_>>()).unwrap();
    let rows = table.rows().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2], Tensor::from([[8u16, 9], [10, 11]]));
    let bytes = table.bytes().unwrap();
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row.bytes().unwrap().as_ptr(), bytes[index * 8..].as_ptr());
    }
    assert_eq!(Tensor::stack(&rows), Ok(table));
}

#[test]
fn rows_of_a_vector_are_scalars() {
    let rows = Tensor::from([true, false]).rows().unwrap();
    assert_eq!(rows, [Tensor::scalar(true), Tensor::scalar(false)]);
    assert_eq!(Tensor::stack(rows), Ok(Tensor::from([true, false])));
}

#[test]
fn rows_of_variable_size_elements_are_split() {
    let long = "é".repeat(40_000);
    let texts = Tensor::from([["a", ""], [long.as_str(), "漢"], ["bc", "d"]]);
    let rows = texts.rows().unwrap();
    assert_eq!(rows, [Tensor::from(["a", ""]), Tensor::from([long.as_str(), "漢"]), Tensor::from(["bc", "d"])]);
    assert_eq!(Tensor::decode(rows[1].to_bytes()).as_ref(), Ok(&rows[1]));
    assert_eq!(Tensor::stack(&rows), Ok(texts));

    let image = |data: &'static str| Image::new("png", data).unwrap();
    let images = Tensor::from([image("abc"), image("")]);
    let rows = images.rows().unwrap();
    assert_eq!(rows, [Tensor::scalar(image("abc")), Tensor::scalar(image(""))]);
    let (first, whole) = (rows[0].images().unwrap().next().unwrap(), images.images().unwrap().next().unwrap());
    assert_eq!(first.data().as_ptr(), whole.data().as_ptr());
    assert_eq!(Tensor::stack(rows), Ok(images));
}

#[test]
fn many_small_rows_are_split() {
    let table = Tensor::new([100_000, 2], (0..200_000u32).collect::<Vec<_>>()).unwrap();
    let rows = table.rows().unwrap();
    assert_eq!(rows[99_999], Tensor::from([199_998u32, 199_999]));
    assert_eq!(Tensor::stack(rows), Ok(table));
}

#[test]
fn empty_tensors_have_no_rows() {
    assert_eq!(Tensor::new([0, 3], Vec::<f32>::new()).unwrap().rows(), Ok(vec![]));
    let error = Tensor::scalar("a").rows().unwrap_err();
    assert_eq!(error, TensorError::ScalarRows { dtype: DType::String });
    assert_eq!(error.to_string(), "a scalar (string) cannot be split into rows; reshape it to [1] to get one row");
    let error = Tensor::new([3, 0], Vec::<f32>::new()).unwrap().rows().unwrap_err();
    assert_eq!(error.to_string(), "f32 [3, 0] cannot be split into rows, as they would have no elements");
    let error = Tensor::stack::<Tensor>([]).unwrap_err();
    assert_eq!(error, TensorError::NoRows);
    assert_eq!(error.to_string(), "no rows to stack; at least one is needed, for its element type and shape");
}

#[test]
fn a_false_shape_is_rejected() {
    // If this number of rows were trusted, the reservation would abort the process.
    for tag in 1u8..=16 {
        let input = [&[tag, 2, 255, 0x0f][..], &[255; 7], &[0, 0]].concat();
        let variable = DType::ALL[usize::from(tag) - 1].size().is_none();
        let tensor = Tensor::decode(Bytes::from(input).slice(..if variable { 13 } else { 12 })).unwrap();
        assert_eq!(tensor.shape(), [0x0fff_ffff_ffff_ffff, 0]);
        assert!(matches!(tensor.rows(), Err(TensorError::EmptyRows { .. })));
    }
}

#[test]
fn differing_rows_are_named() {
    let error = Tensor::stack([Tensor::from([1u8]), Tensor::from([2u8]), Tensor::from([3i8])]).unwrap_err();
    assert_eq!(error.to_string(), "row 2 is i8 [1], the rows before it are u8 [1]");
    let error = Tensor::stack([Tensor::from([1u8]), Tensor::from([2u8, 3])]).unwrap_err();
    let TensorError::UnequalRows { row, expected, expected_shape, actual, actual_shape } = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!((row, expected, expected_shape, actual, actual_shape), (1, DType::U8, vec![1], DType::U8, vec![2]));
    let deep = Tensor::new([1; 255], [7u8]).unwrap();
    assert_eq!(Tensor::stack([deep]), Err(TensorError::Rank { rank: 256 }));
}
