//! `.npy` files.

use bytes::Bytes;
use decthings::tensor::{InterchangeError, npy};
use decthings::{DType, Tensor};
use proptest::prelude::*;

use super::{fixed, says, shares};

/// A file as NumPy writes it, of version 1.
fn file(header: &str, data: &[u8]) -> Bytes {
    versioned(1, header, data)
}

fn versioned(version: u8, header: &str, data: &[u8]) -> Bytes {
    let header = format!("{header}\n");
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match version {
        1 => file.extend(u16::try_from(header.len()).unwrap().to_le_bytes()),
        _ => file.extend(u32::try_from(header.len()).unwrap().to_le_bytes()),
    }
    file.extend(header.as_bytes());
    file.extend(data);
    file.into()
}

fn described(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Result<Tensor, InterchangeError> {
    npy::read(file(&format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"), data))
}

#[test]
fn files_equal_those_of_numpy() {
    let written = npy::write(&Tensor::from([[1i16, 2, 3]])).unwrap();
    assert_eq!(&written[..8], b"\x93NUMPY\x01\x00");
    let header = String::from_utf8(written[10..written.len() - 6].to_vec()).unwrap();
    assert!(header.starts_with("{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3"), "{header}");
    assert!(header.ends_with('\n') && (header.len() + 10).is_multiple_of(64), "{header}");
    assert_eq!(&written[written.len() - 6..], [1, 0, 2, 0, 3, 0]);
}

#[test]
fn little_endian_row_major_data_is_not_copied() {
    let bytes = Bytes::from(npy::write(&Tensor::from([[1.0f32, 2.0], [3.0, 4.0]])).unwrap());
    let tensor = npy::read(bytes.clone()).unwrap();
    assert_eq!(tensor, Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]));
    assert!(shares(&tensor, &bytes));
}

#[test]
fn other_byte_orders_and_layouts_are_converted() {
    assert_eq!(described("'>i2'", "False", "(2,)", &[1, 0, 0, 2]).unwrap(), Tensor::from([256i16, 2]));
    assert_eq!(described("'>f8'", "False", "()", &1.5f64.to_be_bytes()).unwrap(), Tensor::scalar(1.5f64));
    assert_eq!(
        described("'|u1'", "True", "(2, 3)", &[0, 10, 1, 11, 2, 12]).unwrap(),
        Tensor::from([[0u8, 1, 2], [10, 11, 12]])
    );
    let columns: Vec<u8> = [0u16, 10, 1, 11].iter().flat_map(|value| value.to_be_bytes()).collect();
    assert_eq!(described("'>u2'", "True", "(2, 2)", &columns).unwrap(), Tensor::from([[0u16, 1], [10, 11]]));
    let cube: Vec<u8> = (0..24).collect();
    let tensor = described("'|i1'", "True", "(2, 3, 4)", &cube).unwrap();
    let values = tensor.to_vec::<i8>().unwrap();
    for (index, value) in values.into_iter().enumerate() {
        let (i, j, k) = (index / 12, index / 4 % 3, index % 4);
        assert_eq!(usize::try_from(value).unwrap(), i + 2 * j + 6 * k);
    }
    assert_eq!(described("'<f4'", "True", "(0, 5)", &[]).unwrap().shape(), [0, 5]);
}

#[test]
fn header_variants_are_read() {
    let two = Tensor::from([1u8, 2]);
    for header in [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}",
        "{ 'shape' : ( 2L , ), \"descr\":\"<u1\",'fortran_order':True,}   ",
    ] {
        assert_eq!(npy::read(file(header, &[1, 2])).unwrap(), two);
    }
}

#[test]
fn format_versions_1_to_3_are_read() {
    let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }";
    for version in 1..=3 {
        assert_eq!(npy::read(versioned(version, header, &[1, 0, 1])).unwrap(), Tensor::from([true, false, true]));
    }
}

#[test]
fn true_is_written_as_one() {
    let tensor = Tensor::from_raw(DType::Boolean, [3], vec![0, 255, 1]).unwrap();
    assert_eq!(npy::write(&tensor).unwrap()[..].last_chunk(), Some(&[0, 1, 1]));
}

