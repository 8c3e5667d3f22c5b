//! Entries of a folder of images, whose subfolders may be classes.

use std::path::{Path, PathBuf};

use decthings::{DType, Image, Tensor};

use super::cells::{format_of, read_file};
use super::csv::Csv;
use super::keys::{KeyArgument, allows, check_complete};
use super::source::{Source, Stamp};
use crate::data::dataset::Dataset;
use crate::failure::Failure;

/// Extensions of files that are images.
const FORMATS: [&str; 9] = ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "avif"];

pub(super) struct Images {
    folder: PathBuf,
    files: std::vec::IntoIter<File>,
    names: Vec<String>,
    stamp: Option<Stamp>,
}

struct File {
    path: PathBuf,
    label: Option<Tensor>,
}

/// What the options say.
#[derive(Default)]
pub(super) struct ImageOptions<'a> {
    pub(super) image_key: Option<&'a str>,
    pub(super) label_key: Option<&'a str>,
    pub(super) labels: Option<&'a Path>,
    pub(super) keys: Vec<KeyArgument>,
}

/// Opens a folder: with a table of labels, or with a subfolder for each class, or without labels.
pub(super) fn open(
    folder: &Path,
    dataset: &Dataset,
    options: ImageOptions<'_>,
) -> Result<(Box<dyn Source>, Vec<String>), Failure> {
    let image_key = match options.image_key {
        Some(name) => name.to_owned(),
        None => only_image_key(dataset)?,
    };
    if let Some(labels) = options.labels {
        let arguments = |columns: &[String]| table_keys(&image_key, columns, options.keys);
        return Ok((Box::new(Csv::open(labels, Some(folder), dataset, arguments)?), Vec::new()));
    }
    let classes = classes(folder)?;
    let label_key = match options.label_key {
        Some(name) => Some(name.to_owned()),
        None if classes.is_empty() => None,
        None => only_other_key(dataset, &image_key)?,
    };
    let (images, class_names) = match (label_key, classes.is_empty()) {
        (Some(_), true) => {
            let reason = "has no subfolder for a class; give the labels with --labels FILE.csv";
            return Err(Failure::usage(format!("{} {reason}", folder.display())));
        }
        (None, _) => (Images::list(folder, vec![(folder.to_owned(), None)], vec![image_key])?, Vec::new()),
        (Some(label_key), false) => {
            let (labels, shown) = labels(dataset, &label_key, &classes)?;
            if let [stray, ..] = files(folder)?.as_slice() {
                let reason = "is in no subfolder, so it has no class";
                return Err(Failure::usage(format!("{} {reason}", stray.display())));
            }
            let folders = classes.iter().map(|class| folder.join(class)).zip(labels.into_iter().map(Some)).collect();
            (Images::list(folder, folders, vec![image_key, label_key])?, shown)
        }
    };
    check_complete(dataset, images.names.iter().map(String::as_str))?;
    Ok((Box::new(images), class_names))
}

impl Images {
    fn list(folder: &Path, folders: Vec<(PathBuf, Option<Tensor>)>, names: Vec<String>) -> Result<Self, Failure> {
        let mut stamp = Stamp::new().with(&format!("{names:?}"));
        let mut all = Vec::new();
        for (folder, label) in folders {
            for path in files(&folder)? {
                stamp = stamp.with_file(&path)?;
                all.push(File { path, label: label.clone() });
            }
        }
        Ok(Self { folder: folder.to_owned(), files: all.into_iter(), names, stamp: Some(stamp) })
    }
}

impl Source for Images {
    fn keys(&self) -> &[String] {
        &self.names
    }

    fn total(&self) -> Option<u64> {
        u64::try_from(self.files.len()).ok()
    }

