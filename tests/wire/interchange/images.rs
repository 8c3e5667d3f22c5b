//! Images of the crate `image`.

use decthings::{Image, Tensor};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::says;

fn gradient() -> DynamicImage {
    RgbImage::from_fn(5, 4, |x, y| Rgb([x as u8 * 40, y as u8 * 60, 128])).into()
}

#[test]
fn elements_are_encoded_and_decoded() {
    let png = Image::encode(&gradient(), ImageFormat::Png).unwrap();
    assert_eq!((png.format(), &png.data()[1..4]), ("png", &b"PNG"[..]));
    assert_eq!(png.decode().unwrap(), gradient());

    let jpeg = Image::encode(&gradient(), ImageFormat::Jpeg).unwrap();
    assert_eq!(jpeg.format(), "jpg");
    let decoded = jpeg.decode().unwrap();
    assert_eq!((decoded.width(), decoded.height(), decoded.color()), (5, 4, gradient().color()));

    // The declared format does not matter where the data reveals it.
    for name in ["jpeg", "", "a picture"] {
        assert_eq!(Image::new(name, png.data().clone()).unwrap().decode().unwrap(), gradient());
    }
}

#[test]
fn encoding_and_decoding_errors_are_reported() {
    let error = Image::encode(&gradient(), ImageFormat::Gif).unwrap_err().to_string();
    assert!(error.starts_with("not an image that can be encoded: "), "{error}");
    let png = Image::encode(&gradient(), ImageFormat::Png).unwrap();
    for cut in [0, 3, 30, png.data().len() / 2] {
        let cut = Image::new("png", png.data().slice(..cut)).unwrap();
        let error = cut.decode().unwrap_err().to_string();
        assert!(error.starts_with("not an image that can be decoded: format \"png\", "), "{error}");
    }
    // A header with 2^31 - 1 pixels in width and height.
    let mut huge = png.data().to_vec();
    huge[16..24].copy_from_slice(&[127, 255, 255, 255, 127, 255, 255, 255]);
    assert!(Image::new("png", huge).unwrap().decode().is_err());
    for place in 0..png.data().len() {
        let mut changed = png.data().to_vec();
        changed[place] ^= 0x55;
        let _ = Image::new("png", changed).unwrap().decode();
    }
}

#[test]
fn pixels_are_height_width_channels_and_not_copied() {
    let image = gradient();
    let raw = image.as_bytes().to_vec();
    let place = image.as_bytes().as_ptr();
    let pixels = Tensor::from_pixels(image).unwrap();
    assert_eq!(pixels.shape(), [4, 5, 3]);
    assert_eq!(pixels.bytes().unwrap().as_ptr(), place);
    assert_eq!(pixels.to_vec::<u8>().unwrap(), raw);
    assert_eq!(pixels.to_pixels().unwrap(), gradient());
}

#[test]
fn every_pixel_type_round_trips() {
    let image = gradient();
    let kinds = [
        DynamicImage::from(image.to_luma8()),
        image.to_luma_alpha8().into(),
        image.to_rgba8().into(),
        image.to_luma16().into(),
        image.to_luma_alpha16().into(),
        image.to_rgb16().into(),
        image.to_rgba16().into(),
        image.to_rgb32f().into(),
        image.to_rgba32f().into(),
        DynamicImage::new_rgb8(0, 3),
    ];
    for image in kinds {
        let pixels = Tensor::from_pixels(image.clone()).unwrap();
        assert_eq!(pixels.shape()[2], usize::from(image.color().channel_count()));
        assert_eq!(pixels.to_pixels().unwrap(), image);
    }
    let grey = Tensor::from([[0u8, 255, 128]]).to_pixels().unwrap();
    assert_eq!((grey.width(), grey.height()), (3, 1));
    assert_eq!(grey.to_luma8().into_raw(), [0, 255, 128]);
}

#[test]
fn tensors_that_are_no_images_are_rejected() {
    const END: &str = "have no counterpart; expected pixels in shape [height, width] or [height, width, channels]: \
                       u8 or u16 with 1 to 4 channels, or f32 with 3 or 4 channels";
    let no = |tensor: Tensor, what: &str| says(tensor.to_pixels(), &format!("{what} {END}"));
    no(Tensor::from([1u8]), "u8 elements in shape [1]");
    no(Tensor::from([[[1u8; 5]; 2]; 2]), "u8 elements in shape [2, 2, 5]");
    no(Tensor::from([[[1.0f32]]]), "f32 elements in shape [1, 1, 1]");
    no(Tensor::from([[[1.0f64; 3]]]), "f64 elements in shape [1, 1, 3]");
    no(Tensor::from([["a"]]), "string elements in shape [1, 1]");
    no(Tensor::new([0, 1 << 33, 3], Vec::<u8>::new()).unwrap(), "u8 elements in shape [0, 8589934592, 3]");
}
