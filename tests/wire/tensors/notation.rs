//! Tensors as JSON.

use decthings::tensor::notation;
use decthings::{Tensor, Video};
use serde_json::json;

#[test]
fn notation_of_each_type() {
    let cases = [
        (
            Tensor::from([1.5f64, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
            json!([1.5, "-0", "NaN", "Infinity", "-Infinity"]),
        ),
        (Tensor::from([0.1f32]), json!([f64::from(0.1f32)])),
        (Tensor::from([i64::MIN, 0]), json!(["-9223372036854775808", "0"])),
        (Tensor::from([u64::MAX]), json!(["18446744073709551615"])),
        (Tensor::from([i8::MIN, i8::MAX]), json!([-128, 127])),
        (Tensor::from([u32::MAX]), json!([4294967295u32])),
        (Tensor::from([true, false]), json!([true, false])),
        (Tensor::from(["é", ""]), json!(["é", ""])),
        (Tensor::vector([vec![0u8, 255]]), json!(["AP8="])),
        (Tensor::from([Video::new("mp4", "abc").unwrap()]), json!([{"format": "mp4", "data": "YWJj"}])),
    ];
    for (tensor, data) in cases {
        let value = json!({"type": tensor.dtype().as_str(), "shape": tensor.shape(), "data": data});
        assert_eq!(notation::to_value(&tensor), value);
        assert_eq!(notation::from_value(value), Ok(tensor));
    }
}

#[test]
fn alternative_notation_is_read() {
    let read = |dtype: &str, data| notation::from_value(json!({"type": dtype, "shape": [2], "data": data}));
    assert_eq!(read("u16", json!("AQACAA==")), Ok(Tensor::from([1u16, 2])));
    assert_eq!(read("boolean", json!("AgA=")).unwrap().bytes().unwrap()[..], [2, 0]);
    assert_eq!(read("i64", json!([1, -2])), Ok(Tensor::from([1i64, -2])));
    assert_eq!(read("u64", json!([u64::MAX, 2.0])), Ok(Tensor::from([u64::MAX, 2])));
    assert_eq!(read("u8", json!([1.0, 2])), Ok(Tensor::from([1u8, 2])));
    assert_eq!(read("f32", json!([-0.0, 1])), Ok(Tensor::from([-0.0f32, 1.0])));
}

#[test]
fn malformed_notation_is_rejected() {
    let read = |dtype: &str, shape, data| {
        notation::from_value(json!({"type": dtype, "shape": shape, "data": data})).unwrap_err().to_string()
    };
    let whole = |value| notation::from_value(value).unwrap_err().to_string();
    assert_eq!(whole(json!(1)), "not a tensor: expected an object with the keys type, shape, data");
    assert_eq!(whole(json!({"type": "u8", "data": []})), "not a tensor: the key shape is missing");
    assert_eq!(
        whole(json!({"type": "u8", "shape": [0], "data": [], "name": 1})),
        r#"not a tensor: unknown key "name""#
    );
    assert!(
        read("bool", json!([]), json!([])).starts_with(r#"not a tensor: type: no element type has the name "bool""#)
    );
    assert_eq!(read("u8", json!([-1]), json!([])), "not a tensor: shape[0]: expected the length of a dimension");
    assert_eq!(read("u8", json!(["1"]), json!([1])), "not a tensor: shape[0]: expected the length of a dimension");
    assert_eq!(read("u8", json!([2]), json!([1])), "shape [2] takes 2 elements, got 1");
    assert_eq!(read("u16", json!([2]), json!("AQ==")), "u16 elements in shape [2] take 4 bytes, got 1");
    assert_eq!(read("string", json!([1]), json!("AQ==")), "not a tensor: data: expected a list of elements");
    assert_eq!(read("u8", json!([2]), json!([1, 1.5])), "not a tensor: data[1]: expected an integer from 0 to 255");
    assert_eq!(read("u8", json!([1]), json!(["1"])), "not a tensor: data[0]: expected an integer from 0 to 255");
    assert!(read("i64", json!([1]), json!([1e300])).contains("data[0]: expected an integer from -9223372036854775808"));
    assert_eq!(read("f32", json!([1]), json!([1e300])), "not a tensor: data[0]: 1e300 is too large for f32");
    assert!(read("f32", json!([1]), json!(["nan"])).contains(r#"data[0]: expected a number, "NaN""#));
    assert_eq!(read("boolean", json!([]), json!([1])), "not a tensor: data[0]: expected true or false");
    assert!(read("binary", json!([]), json!(["é"])).starts_with("not a tensor: data[0]: expected base64"));
    let image = |element| read("image", json!([]), json!([element]));
    assert_eq!(image(json!({"format": "png"})), "not a tensor: data[0]: the key data is missing");
    assert_eq!(image(json!({"format": 1, "data": ""})), "not a tensor: data[0]: format: expected a string");
    assert_eq!(
        image(json!({"format": "f".repeat(256), "data": ""})),
        "not a tensor: data[0]: the name of a media format takes at most 255 bytes, got 256"
    );
}