    fn skip(&mut self, entries: u64) -> Result<(), Failure> {
        for _ in 0..entries {
            self.files.next();
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Vec<Tensor>>, Failure> {
        let Some(file) = self.files.next() else { return Ok(None) };
        let data = read_file(&file.path).map_err(Failure::usage)?;
        let image = Image::new(format_of(&file.path), data);
        let image = image.map_err(|error| Failure::usage(format!("{}: {error}", file.path.display())))?;
        Ok(Some([Some(Tensor::scalar(image)), file.label].into_iter().flatten().collect()))
    }

    fn stamp(&mut self) -> Result<String, Failure> {
        let stamp = self.stamp.take().unwrap_or_else(Stamp::new);
        Ok(stamp.with(&self.folder.display().to_string()).finish())
    }
}

/// The keys of a table: its first column names the files, unless the arguments say another.
fn table_keys(image_key: &str, columns: &[String], arguments: Vec<KeyArgument>) -> Vec<KeyArgument> {
    let Some((file, rest)) = columns.split_first() else { return arguments };
    let image = KeyArgument::column(image_key, file, Some(DType::Image));
    let others = match arguments.as_slice() {
        [] => rest.iter().map(|column| KeyArgument::column(column, column, None)).collect(),
        given if given.iter().any(|argument| argument.is_of(image_key)) => return arguments,
        _ => arguments,
    };
    std::iter::once(image).chain(others).collect()
}

/// The classes as tensors of the key: their names, or their positions, which are also returned for people.
fn labels(dataset: &Dataset, key: &str, classes: &[String]) -> Result<(Vec<Tensor>, Vec<String>), Failure> {
    let definition = dataset.keys.iter().find(|definition| definition.name == key);
    let definition = definition
        .ok_or_else(|| Failure::usage(format!("the dataset has no key `{key}`, only {}", dataset.key_names())))?;
    if allows(definition, DType::String) {
        return Ok((classes.iter().map(|class| Tensor::scalar(class.clone())).collect(), Vec::new()));
    }
    const NUMBERS: [DType; 8] =
        [DType::I32, DType::U8, DType::I64, DType::U32, DType::I16, DType::U16, DType::U64, DType::I8];
    let Some(dtype) = NUMBERS.into_iter().find(|dtype| allows(definition, *dtype)) else {
        let help = "a class is text or a whole number; give the labels with --labels FILE.csv";
        return Err(Failure::usage(format!("the key `{key}` has neither text nor whole numbers; {help}")));
    };
    let tensor = |at: usize| super::cells::tensor(dtype, false, &[&at.to_string()], Path::new(""));
    let tensors = (0..classes.len()).map(tensor).collect::<Result<_, _>>().map_err(Failure::usage)?;
    Ok((tensors, classes.iter().enumerate().map(|(at, class)| format!("{at} is {class}")).collect()))
}

fn only_image_key(dataset: &Dataset) -> Result<String, Failure> {
    let mut found = dataset.keys.iter().filter(|key| allows(key, DType::Image));
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key.name.clone()),
        (Some(_), Some(_)) => {
            Err(Failure::usage("the dataset has several keys of images; choose one with --image-key"))
        }
        (None, _) => Err(Failure::usage(format!("the dataset has no key of images, only {}", dataset.key_names()))),
    }
}

fn only_other_key(dataset: &Dataset, image_key: &str) -> Result<Option<String>, Failure> {
    let mut found = dataset.keys.iter().filter(|key| key.name != image_key);
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(Some(key.name.clone())),
        (None, _) => Err(Failure::usage("the dataset has no key for the classes; import each subfolder by itself")),
        (Some(_), Some(_)) => {
            Err(Failure::usage("the dataset has several other keys; give the labels with --labels FILE.csv"))
        }
    }
}

/// The names of the subfolders, in order. Hidden ones are left out.
fn classes(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for path in visible(folder)?.into_iter().filter(|path| path.is_dir()) {
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) => names.push(name.to_owned()),
            None => return Err(Failure::usage(format!("{}: the name is not Unicode", path.display()))),
        }
    }
    Ok(names)
}

/// The images directly in a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let paths: Vec<_> = visible(folder)?.into_iter().filter(|path| !path.is_dir()).collect();
    match paths.iter().find(|path| !FORMATS.contains(&format_of(path).as_str())) {
        Some(other) => {
            Err(Failure::usage(format!("{} is no image; images are {}", other.display(), FORMATS.join(", "))))
        }
        None => Ok(paths),
    }
}

fn visible(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}