#[test]
fn unsupported_types_are_rejected() {
    const END: &str = "have no counterpart; expected numbers or booleans: f32, f64, i8 to i64, u8 to u64, boolean";
    says(npy::write(&Tensor::from([["a", "b"]])), &format!("string elements in shape [1, 2] {END}"));
    says(described("'<f2'", "False", "(2,)", &[0; 4]), &format!("<f2 elements in shape [2] {END}"));
    says(described("'<U3'", "False", "(1,)", &[0; 12]), &format!("<U3 elements in shape [1] {END}"));
    says(described("'|O'", "False", "()", b"pickle"), &format!("|O elements in shape [] {END}"));
    let record = described("[('x', '<f4')]", "False", "(1,)", &[0; 4]).unwrap_err().to_string();
    assert!(record.contains("'x'") && record.ends_with(END), "{record}");
}

#[test]
fn malformed_files_are_rejected() {
    says(described("'<f4'", "False", "(2, 3)", &[0; 20]), "f32 elements in shape [2, 3] take 24 bytes, got 20");
    says(described("'<f4'", "False", "(2, 3)", &[0; 28]), "f32 elements in shape [2, 3] take 24 bytes, got 28");
    let shape = |shape: &str| described("'<f8'", "False", shape, &[]).unwrap_err().to_string();
    assert_eq!(shape("(18446744073709551615, 2)"), "shape [18446744073709551615, 2] is too large to be counted");
    assert_eq!(shape("(2305843009213693952,)"), "shape [2305843009213693952] is too large to be counted");
    assert_eq!(shape(&format!("({})", "1,".repeat(256))), "a tensor has at most 255 dimensions, got 256");
    for wrong in ["(36893488147419103232,)", "(-1,)", "'a'", "(1 2)", "(1", "1", "(,)", ""] {
        assert!(shape(wrong).starts_with("not .npy: its header is \"{'descr': '<f8',"), "{}", shape(wrong));
    }
    for deep in ["(", "[", "{", "{'descr': [", "'", ","] {
        assert!(npy::read(file(&deep.repeat(5_000), &[])).is_err());
    }
    let longer = "{'descr': '|u1', 'fortran_order': False, 'shape': (), 'more': 1}";
    says(npy::read(file(longer, &[1])), &format!("not .npy: its header is {longer:?}"));
    says(npy::read(Bytes::from_static(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}")), "not .npy: it ends within its header");
    says(npy::read(versioned(9, longer, &[1])), "not .npy: version 9 is not known");
    says(npy::read(Bytes::from_static(b"PK\x03\x04")), "not .npy: it does not begin as one");
    for bytes in [&b""[..], b"\x93NUMPY", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x09\x00\x00\x00\x00\x00", b"PK\x03\x04"] {
        let error = npy::read(Bytes::from_static(bytes)).unwrap_err().to_string();
        assert!(error.starts_with("not .npy: "), "{error}");
    }
}

#[test]
fn files_are_written_and_read() {
    let folder = decthings_tests::Temporary::new();
    let path = folder.join("a.npy");
    let error = npy::read_file(&path).unwrap_err();
    assert!(error.to_string().contains("a.npy: "), "{error}");
    for tensor in [Tensor::from([1u8, 2, 3]), Tensor::scalar(1.5f32)] {
        npy::write_file(&path, &tensor).unwrap();
        assert_eq!(npy::read_file(&path).unwrap(), tensor);
    }
    assert!(matches!(npy::write_file("/", &Tensor::from([1u8])), Err(InterchangeError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tensors_round_trip_through_files(tensor in fixed()) {
        prop_assert_eq!(npy::read(npy::write(&tensor).unwrap().into()).unwrap(), tensor);
    }

    #[test]
    fn corrupted_files_never_panic(
        tensor in fixed(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut file = npy::write(&tensor).unwrap();
        prop_assert!(npy::read(Bytes::copy_from_slice(&file[..cut.index(file.len())])).is_err());
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Ok(tensor) = npy::read(file.into()) {
            let _ = format!("{tensor:?}");
        }
    }
}
