//! Tensors: their bytes, their notation, and errors.

mod notation;
mod properties;
mod rows;
mod text;

use std::borrow::Cow;

use bytes::Bytes;
use decthings::tensor::{DecodeError, DecodeErrorKind, Part};
use decthings::{Audio, DType, Image, Tensor, TensorError, Video};

fn hex(text: &str) -> Bytes {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

#[test]
fn references_to_plain_values_are_tensors() {
    let values = vec![1_u8, 2];
    let tensors: [Tensor; 4] = [(&values).into(), values.as_slice().into(), (&[1_u8, 2]).into(), values.clone().into()];
    for tensor in &tensors {
        assert_eq!(*tensor, Tensor::from([1_u8, 2]));
        assert_eq!(Tensor::from(tensor), *tensor);
    }
}

fn decode(text: &str) -> Result<Tensor, DecodeError> {
    Tensor::decode(hex(text))
}

/// The tensors of golden-tensors.txt, with the bytes that the official codec wrote.
fn golden() -> Vec<(Tensor, String)> {
    let plain = [
        (Tensor::scalar(1.5f32), "01000000c03f"),
        (Tensor::from([-2.0f64]), "02010100000000000000c0"),
        (Tensor::from([-1i8, 2]), "030102ff02"),
        (Tensor::from([-2i16]), "040101feff"),
        (Tensor::from([258i32]), "05010102010000"),
        (Tensor::from([-3i64]), "060101fdffffffffffffff"),
        (Tensor::from([[1u8, 2], [3, 4]]), "0702020201020304"),
        (Tensor::from([513u16]), "0801010102"),
        (Tensor::from([u32::MAX]), "090101ffffffff"),
        (Tensor::from([(1u64 << 53) + 1]), "0a01010100000000002000"),
        (Tensor::from(["é", "ab"]), "0b01020602c3a9026162"),
        (Tensor::vector([vec![0u8, 0xff]]), "0c0101030200ff"),
        (Tensor::from([true, false, true]), "0d0103010001"),
        (Tensor::from([Image::new("png", "abc").unwrap()]), "0e0101080703706e67616263"),
        (Tensor::from([Audio::new("flac", "").unwrap()]), "0f0101060504666c6163"),
        (Tensor::from([Video::new("mp4", &[1][..]).unwrap()]), "1001010605036d703401"),
        (Tensor::from([0u8; 0]), "070100"),
        (Tensor::from([""; 0]), "0b010000"),
    ];
    let long = (Tensor::from(["x".repeat(253)]), format!("0b0101fd0100fd00fd{}", "78".repeat(253)));
    plain.into_iter().map(|(tensor, hex)| (tensor, hex.to_owned())).chain([long]).collect()
}

#[test]
fn bytes_equal_the_golden_ones() {
    for (tensor, bytes) in golden() {
        assert_eq!(tensor.to_bytes(), hex(&bytes), "{tensor:?}");
        assert_eq!(decode(&bytes).as_ref(), Ok(&tensor));
        assert_eq!(tensor.encoded_len(), bytes.len() / 2);
    }
    let all: String = golden().into_iter().map(|(_, bytes)| bytes).collect();
    let tensors: Vec<Tensor> = golden().into_iter().map(|(tensor, _)| tensor).collect();
    assert_eq!(Tensor::decode_many(hex(&all)), Ok(tensors));
    assert_eq!(Tensor::decode_many(Bytes::new()), Ok(vec![]));
}

#[test]
fn types_have_names_and_sizes() {
    let names: Vec<String> = DType::ALL.iter().map(DType::to_string).collect();
    assert_eq!(names.join(" "), "f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 string binary boolean image audio video");
    for dtype in DType::ALL {
        assert_eq!(dtype.as_str().parse(), Ok(*dtype));
    }
    let error = "bool".parse::<DType>().unwrap_err();
    assert_eq!(error.name(), "bool");
    assert!(error.to_string().starts_with(r#"no element type has the name "bool"; the names are f32, f64, i8,"#));
}

#[test]
fn nested_arrays_give_their_shape() {
    assert_eq!(Tensor::from(1u8).shape(), [0usize; 0]);
    assert_eq!(Tensor::from([1u8, 2]).shape(), [2]);
    assert_eq!(Tensor::from([[1u8, 2], [3, 4], [5, 6]]).shape(), [3, 2]);
    assert_eq!(Tensor::from([[[1u8; 4]; 3]; 2]).shape(), [2, 3, 4]);
    let deep = Tensor::from([[[[1u8, 2, 3]; 2]; 1]; 2]);
    assert_eq!(deep.shape(), [2, 1, 2, 3]);
    assert_eq!(deep.to_vec::<u8>().unwrap(), [1, 2, 3].repeat(4));
    assert_eq!(Tensor::from([[0f32; 0]; 3]).shape(), [3, 0]);
    assert_eq!(Tensor::from([["a", "b"], ["c", "d"]]).to_vec::<String>().unwrap(), ["a", "b", "c", "d"]);
    assert_eq!(Tensor::try_from(vec![vec![1i8, 2], vec![3, 4]]), Ok(Tensor::from([[1i8, 2], [3, 4]])));
    assert_eq!(Tensor::try_from(vec![vec![0u8]]).unwrap().dtype(), DType::U8);
    assert_eq!(Tensor::vector(vec![vec![0u8]]).dtype(), DType::Binary);
    assert_eq!(Tensor::try_from(Vec::<Vec<f64>>::new()).unwrap().shape(), [0, 0]);
    assert_eq!(Tensor::new([1; 255], [7u8]).unwrap().rank(), 255);
}

#[test]
fn elements_are_taken_from_any_list() {
    let expected = Tensor::from([[1.0f32], [2.0]]);
    let values = vec![1.0f32, 2.0];
    assert_eq!(Tensor::new([2, 1], &values), Ok(expected.clone()));
    assert_eq!(Tensor::new(&[2, 1], &values[..]), Ok(expected.clone()));
    let pair: &[f32; 2] = &[1.0, 2.0];
    assert_eq!(Tensor::new(vec![2, 1], pair), Ok(expected.clone()));
    assert_eq!(Tensor::new([2, 1], values.clone().into_boxed_slice()), Ok(expected.clone()));
    assert_eq!(Tensor::from(&values[..]).reshape([2, 1]), Ok(expected));
    assert_eq!(Tensor::new([], [1.0f32]), Ok(Tensor::scalar(1.0f32)));
    assert_eq!(Tensor::from(Bytes::from_static(b"a")), Tensor::scalar(vec![b'a']));
}

#[test]
fn numbers_are_not_copied() {
    let values = vec![1.0f32, 2.0, 3.0];
    let place = values.as_ptr().cast::<u8>();
    let tensor = Tensor::new([3, 1], values).unwrap();
    assert_eq!(tensor.bytes().unwrap().as_ptr(), place);
    assert_eq!(tensor.clone().reshape([3]).unwrap().bytes().unwrap().as_ptr(), place);
    assert!(matches!(tensor.view::<f32>().unwrap(), Cow::Borrowed([1.0, 2.0, 3.0])));
    let mut segments = Vec::new();
    tensor.encode_into(&mut segments);
    assert_eq!(segments.last().unwrap().as_ptr(), place);
    assert_ne!(tensor.detach().bytes().unwrap().as_ptr(), place);
    assert_eq!(tensor.detach(), tensor);

    let flags = vec![true, false];
    let place = flags.as_ptr().cast::<u8>();
    assert_eq!(Tensor::from(flags).bytes().unwrap().as_ptr(), place);
}

#[test]
fn decoded_tensors_share_their_input() {
    let input = hex("0c0101030200ff");
    let tensor = Tensor::decode(input.clone()).unwrap();
    let elements: Vec<&[u8]> = tensor.binaries().unwrap().collect();
    assert_eq!(elements, [&[0u8, 0xff][..]]);
    assert_eq!(elements[0].as_ptr(), input[5..].as_ptr());
    assert_eq!(tensor.to_vec::<Bytes>().unwrap()[0].as_ptr(), input[5..].as_ptr());
    assert_eq!(tensor.item::<Vec<u8>>().unwrap(), [0, 0xff]);
}

#[test]
fn unaligned_numbers_are_read() {
    let expected = [1.5f64, -2.0];
    let bytes = Tensor::from(expected).to_bytes();
    for shift in 0..8 {
        let mut input = vec![0; shift];
        input.extend_from_slice(&bytes);
        let tensor = Tensor::decode(Bytes::from(input).slice(shift..)).unwrap();
        assert_eq!(*tensor.view::<f64>().unwrap(), expected);
        assert_eq!(tensor.to_vec::<f64>().unwrap(), expected);
    }
}

#[test]
fn elements_are_read_by_type() {
    let text = Tensor::new([2, 1], ["", "å漢😀"]).unwrap();
    assert_eq!(text.strings().unwrap().collect::<Vec<_>>(), ["", "å漢😀"]);
    assert_eq!(text.strings().unwrap().len(), 2);
    assert_eq!(text.bytes(), None);
    assert_eq!(text.byte_len(), 1 + 1 + "å漢😀".len());
    let image = Image::new("png", "abc").unwrap();
    assert_eq!((image.format(), &image.data()[..]), ("png", &b"abc"[..]));
    assert_eq!(Tensor::from(image.clone()).images().unwrap().next().map(Image::from), Some(image.clone()));
    let audio = Audio::new("", "").unwrap();
    assert_eq!(Tensor::from([audio.clone()]).audios().unwrap().next().map(Audio::from), Some(audio));
    let video = Video::new("f".repeat(255), vec![0; 300]).unwrap();
    assert_eq!(Tensor::from(vec![video.clone()]).videos().unwrap().next().map(Video::from), Some(video));
    assert_eq!(image.into_parts(), ("png".to_owned(), Bytes::from_static(b"abc")));
}

#[test]
fn nonzero_boolean_bytes_are_true_and_unchanged() {
    let tensor = decode("0d01030200ff").unwrap();
    assert_eq!(tensor.to_vec::<bool>().unwrap(), [true, false, true]);
    assert_eq!(tensor.to_bytes(), hex("0d01030200ff"));
    assert_eq!(Tensor::from_raw(DType::Boolean, [3], vec![2, 0, 255]), Ok(tensor));
}

#[test]
fn images_in_a_tensor_are_read_in_place() {
    let tensor = Tensor::from([Image::new("png", "abc").unwrap(), Image::new("a/b", "").unwrap()]);
    let images: Vec<_> = tensor.images().unwrap().collect();
    assert_eq!((images[0].format(), images[0].data()), ("png", &b"abc"[..]));
    assert_eq!((images[1].format(), images[1].data()), ("a/b", &b""[..]));
    assert_eq!(format!("{:?}", images[0]), "ImageRef(png, 3 bytes)");
    let owned = Image::from(images[0]);
    assert_eq!(owned.data().as_ptr(), images[0].data().as_ptr());
    assert_eq!(tensor.to_vec::<Image>().unwrap()[0], owned);
}

#[test]
fn tensors_are_small() {
    assert!(size_of::<Tensor>() <= 64);
}

#[test]
fn varints_have_their_shortest_form() {
    for (number, varint) in [(252, "fc"), (253, "fd00fd"), (0xffff, "fdffff"), (0x1_0000, "fe00010000")] {
        let tensor = Tensor::new([number], vec![7_u8; number]).unwrap();
        let bytes = tensor.to_bytes();
        assert_eq!(bytes[2..bytes.len() - number], hex(varint));
        assert_eq!(Tensor::decode(bytes), Ok(tensor));
    }
}

#[test]
fn overlong_varints_are_read_and_written_short() {
    assert_eq!(decode("0701ff00000000000000026162"), Ok(Tensor::from(*b"ab")));
    let text = decode("0b 01 fd0002 fd000a fe00000001 61 fd0001 62");
    assert_eq!(text, Ok(Tensor::from(["a", "b"])));
    assert_eq!(text.unwrap().to_bytes(), hex("0b01020401610162"));
}

#[test]
fn decode_errors_report_position_and_reason() {
    let cases = [
        ("", "bad tensor at byte 0: the element type takes 1 byte, but 0 can be read"),
        ("00", "bad tensor at byte 0: unknown element type 0, expected 1 to 16"),
        ("ff00", "bad tensor at byte 0: unknown element type 255, expected 1 to 16"),
        ("01", "bad tensor at byte 1: the number of dimensions takes 1 byte, but 0 can be read"),
        ("070201", "bad tensor at byte 3: dimension 1 takes 1 byte, but 0 can be read"),
        ("0701fd00", "bad tensor at byte 2: dimension 0 takes 3 bytes, but 2 can be read"),
        ("0100000000", "bad tensor at byte 2: the data takes 4 bytes, but 3 can be read"),
        (
            "070200ffffffffffffffffff",
            "bad tensor at byte 2: shape [0, 18446744073709551615] is too large to be counted",
        ),
        (
            "0703ff80000000000000000400",
            "bad tensor at byte 2: shape [9223372036854775808, 4, 0] is too large to be counted",
        ),
        ("02 01 ff2000000000000000", "bad tensor at byte 2: shape [2305843009213693952] is too large to be counted"),
        ("0701fe7fffffff6162", "bad tensor at byte 7: the data takes 2147483647 bytes, but 2 can be read"),
        ("0b00", "bad tensor at byte 2: the total length takes 1 byte, but 0 can be read"),
        ("0b000502", "bad tensor at byte 3: the data takes 5 bytes, but 1 can be read"),
        ("0b0000", "bad tensor at byte 3: the length of element 0 takes 1 byte, but 0 can be read"),
        ("0b00 04 05616263", "bad tensor at byte 4: element 0 takes 5 bytes, but 3 can be read"),
        (
            "0c000cffffffffffffffffff616263",
            "bad tensor at byte 12: element 0 takes 18446744073709551615 bytes, but 3 can be read",
        ),
        ("0b00 05 03616263 00", "bad tensor at byte 7: the elements take 4 bytes, but the total length says 5"),
        ("0b0100 04 03616263", "bad tensor at byte 4: the elements take 0 bytes, but the total length says 4"),
        ("0b00 04 0361ff63", "bad tensor at byte 5: element 0 is not UTF-8"),
        (
            "0e000100",
            "bad tensor at byte 4: the length of the format name of element 0 takes 1 byte, but 0 can be read",
        ),
        ("0e00 04 03096162", "bad tensor at byte 5: the format name of element 0 takes 9 bytes, but 2 can be read"),
        ("0f00 04 0301ff7a", "bad tensor at byte 5: the format name of element 0 is not UTF-8"),
        ("07000101", "bad tensor at byte 3: expected the end of the tensor, found 1 more byte"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(bytes).unwrap_err().to_string(), expected, "{bytes}");
    }
    let error = decode("0b0105 04 03616263").unwrap_err();
    assert_eq!(error.offset(), 8);
    assert_eq!(error.kind(), &DecodeErrorKind::Truncated { part: Part::ElementLength(1), needed: 1, left: 0 });
    let second = Tensor::decode_many(hex("0700010700")).unwrap_err();
    assert_eq!(second.offset(), 5);
}

#[test]
fn a_false_count_takes_neither_time_nor_memory() {
    // If any of these counts were trusted, the reservation would abort the process.
    for dtype in 1..=16 {
        for dim in ["ff3fffffffffffffff", "ff0fffffffffffffff", "ff0000000100000000", "feffffffff"] {
            let zeros = "00".repeat(16);
            assert!(decode(&format!("{dtype:02x}01{dim}10{zeros}")).is_err());
            assert!(decode(&format!("{dtype:02x}01{dim}")).is_err());
            assert!(decode(&format!("{dtype:02x}01{dim}ff3fffffffffffffff")).is_err());
        }
    }
}

#[test]
fn invalid_shapes_and_types_are_reported() {
    fn says<T: std::fmt::Debug>(result: Result<T, TensorError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }
    says(Tensor::new([2, 3], vec![1u8]), "shape [2, 3] takes 6 elements, got 1");
    says(Tensor::new([], Vec::<f32>::new()), "shape [] takes 1 element, got 0");
    says(Tensor::new([1; 256], [1u8]), "a tensor has at most 255 dimensions, got 256");
    says(
        Tensor::new([0, usize::MAX], Vec::<u8>::new()),
        &format!("shape [0, {}] is too large to be counted", usize::MAX),
    );
    says(
        Tensor::new([1usize << 62, 4, 0], Vec::<u8>::new()),
        "shape [4611686018427387904, 4, 0] is too large to be counted",
    );
    says(Tensor::new([2; 9], [1u8]), "shape [2, 2, 2, 2, 2, 2, 2, 2, … 9 dimensions] takes 512 elements, got 1");
    says(Tensor::from_raw(DType::I16, [2], vec![0; 3]), "i16 elements in shape [2] take 4 bytes, got 3");
    says(Tensor::from_raw(DType::String, [0], vec![]), "string elements have no fixed size and so no raw bytes");
    says(
        Tensor::from_raw(DType::F64, [1usize << 61], vec![]),
        "shape [2305843009213693952] is too large to be counted",
    );
    says(Tensor::try_from(vec![vec![1u8], vec![1], vec![]]), "row 2 has 0 elements, the rows before it have 1");
    says(Image::new("f".repeat(256), ""), "the name of a media format takes at most 255 bytes, got 256");
    let tensor = Tensor::from([[1i64, 2]]);
    says(tensor.to_vec::<f32>(), "wanted f32 elements, but the tensor is i64 [1, 2]");
    says(tensor.view::<u64>(), "wanted u64 elements, but the tensor is i64 [1, 2]");
    says(tensor.strings().map(|_| ()), "wanted string elements, but the tensor is i64 [1, 2]");
    says(tensor.item::<i64>(), "wanted a single element, but the tensor is i64 [1, 2]");
    says(tensor.reshape([3]), "shape [3] takes 3 elements, got 2");
    assert_eq!(Tensor::from([[[7u8]]]).item::<u8>(), Ok(7));
}

#[test]
fn debug_output_shows_only_the_first_elements() {
    assert_eq!(format!("{:?}", Tensor::from([1.0f32, f32::NAN])), "Tensor(f32 [2]: 1.0, NaN)");
    assert_eq!(format!("{:?}", Tensor::from([0u8; 0])), "Tensor(u8 [0])");
    assert_eq!(format!("{:?}", Tensor::from(vec![1u8; 5000])), "Tensor(u8 [5000]: 1, 1, 1, 1, 1, 1, …)");
    let long = format!("{:?}", Tensor::from("é".repeat(5000)));
    assert_eq!(long, format!("Tensor(string []: \"{}\"…)", "é".repeat(40)));
    assert_eq!(format!("{:?}", Tensor::vector([vec![0u8; 9]])), "Tensor(binary [1]: 9 bytes)");
    let image = Image::new("png", vec![0; 5000]).unwrap();
    assert_eq!(format!("{image:?}"), "Image(png, 5000 bytes)");
    assert_eq!(format!("{:?}", Tensor::from(image)), "Tensor(image []: \"png\" 5000 bytes)");
}

#[test]
fn equality_compares_bytes() {
    assert_eq!(Tensor::scalar(f32::NAN), Tensor::scalar(f32::NAN));
    assert_ne!(Tensor::scalar(0.0f32), Tensor::scalar(-0.0f32));
    assert_ne!(Tensor::from([1u8]), Tensor::from([1i8]));
    assert_ne!(Tensor::from([1u8]), Tensor::from([[1u8]]));
}
