//! Files of tensors, whose headers announce more than there is.

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use decthings::tensor::{InterchangeError, npy, npz, safetensors};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{ALLOCATIONS, MIB};

/// The most memory that work took.
fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    ALLOCATIONS.reset_peak_usage();
    let before = ALLOCATIONS.current_usage();
    let done = work();
    (done, ALLOCATIONS.peak_usage() - before)
}

fn npy_file(header: &str, data: &[u8]) -> Bytes {
    let len = u32::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x02\x00", len.as_slice(), header.as_bytes(), data].concat().into()
}

/// An archive of compressed zeros, and the size of each member.
fn bomb(members: usize, size: usize) -> (Bytes, usize) {
    let zeros = vec![0; size];
    let array = npy_file(&format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({size},)}}"), &zeros);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for member in 0..members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(format!("{member}.npy"), options).unwrap();
        archive.write_all(&array).unwrap();
    }
    (archive.finish().unwrap().into_inner().into(), array.len())
}

pub fn imports_stay_within_their_bounds() {
    arrays();
    archives();
    weights();
}

fn arrays() {
    let dims = "1,".repeat(1 << 17);
    for file in [
        npy_file(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({dims})}}"), &[]),
        npy_file("{'descr': '<f4', 'fortran_order': True, 'shape': (1073741824, 1073741824)}", &[0; 64]),
        npy_file("{'descr': '<f8', 'fortran_order': True, 'shape': (1000000000000,)}", &[0; 64]),
        npy_file(&format!("{{'descr': '{}', 'fortran_order': True, 'shape': ()}}", "x".repeat(MIB)), &[]),
    ] {
        let (read, most) = peak(|| npy::read(file.clone()));
        assert!(read.is_err());
        assert!(most <= 32 * file.len() + MIB, "{} bytes took {most}", file.len());
    }
}

fn archives() {
    let (file, _) = bomb(4, 8 * MIB);
    assert!(file.len() < MIB);
    // Uncompressed data may take as much as is allowed, and while a member is read as much again.
    for (most, fits) in [(33 << 20, true), (20 << 20, false)] {
        let (read, took) = peak(|| npz::read_at_most(file.clone(), most));
        assert_eq!(read.is_ok(), fits, "{read:?}");
        assert!(fits || matches!(read, Err(InterchangeError::Named { .. })), "{read:?}");
        let most = usize::try_from(most).unwrap();
        assert!(took <= most + 16 * MIB + MIB, "at most {most} bytes took {took}");
    }
    // What a member announces is not allocated.
    let (file, size) = bomb(1, MIB);
    let (mut file, size) = (Vec::from(file), u32::try_from(size).unwrap());
    let announced = 4_000_000_000u32.to_le_bytes();
    let at: Vec<usize> = (0..file.len() - 4).filter(|at| file[*at..*at + 4] == size.to_le_bytes()).collect();
    assert!(!at.is_empty(), "the size of the member is not in the archive");
    at.into_iter().for_each(|at| file[at..at + 4].copy_from_slice(&announced));
    let (_, took) = peak(|| npz::read(file.into()));
    assert!(took <= 8 * MIB, "it took {took}");
}

fn weights() {
    let header = |json: String| -> Bytes {
        [&u64::try_from(json.len()).unwrap().to_le_bytes(), json.as_bytes()].concat().into()
    };
    let count = (1 << 15) + 1;
    let empty = |key: usize| format!(r#""{key:x}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
    let text = |key: usize| format!(r#""{key:x}":"""#);
    for json in [
        format!(r#"{{"a":{{"dtype":"F32","shape":[{}0],"data_offsets":[0,0]}}}}"#, "0,".repeat(count)),
        format!("{{{}}}", (0..count).map(empty).collect::<Vec<_>>().join(",")),
        format!(r#"{{"__metadata__":{{{}}}}}"#, (0..count).map(text).collect::<Vec<_>>().join(",")),
    ] {
        let file = header(json);
        let (_, most) = peak(|| safetensors::read(file.clone()));
        let took = most as f64 / file.len() as f64;
        assert!(most + file.len() <= 32 * file.len() + MIB, "{} bytes took {took} times the memory", file.len());
    }
    let file: Bytes = [u64::MAX.to_le_bytes().as_slice(), b"{}"].concat().into();
    let (read, most) = peak(|| safetensors::read(file));
    assert!(read.is_err() && most <= MIB);
}
