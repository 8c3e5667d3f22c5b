//! `.safetensors` files.

use std::collections::BTreeMap;

use bytes::Bytes;
use decthings::tensor::{InterchangeError, safetensors};
use decthings::{DType, Tensor};
use proptest::prelude::*;

use super::{fixed, says, shares};

fn file(header: &str, data: &[u8]) -> Bytes {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file.into()
}

#[test]
fn tensors_are_read_in_place() {
    let header = r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                     "a":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}"#;
    let bytes = file(header, &[0, 0, 128, 63, 0, 0, 0, 64, 1]);
    let tensors = safetensors::read(bytes.clone()).unwrap();
    let expected = [("a".to_owned(), Tensor::scalar(true)), ("b".to_owned(), Tensor::from([1.0f32, 2.0]))];
    assert_eq!(tensors, expected.into());
    assert!(tensors.values().all(|tensor| shares(tensor, &bytes)));
}

#[test]
fn true_is_written_as_one() {
    let tensor = Tensor::from_raw(DType::Boolean, [2], vec![9, 0]).unwrap();
    let tensors = safetensors::read(safetensors::write([("x", tensor)]).unwrap().into()).unwrap();
    assert_eq!(tensors["x"], Tensor::from([true, false]));
}

#[test]
fn errors_name_the_tensor() {
    const END: &str = "have no counterpart; expected numbers or booleans: f32, f64, i8 to i64, u8 to u64, boolean";
    says(
        safetensors::write([("t", Tensor::from([["a"]]))]),
        &format!("tensor \"t\": string elements in shape [1, 1] {END}"),
    );
    let half = file(r#"{"h":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}"#, &[0; 4]);
    says(safetensors::read(half), &format!("tensor \"h\": BF16 elements in shape [1, 2] {END}"));
    for names in [["x", "x"], ["x", "__metadata__"]] {
        let error = safetensors::write(names.map(|name| (name, Tensor::from([1u8])))).unwrap_err();
        assert_eq!(error.to_string(), format!("the name {:?} cannot be used, or is used twice", names[1]));
    }
    let ones = "1,".repeat(255);
    let deep = format!(r#"{{"d":{{"dtype":"U8","shape":[{ones}1],"data_offsets":[0,1]}}}}"#);
    says(safetensors::read(file(&deep, &[0])), "tensor \"d\": a tensor has at most 255 dimensions, got 256");
}

#[test]
fn malformed_files_are_rejected() {
    let info = |shape: &str, end: &str| {
        file(&format!(r#"{{"x":{{"dtype":"F64","shape":[{shape}],"data_offsets":[0,{end}]}}}}"#), &[0; 8])
    };
    let files = [
        Bytes::new(),
        Bytes::from_static(&[255; 8]),
        Bytes::from_static(&[0; 7]),
        file("", &[]),
        file("[]", &[]),
        file(&"[".repeat(5000), &[]),
        info("2", "8"),
        info("1", "9"),
        info("4294967296,4294967296", "8"),
        info("1", "18446744073709551615"),
    ];
    for file in files {
        let error = safetensors::read(file).unwrap_err();
        assert!(error.to_string().starts_with("not safetensors: "), "{error}");
    }
}

#[test]
fn files_are_written_and_read() {
    let folder = decthings_tests::Temporary::new();
    let path = folder.join("a.safetensors");
    let tensors =
        BTreeMap::from([("w".to_owned(), Tensor::from([[1i64, 2]])), ("e".to_owned(), Tensor::from([0f32; 0]))]);
    safetensors::write_file(&path, &tensors).unwrap();
    assert_eq!(safetensors::read_file(&path).unwrap(), tensors);
    assert!(matches!(safetensors::read_file("/no/such/file"), Err(InterchangeError::File { .. })));
    assert!(matches!(safetensors::write_file("/no/such/file", &tensors), Err(InterchangeError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tensors_round_trip_through_files(tensors in proptest::collection::btree_map("[a-z.]{0,5}", fixed(), 0..4)) {
        prop_assert_eq!(safetensors::read(safetensors::write(&tensors).unwrap().into()).unwrap(), tensors);
    }

    #[test]
    fn corrupted_files_never_panic(
        tensor in fixed(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = safetensors::write([("x", &tensor), ("y", &tensor)]).unwrap();
        prop_assert!(safetensors::read(Bytes::copy_from_slice(&file[..cut.index(file.len())])).is_err());
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let _ = safetensors::read(file.into());
    }
}
