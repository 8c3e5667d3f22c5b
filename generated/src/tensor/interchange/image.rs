//! Images of crate `image`: encoded as elements, or their pixels as numbers.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, ImageReader, Pixel};

use super::InterchangeError;
use crate::tensor::{DType, Image, ImageRef, Tensor, TensorError};

const EXPECTED: &str = "pixels in shape [height, width] or [height, width, channels]: u8 or u16 with 1 to 4 channels, \
                        or f32 with 3 or 4 channels";

impl Image {
    /// Encodes an image in a format, such as `ImageFormat::Png`. Needs the feature `image-rs`.
    ///
    /// # Errors
    ///
    /// [`InterchangeError::Malformed`] when the format cannot hold the image, or is not built into crate `image`: here
    /// PNG and JPEG are.
    ///
    /// ```
    /// use decthings::{Image, Tensor};
    /// use image::{DynamicImage, ImageFormat};
    ///
    /// let black = DynamicImage::new_rgb8(4, 3);
    /// let element = Image::encode(&black, ImageFormat::Png)?;
    /// assert_eq!(element.format(), "png");
    /// assert_eq!(element.decode()?, black);
    /// let tensor = Tensor::from([element]);
    /// # let _ = tensor;
    /// # Ok::<(), decthings::tensor::InterchangeError>(())
    /// ```
    pub fn encode(image: &DynamicImage, format: ImageFormat) -> Result<Self, InterchangeError> {
        let name = format.extensions_str().first().copied().unwrap_or_default();
        let mut data = Cursor::new(Vec::new());
        let written = image.write_to(&mut data, format);
        written.map_err(|error| InterchangeError::malformed("an image that can be encoded", error))?;
        Ok(Self::new(name, data.into_inner())?)
    }

    /// Decodes the image. Its format is what its data says, whatever the format is called. Needs the feature `image-rs`.
    ///
    /// Images that take more than 512 MiB are rejected, which is the limit of crate `image`.
    ///
    /// # Errors
    ///
    /// [`InterchangeError::Malformed`] when the data is damaged, too large, or in a format that is not built into crate
    /// `image`.
    pub fn decode(&self) -> Result<DynamicImage, InterchangeError> {
        decode(self.format(), self.data())
    }
}

impl ImageRef<'_> {
    /// Decodes the image, as [`Image::decode`] does. Needs the feature `image-rs`.
    ///
    /// # Errors
    ///
    /// As for [`Image::decode`].
    pub fn decode(&self) -> Result<DynamicImage, InterchangeError> {
        decode(self.format(), self.data())
    }
}

fn decode(format: &str, data: &[u8]) -> Result<DynamicImage, InterchangeError> {
    let malformed = |message: &dyn std::fmt::Display| {
        let message = format!("format {format:?}, {} bytes: {message}", data.len());
        InterchangeError::malformed("an image that can be decoded", message)
    };
    let mut reader = ImageReader::new(Cursor::new(data));
    if let Some(format) = ImageFormat::from_extension(format) {
        reader.set_format(format);
    }
    let reader = reader.with_guessed_format().map_err(|error| malformed(&error))?;
    reader.decode().map_err(|error| malformed(&error))
}

impl Tensor {
    /// The pixels of an image in shape `[height, width, channels]`, which are not copied. Needs the feature `image-rs`.
    ///
    /// The elements are what the image has: `u8`, `u16` or `f32`. Convert the image for others, such as with
    /// `DynamicImage::from(image.to_rgb32f())`, which has `f32` from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`InterchangeError::Unsupported`] when the image has a type of pixels that came after this was written.
    ///
    /// ```
    /// use decthings::{DType, Tensor};
    /// use image::DynamicImage;
    ///
    /// let pixels = Tensor::from_pixels(DynamicImage::new_rgb8(4, 3))?;
    /// assert_eq!((pixels.dtype(), pixels.shape()), (DType::U8, &[3, 4, 3][..]));
    /// assert_eq!(pixels.to_pixels()?, DynamicImage::new_rgb8(4, 3));
    /// # Ok::<(), decthings::tensor::InterchangeError>(())
    /// ```
    pub fn from_pixels(image: DynamicImage) -> Result<Self, InterchangeError> {
        let shape = [image.height() as usize, image.width() as usize, usize::from(image.color().channel_count())];
        let unsupported = |image: &DynamicImage| InterchangeError::Unsupported {
            dtype: format!("{:?}", image.color()),
            shape: shape.to_vec(),
            expected: EXPECTED,
        };
        let pixels = match image {
            DynamicImage::ImageLuma8(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageLumaA8(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgb8(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgba8(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageLuma16(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageLumaA16(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgb16(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgba16(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgb32F(image) => Self::new(shape, image.into_raw()),
            DynamicImage::ImageRgba32F(image) => Self::new(shape, image.into_raw()),
            other => return Err(unsupported(&other)),
        };
        Ok(pixels?)
    }

    /// An image of these pixels, in shape `[height, width]` or `[height, width, channels]`. Needs the feature
    /// `image-rs`.
    ///
    /// One channel is grey, two are grey and opacity, three are red, green and blue, four have opacity as well.
    ///
    /// # Errors
    ///
    /// [`InterchangeError::Unsupported`] when no image has such pixels.
    pub fn to_pixels(&self) -> Result<DynamicImage, InterchangeError> {
        let unsupported = || InterchangeError::unsupported(self, EXPECTED);
        let (height, width, channels) = match *self.shape() {
            [height, width] => (height, width, 1),
            [height, width, channels] => (height, width, channels),
            _ => return Err(unsupported()),
        };
        let (Ok(height), Ok(width)) = (u32::try_from(height), u32::try_from(width)) else {
            return Err(unsupported());
        };
        let size = (width, height);
        match (self.dtype(), channels) {
            (DType::U8, 1) => self.pixels(size).map(DynamicImage::ImageLuma8),
            (DType::U8, 2) => self.pixels(size).map(DynamicImage::ImageLumaA8),
            (DType::U8, 3) => self.pixels(size).map(DynamicImage::ImageRgb8),
            (DType::U8, 4) => self.pixels(size).map(DynamicImage::ImageRgba8),
            (DType::U16, 1) => self.pixels(size).map(DynamicImage::ImageLuma16),
            (DType::U16, 2) => self.pixels(size).map(DynamicImage::ImageLumaA16),
            (DType::U16, 3) => self.pixels(size).map(DynamicImage::ImageRgb16),
            (DType::U16, 4) => self.pixels(size).map(DynamicImage::ImageRgba16),
            (DType::F32, 3) => self.pixels(size).map(DynamicImage::ImageRgb32F),
            (DType::F32, 4) => self.pixels(size).map(DynamicImage::ImageRgba32F),
            _ => Err(unsupported()),
        }
    }

    /// An image of pixels that are known to be of this type and number.
    fn pixels<P: Pixel>(&self, (width, height): (u32, u32)) -> Result<Buffer<P>, InterchangeError>
    where
        P::Subpixel: crate::tensor::ReadElement,
    {
        let image = ImageBuffer::from_raw(width, height, self.to_vec()?);
        image.ok_or_else(|| TensorError::ShapeOverflow { shape: self.shape().to_vec() }.into())
    }
}

type Buffer<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;
