//! Tensors to bytes and back, in this process.

use std::hint::black_box;

use anyhow::Result;
use bytes::Bytes;
use decthings::{Image, Tensor};
use decthings_api::client::ndarray::{Array, CowArray, IxDyn};
use decthings_api::tensor::{DecthingsElementImage, DecthingsTensor, OwnedDecthingsTensor};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::measure::functions;
use crate::server::Server;
use crate::table::Table;

pub fn measure(table: &mut Table, _: &Server, quick: bool) -> Result<()> {
    let rounds = if quick { 1 } else { 5 };
    let scale = if quick { 64 } else { 1 };
    numbers(table, (64 << 20) / scale, rounds)?;
    strings(table, 1_000_000 / scale, rounds)?;
    images(table, 10_000 / scale, rounds)
}

/// f32: to segments that can be sent, and from bytes to values that can be read.
fn numbers(table: &mut Table, count: usize, rounds: usize) -> Result<()> {
    let bytes = (count * 4) as f64;
    let rate = |seconds: &[f64]| -> Vec<f64> { seconds.iter().map(|seconds| bytes / seconds / 1e9).collect() };
    let values = vec![1.5f32; count];
    let mut copy = vec![0f32; count];
    let tensor = Tensor::from(values.clone());
    let raw = tensor.bytes().cloned().unwrap_or_default();
    let view = TensorView::new(Dtype::F32, vec![count], &raw)?;
    let theirs = Array::from_vec(values.clone()).into_dyn();
    let theirs = DecthingsTensor::F32(CowArray::from(theirs.view()));
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let mut segments = Vec::new();
                black_box(&tensor).encode_into(&mut segments);
                black_box(segments);
            },
            &mut || copy.copy_from_slice(black_box(&values)),
            &mut || {
                black_box(safetensors::serialize([("x", &view)], None).expect("a valid tensor"));
            },
            &mut || {
                black_box(theirs.serialize());
            },
        ],
    );
    let [ours, memcpy, safe, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("encode {} MiB of f32", bytes as usize >> 20);
    table
        .row(&what, "GB/s", rate(ours))
        .aim("without a copy")
        .beside("memcpy", rate(memcpy), "")
        .beside("safetensors", rate(safe), "")
        .beside("decthings-api", rate(official), "");

    let encoded = tensor.to_bytes();
    let safe = Bytes::from(safetensors::serialize([("x", &view)], None)?);
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let tensor = Tensor::decode(black_box(encoded.clone())).expect("a valid tensor");
                black_box(tensor.view::<f32>().expect("f32").iter().step_by(1024).sum::<f32>());
            },
            &mut || copy.copy_from_slice(black_box(&values)),
            &mut || {
                let tensors = SafeTensors::deserialize(black_box(&safe)).expect("a valid file");
                black_box(
                    tensors
                        .tensor("x")
                        .expect("x")
                        .data()
                        .iter()
                        .step_by(4096)
                        .map(|byte| u64::from(*byte))
                        .sum::<u64>(),
                );
            },
            &mut || {
                let tensor = OwnedDecthingsTensor::from_bytes(black_box(encoded.clone())).expect("a valid tensor");
                let DecthingsTensor::F32(values) = tensor.tensor() else { return };
                black_box(values.iter().step_by(1024).sum::<f32>());
            },
        ],
    );
    let [ours, memcpy, safe, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("decode {} MiB of f32 and look at every 1024th", bytes as usize >> 20);
    table
        .row(&what, "GB/s", rate(ours))
        .beside("memcpy", rate(memcpy), "")
        .beside("safetensors", rate(safe), "")
        .beside("decthings-api", rate(official), "");
    Ok(())
}

fn strings(table: &mut Table, count: usize, rounds: usize) -> Result<()> {
    let texts: Vec<String> = (0..count).map(|index| format!("label-{index}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let rate = |seconds: &[f64]| -> Vec<f64> { seconds.iter().map(|seconds| count as f64 / seconds / 1e6).collect() };
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let mut segments = Vec::new();
                Tensor::vector(black_box(texts.clone())).encode_into(&mut segments);
                black_box(segments);
            },
            &mut || {
                let array: CowArray<'_, &str, IxDyn> = Array::from_vec(black_box(texts.clone())).into_dyn().into();
                black_box(DecthingsTensor::String(array).serialize());
            },
        ],
    );
    let [ours, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("make and encode {count} strings");
    table.row(&what, "M/s", rate(ours)).beside("decthings-api", rate(official), "≥ 1.2");
    let encoded = Tensor::vector(texts.clone()).to_bytes();
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let tensor = Tensor::decode(black_box(encoded.clone())).expect("a valid tensor");
                black_box(tensor.strings().expect("strings").map(str::len).sum::<usize>());
            },
            &mut || {
                let tensor = OwnedDecthingsTensor::from_bytes(black_box(encoded.clone())).expect("a valid tensor");
                let DecthingsTensor::String(texts) = tensor.tensor() else { return };
                black_box(texts.iter().map(|text| text.len()).sum::<usize>());
            },
        ],
    );
    let [ours, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("decode {count} strings");
    table.row(&what, "M/s", rate(ours)).beside("decthings-api", rate(official), "≥ 1.2");
    Ok(())
}

fn images(table: &mut Table, count: usize, rounds: usize) -> Result<()> {
    const SIZE: usize = 4096;
    let data = Bytes::from(vec![7u8; SIZE]);
    let rate = |seconds: &[f64]| -> Vec<f64> { seconds.iter().map(|seconds| count as f64 / seconds / 1e3).collect() };
    let image = Image::new("png", data.clone())?;
    let theirs = DecthingsElementImage::new("png", &data[..]).map_err(|_| anyhow::anyhow!("a valid format"))?;
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let mut segments = Vec::new();
                Tensor::vector(vec![black_box(&image).clone(); count]).encode_into(&mut segments);
                black_box(segments);
            },
            &mut || {
                let images = vec![black_box(&theirs).clone(); count];
                let array: CowArray<'_, DecthingsElementImage<'_>, IxDyn> = Array::from_vec(images).into_dyn().into();
                black_box(DecthingsTensor::Image(array).serialize());
            },
        ],
    );
    let [ours, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("make and encode {count} images of 4 KiB");
    table.row(&what, "k/s", rate(ours)).beside("decthings-api", rate(official), "");
    let encoded = Tensor::vector(vec![image.clone(); count]).to_bytes();
    let seconds = functions(
        rounds,
        &mut [
            &mut || {
                let tensor = Tensor::decode(black_box(encoded.clone())).expect("a valid tensor");
                black_box(tensor.images().expect("images").map(|image| image.data().len()).sum::<usize>());
            },
            &mut || {
                let tensor = OwnedDecthingsTensor::from_bytes(black_box(encoded.clone())).expect("a valid tensor");
                let DecthingsTensor::Image(images) = tensor.tensor() else { return };
                black_box(images.iter().map(|image| image.data.len()).sum::<usize>());
            },
        ],
    );
    let [ours, official] = &seconds[..] else { unreachable!("one for each") };
    let what = format!("decode {count} images");
    table.row(&what, "k/s", rate(ours)).beside("decthings-api", rate(official), "≥ 1.2");
    Ok(())
}
