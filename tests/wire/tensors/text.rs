//! Text elements are validated one by one: a concatenation may be UTF-8 where its elements are not.

use bytes::Bytes;
use decthings::Tensor;
use decthings::tensor::{DecodeErrorKind, Part};
use proptest::collection::vec;
use proptest::prelude::*;

/// The bytes of a tensor of text elements, which may be invalid UTF-8. All lengths fit into one byte.
fn encoded(elements: &[&[u8]]) -> (Bytes, Vec<usize>) {
    let mut payload = Vec::new();
    let mut starts = Vec::new();
    for element in elements {
        payload.push(u8::try_from(element.len()).unwrap());
        starts.push(payload.len());
        payload.extend_from_slice(element);
    }
    let varint = |number: usize| [&[254], &u32::try_from(number).unwrap().to_be_bytes()[..]].concat();
    let header = [&[11, 1][..], &varint(elements.len()), &varint(payload.len())].concat();
    let starts = starts.into_iter().map(|start| start + header.len()).collect();
    ([header, payload].concat().into(), starts)
}

#[test]
fn characters_split_across_elements_are_rejected() {
    // "\xc3" followed by the length 169 is "é".
    let (input, starts) = encoded(&[b"a", b"\xc3", &[b'x'; 169], b"b"]);
    let error = Tensor::decode(input).unwrap_err();
    assert_eq!(error.kind(), &DecodeErrorKind::InvalidUtf8 { part: Part::Element(1) });
    assert_eq!(error.offset(), starts[1]);
}

#[test]
fn texts_of_all_lengths_are_read() {
    let texts: Vec<String> = (0..600).map(|len| "aé漢😀".chars().cycle().take(len * 7 % 600).collect()).collect();
    let tensor = Tensor::vector(&texts);
    let decoded = Tensor::decode(tensor.to_bytes()).unwrap();
    assert_eq!(decoded.strings().unwrap().collect::<Vec<_>>(), texts);
    assert_eq!(decoded.to_vec::<String>().unwrap(), texts);
    assert_eq!(decoded, tensor);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The validity of an element does not depend on its neighbours.
    #[test]
    fn each_element_is_validated_on_its_own(
        elements in vec(
            prop_oneof![
                8 => "\\PC{0,40}".prop_map(String::into_bytes),
                4 => "[ -~]{0,200}".prop_map(String::into_bytes),
                1 => vec(any::<u8>(), 0..3),
            ],
            0..200,
        ),
    ) {
        let elements: Vec<&[u8]> = elements.iter().map(|element| &element[..element.len().min(252)]).collect();
        let (input, starts) = encoded(&elements);
        let invalid = elements.iter().zip(starts).enumerate().find_map(|(index, (element, start))| {
            Some((index, start + std::str::from_utf8(element).err()?.valid_up_to()))
        });
        match (Tensor::decode(input), invalid) {
            (Ok(tensor), None) => {
                let texts: Vec<&[u8]> = tensor.strings().unwrap().map(str::as_bytes).collect();
                prop_assert_eq!(texts, elements);
            }
            (Err(error), Some((index, offset))) => {
                prop_assert_eq!(error.kind(), &DecodeErrorKind::InvalidUtf8 { part: Part::Element(index) });
                prop_assert_eq!(error.offset(), offset);
            }
            (decoded, invalid) => prop_assert!(false, "decoded {decoded:?}, but expected {invalid:?}"),
        }
    }
}
