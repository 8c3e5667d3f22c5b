//! Makes a dataset of images with labels, and reads an image back.
//!
//! ```console
//! $ cargo run --example dataset_images --features image-rs -- *.png    # labels are the names of the files
//! ```

mod common;

use std::path::Path;

use decthings::Image;
use decthings::types::{DatasetKeyData, ElementType, EntryRange, ParameterDefinition, TensorRules};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

#[tokio::main]
async fn main() -> common::Result {
    let mut images: Vec<(String, Image)> = Vec::new();
    for path in std::env::args().skip(1) {
        let path = Path::new(&path);
        let format = path.extension().unwrap_or_default().to_string_lossy();
        let label = path.file_stem().unwrap_or_default().to_string_lossy();
        images.push((label.into_owned(), Image::new(format, std::fs::read(path)?)?));
    }
    if images.is_empty() {
        for (label, color) in [("red", [255, 0, 0]), ("green", [0, 255, 0]), ("blue", [0, 0, 255])] {
            let pixels = DynamicImage::ImageRgb8(RgbImage::from_pixel(16, 16, Rgb(color)));
            images.push((label.to_owned(), Image::encode(&pixels, ImageFormat::Png)?));
        }
    }

    let (client, _server) = common::connect().await?;
    let key = |name, element| ParameterDefinition::new(name, true, TensorRules::new([], [element]));
    let keys = [key("image", ElementType::Image), key("label", ElementType::String)];
    let dataset = client.dataset().create_dataset(common::unique("images"), "Images with labels.", keys).await?;
    let (labels, pictures): (Vec<String>, Vec<Image>) = images.into_iter().unzip();
    let data = [DatasetKeyData::new("image", pictures), DatasetKeyData::new("label", labels)];
    let added = client.dataset().add_entries(&dataset.dataset_id, data).in_parts().await?;

    let entries = client.dataset().get_entries(&dataset.dataset_id, EntryRange::new(0, 1)).await?;
    for entry in entries.keys.iter().filter(|key| key.name == "image").flat_map(|key| &key.data) {
        for image in entry.data.images()? {
            let pixels = image.decode()?;
            println!(
                "{} images; the first is {} of {} x {}",
                added.entries,
                image.format(),
                pixels.width(),
                pixels.height()
            );
        }
    }
    Ok(())
}
