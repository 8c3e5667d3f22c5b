//! Properties of any tensor and of any bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use decthings::tensor::{DecodeErrorKind, notation};
use decthings::{Audio, DType, Image, Tensor, Video};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

/// Tensors of every element type and of zero to four dimensions.
fn tensors() -> impl Strategy<Value = Tensor> {
    vec(0usize..4, 0..=4).prop_flat_map(|shape| {
        let count: usize = shape.iter().product();
        fn of<T: decthings::Element + std::fmt::Debug + 'static>(
            shape: &[usize],
            element: impl Strategy<Value = T> + 'static,
        ) -> BoxedStrategy<Tensor> {
            let shape = shape.to_vec();
            let count: usize = shape.iter().product();
            vec(element, count).prop_map(move |data| Tensor::new(&shape, data).unwrap()).boxed()
        }
        fn media<T: std::fmt::Debug + 'static>(new: fn(String, Vec<u8>) -> T) -> impl Strategy<Value = T> {
            ("\\PC{0,60}", vec(any::<u8>(), 0..300)).prop_map(move |(format, data)| new(format, data))
        }
        let raw = shape.clone();
        prop_oneof![
            of(&shape, any::<u32>().prop_map(f32::from_bits)),
            of(&shape, any::<u64>().prop_map(f64::from_bits)),
            of(&shape, any::<i8>()),
            of(&shape, any::<i16>()),
            of(&shape, any::<i32>()),
            of(&shape, any::<i64>()),
            of(&shape, any::<u8>()),
            of(&shape, any::<u16>()),
            of(&shape, any::<u32>()),
            of(&shape, any::<u64>()),
            of(&shape, any::<bool>()),
            of(&shape, any::<String>()),
            of(&shape, vec(any::<u8>(), 0..300)),
            of(&shape, media(|format, data| Image::new(format, data).unwrap())),
            of(&shape, media(|format, data| Audio::new(format, data).unwrap())),
            of(&shape, media(|format, data| Video::new(format, data).unwrap())),
            vec(any::<u8>(), count).prop_map(move |data| Tensor::from_raw(DType::Boolean, &raw, data).unwrap()),
        ]
    })
}

/// Calls every accessor of a tensor.
fn exercise(tensor: &Tensor) {
    let len = tensor.len();
    assert_eq!(tensor.shape().iter().product::<usize>(), len);
    let read = match tensor.dtype() {
        DType::F32 => tensor.view::<f32>().unwrap().len(),
        DType::F64 => tensor.view::<f64>().unwrap().len(),
        DType::I8 => tensor.view::<i8>().unwrap().len(),
        DType::I16 => tensor.view::<i16>().unwrap().len(),
        DType::I32 => tensor.view::<i32>().unwrap().len(),
        DType::I64 => tensor.view::<i64>().unwrap().len(),
        DType::U8 => tensor.view::<u8>().unwrap().len(),
        DType::U16 => tensor.view::<u16>().unwrap().len(),
        DType::U32 => tensor.view::<u32>().unwrap().len(),
        DType::U64 => tensor.view::<u64>().unwrap().len(),
        DType::Boolean => tensor.to_vec::<bool>().unwrap().len(),
        DType::String => tensor.strings().unwrap().count(),
        DType::Binary => tensor.binaries().unwrap().count(),
        DType::Image => tensor.images().unwrap().count(),
        DType::Audio => tensor.audios().unwrap().count(),
        DType::Video => tensor.videos().unwrap().count(),
        other => panic!("{other} is not known here"),
    };
    assert_eq!(read, len);
    assert!(format!("{tensor:?}").len() < 4000);
    if let Ok(rows) = tensor.rows() {
        assert_eq!(rows.len(), tensor.shape()[0]);
        assert_eq!(Tensor::stack(&rows).ok().as_ref(), rows.first().map(|_| tensor));
    }
    let encoded = tensor.to_bytes();
    assert_eq!(encoded.len(), tensor.encoded_len());
    let mut segments = Vec::new();
    tensor.encode_into(&mut segments);
    assert_eq!(segments.concat(), encoded);
    assert_eq!(Tensor::decode(encoded).as_ref(), Ok(tensor));
}

proptest! {
    // A failure prints its seed; no file is written.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tensors_round_trip_through_bytes(tensor in tensors()) {
        exercise(&tensor);
        prop_assert_eq!(tensor.detach(), tensor);
    }

    #[test]
    fn tensors_round_trip_through_notation(tensor in tensors()) {
        let value = notation::to_value(&tensor);
        let again = notation::from_value(value.clone()).unwrap();
        prop_assert_eq!(again.shape(), tensor.shape());
        prop_assert_eq!(notation::to_value(&again), value);
        if let Some(bytes) = tensor.bytes() {
            let value = json!({
                "type": tensor.dtype().as_str(),
                "shape": tensor.shape(),
                "data": STANDARD.encode(bytes),
            });
            prop_assert_eq!(notation::from_value(value), Ok(tensor));
        } else {
            prop_assert_eq!(again, tensor);
        }
    }

    #[test]
    fn concatenated_tensors_are_split(tensors in vec(tensors(), 0..4)) {
        let mut segments = Vec::new();
        for tensor in &tensors {
            tensor.encode_into(&mut segments);
        }
        prop_assert_eq!(Tensor::decode_many(segments.concat().into()), Ok(tensors));
    }

    #[test]
    fn truncated_and_extended_tensors_are_rejected(tensor in tensors(), cut in any::<prop::sample::Index>(), more in any::<u8>()) {
        let encoded = tensor.to_bytes();
        prop_assert!(Tensor::decode(encoded.slice(..cut.index(encoded.len()))).is_err());
        let mut longer = encoded.to_vec();
        longer.push(more);
        let error = Tensor::decode(longer.into()).unwrap_err();
        prop_assert_eq!(error.kind(), &DecodeErrorKind::TrailingBytes { count: 1 });
        prop_assert_eq!(error.offset(), encoded.len());
    }

    #[test]
    fn corrupted_tensors_never_panic(
        tensor in tensors(),
        changes in vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 248u8..]), 1..6),
    ) {
        let mut encoded = tensor.to_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(encoded.len());
            encoded[place] = byte;
        }
        let len = encoded.len();
        match Tensor::decode(encoded.clone().into()) {
            Ok(tensor) => exercise(&tensor),
            Err(error) => prop_assert!(error.offset() <= len),
        }
        let _ = Tensor::decode_many(encoded.into());
    }

    #[test]
    fn arbitrary_bytes_never_panic(tag in 0u8..18, rank in 0u8..4, rest in vec(prop_oneof![0u8..8, any::<u8>()], 0..60)) {
        let input = Bytes::from([&[tag, rank], &rest[..]].concat());
        if let Ok(tensors) = Tensor::decode_many(input) {
            tensors.iter().for_each(exercise);
        }
    }
}
