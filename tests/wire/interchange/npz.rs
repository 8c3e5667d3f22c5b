//! `.npz` files.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use bytes::Bytes;
use decthings::Tensor;
use decthings::tensor::{InterchangeError, npy, npz};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{fixed, says, shares};

fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Bytes {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in members {
        archive.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        archive.write_all(data).unwrap();
    }
    archive.finish().unwrap().into_inner().into()
}

fn two() -> BTreeMap<String, Tensor> {
    [("x".to_owned(), Tensor::from([[1.0f32, 2.0]])), ("labels/y".to_owned(), Tensor::from([true, false]))].into()
}

#[test]
fn stored_arrays_are_not_copied() {
    let file = Bytes::from(npz::write(two()).unwrap());
    let tensors = npz::read(file.clone()).unwrap();
    assert_eq!(tensors, two());
    assert!(tensors.values().all(|tensor| shares(tensor, &file)));
    assert_eq!(npz::read(npz::write(&two()).unwrap().into()).unwrap(), two());
    assert_eq!(npz::read(npz::write(BTreeMap::<String, Tensor>::new()).unwrap().into()).unwrap(), BTreeMap::new());
}

#[test]
fn compressed_arrays_are_read_up_to_a_limit() {
    let zeros = Tensor::from(vec![0u8; 100_000]);
    let array = npy::write(&zeros).unwrap();
    let file = archive(&[("a.npy", &array), ("b.npy", &array)], CompressionMethod::Deflated);
    assert!(file.len() < 2000);
    let tensors = npz::read(file.clone()).unwrap();
    assert_eq!(tensors.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(tensors["b"], zeros);
    let all = 2 * array.len() as u64;
    assert!(npz::read_at_most(file.clone(), all).is_ok());
    let limit = format!("tensor \"b\": uncompressed, the data takes more than the {} bytes allowed", all - 1);
    says(npz::read_at_most(file, all - 1), &limit);
}

#[test]
fn errors_name_the_tensor() {
    let twice = [("x", Tensor::from([1u8])), ("x", Tensor::from([2u8]))];
    says(npz::write(twice), "the name \"x\" cannot be used, or is used twice");
    let text = npz::write([("t", &Tensor::from(["a"]))]).unwrap_err().to_string();
    assert!(text.starts_with("tensor \"t\": string elements in shape [1] have no counterpart"), "{text}");
    let stored = |name: &str| npz::read(archive(&[(name, b"no array")], CompressionMethod::Stored)).unwrap_err();
    assert_eq!(stored("x.npy").to_string(), "tensor \"x\": not .npy: it does not begin as one");
    assert_eq!(stored("x.txt").to_string(), "not .npz: its member \"x.txt\" is no .npy file");
    assert!(matches!(npz::read(Bytes::from_static(b"no archive")), Err(InterchangeError::Malformed { .. })));
    assert!(matches!(npz::read(Bytes::new()), Err(InterchangeError::Malformed { .. })));
}

#[test]
fn corrupted_data_is_rejected() {
    let mut file = npz::write([("x", Tensor::from(vec![7u8; 100]))]).unwrap();
    let place = file.windows(100).position(|window| window == [7; 100]).unwrap();
    file[place + 50] = 8;
    let error = npz::read(file.into()).unwrap_err().to_string();
    assert!(error.starts_with("tensor \"x\": not .npz: "), "{error}");
}

#[test]
fn files_are_written_and_read() {
    let folder = decthings_tests::Temporary::new();
    let path = folder.join("a.npz");
    npz::write_file(&path, two()).unwrap();
    assert_eq!(npz::read_file(&path).unwrap(), two());
    assert!(matches!(npz::read_file("/no/such/file"), Err(InterchangeError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn corrupted_archives_never_panic(
        tensor in fixed(),
        compressed: bool,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let array = npy::write(&tensor).unwrap();
        let method = if compressed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let mut file = archive(&[("x.npy", &array), ("y.npy", &array)], method).to_vec();
        prop_assert_eq!(&npz::read(file.clone().into()).unwrap()["y"], &tensor);
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        let _ = npz::read_at_most(file.into(), 1 << 20);
    }
}
